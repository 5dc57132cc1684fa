"""Door and relay beside each other, a lead in them, and the links by which somebody answers its offer."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from leadtrace.runtime.answer_links import PURPOSE, Answer, link_to, make_offer
from leadtrace.store.connection import Connection
from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.vault import wrapper_of
from tests.integration.ingest.door_scene import DoorScene
from tests.integration.ingest.running import running_ingest
from tests.unit.ingest.hubspot_items import contact_property, item, raw

_ANSWERS = """
select type, source, subject, entity_id, id, convert_from(body, 'utf-8')::jsonb->'data' as data
from ingest.events where type like 'io.leadtrace.handover.%' order by event_no
"""


@dataclass(slots=True)
class Answers:
    """One door, and what came of the answers that it took."""

    door: DoorScene
    database: Connection

    def link(self, lead: UUID, answer: Answer = Answer.ACCEPT, **more: Any) -> str:
        """The path of a link as the webhooks worker makes it."""
        offered_at: datetime = more.pop("offered_at", self.door.clock.now() - timedelta(hours=1))
        given = {
            "offer_id": "offer-1",
            "expires_at": offered_at + timedelta(days=14),
            "definition_version": 1,
            "team": "sales",
            "partner": None,
        }
        offer = make_offer(lead_id=lead, offered_at=offered_at, **{**given, **more})
        return link_to(offer, answer, "", wrapper_of().derived(PURPOSE))

    async def lead(self, contact: int = 501, *, email: str | None = None) -> UUID:
        """A lead that HubSpot told of; its id."""
        told = [item("contact.creation", eventId=contact, objectId=contact)]
        if email is not None:
            told.append(contact_property("email", email, eventId=contact + 1, objectId=contact))
        answer = await self.door.post(raw(told))
        assert answer.is_success
        await self.settled()
        found: UUID = await self.database.fetchval(
            "select founded_id from ingest.subjects where external_id = $1", str(contact)
        )
        return found

    async def settled(self) -> None:
        """Wait until the relay has come to everything."""
        query = "select count(*) = 0 from ingest.intake where state = 'pending'"
        await eventually_answers(lambda: self.database.fetchval(query), what="everything is mapped")

    async def answers(self) -> list[dict[str, Any]]:
        """Every event of a handover that is stored."""
        await self.settled()
        return [dict(row) for row in await self.database.fetch(_ANSWERS)]

    async def deliveries(self) -> int:
        """How much the door ever took in."""
        count: int = await self.database.fetchval("select count(*) from ingest.intake")
        return count

    async def press(self, path: str, reason: str | None = None) -> httpx.Response:
        """Press the button of a page."""
        return await self.door.client.post(path, data={} if reason is None else {"reason": reason})


@asynccontextmanager
async def answers_over(url: str, **more: Any) -> AsyncGenerator[Answers]:
    """The scene over a migrated database; `more` is as for `running_ingest`."""
    senders = more.pop("senders", {})
    async with running_ingest(url, senders, **more) as (door, database):
        door.client.headers["accept"] = "text/html,*/*;q=0.8"
        yield Answers(door, database)
