"""Door and relay as processes side by side: signed webhooks over HTTP in, canonical events out."""

import asyncio
import random

import httpx

from leadtrace.bus.memory import MemoryBus
from leadtrace.embedded.readiness import free_port
from leadtrace.events.codec import decode_event
from leadtrace.events.times import from_micros
from leadtrace.runtime.clock import FrozenClock
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.engine import connect
from leadtrace.testing.chain import make_bus
from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.vault import MASTER_KEY
from leadtrace_ingest.relay.process import RelayProcess
from leadtrace_ingest.settings import configured_senders
from tests.integration.ingest.door_scene import running_door
from tests.unit.ingest.hubspot_items import (
    AT_MS,
    SECRET,
    association,
    contact_property,
    deal_property,
    item,
    raw,
)


def a_lead(number: int) -> list[dict[str, object]]:
    """What HubSpot posts of one contact and the deal that it wins: 8 events from 7 items, and one to hold."""
    contact, deal = 1_000 + number, 9_000 + number
    return [
        item("contact.creation", eventId=number, objectId=contact),
        contact_property("hs_analytics_source", "PAID_SEARCH", eventId=number, objectId=contact),
        contact_property("email", f"lead{number}@firma.example", eventId=number, objectId=contact),
        item("deal.creation", eventId=number, objectId=deal),
        association("DEAL_TO_CONTACT", eventId=number, fromObjectId=deal, toObjectId=contact),
        deal_property("amount", "120.50", eventId=number, objectId=deal),
        deal_property("dealstage", "closedwon", eventId=number, objectId=deal),
        item("contact.teleported", eventId=number),
    ]


LEADS = 25
ITEMS = [one for number in range(LEADS) for one in a_lead(number)]


def deliveries() -> list[bytes]:
    """Every item twice, shuffled, some alone and some in batches, copies marked as later attempts."""
    chance = random.Random(7)
    copies = [*ITEMS, *({**one, "attemptNumber": 1} for one in ITEMS)]
    chance.shuffle(copies)
    bodies = []
    while copies:
        size = chance.choice([1, 1, 3, 20])
        bodies.append(raw(copies[:size]))
        copies = copies[size:]
    return bodies


def identities_on(bus: MemoryBus) -> list[tuple[str, str]]:
    """Identity of every record on the event topics."""
    log = bus.reach()
    places = log.places(("lead-events", "deal-events"))
    events = [decode_event(record.value) for place in places for record in log.records(place)]
    return [(event.source, event.id) for event in events]


async def test_what_is_posted_twice_and_out_of_order_is_published_once(database_url: str) -> None:
    settings = Settings.model_validate(
        {
            "postgres": {"url": database_url},
            "ports": {"relay": free_port()},
            "senders": {"hubspot": {"secrets": [SECRET]}},
            "personal": {"master_keys": [MASTER_KEY]},
        }
    )
    database = await connect(database_url, "leadtrace_ingest")

    async def accounted() -> bool:
        row = await database.fetchrow("select * from ingest.pub_items")
        noted = await database.fetchval("select count(*) from ingest.pub_unpublished")
        return row is not None and row["accepted"] == 2 * len(ITEMS) and row["pending"] == noted == 0

    async with running_door(database_url) as door:
        clock, stop = FrozenClock(from_micros(AT_MS * 1_000)), StopSignal()
        relay = RelayProcess(settings, configured_senders(settings), door.bus, clock)
        relaying = asyncio.create_task(relay.run(stop))
        answers = await asyncio.gather(*(door.post(body) for body in deliveries()))
        assert {answer.status_code for answer in answers} == {202}
        await eventually_answers(accounted, what="everything is accounted for")
        stop.set("test")
        await relaying
        published = identities_on(door.bus)
    row = await database.fetchrow("select * from ingest.pub_items")
    await database.close()
    assert row is not None
    terms = ("published", "duplicate", "ignored", "quarantined")
    assert tuple(row[term] for term in terms) == (7 * LEADS, 8 * LEADS, 0, LEADS)
    assert len(published) == len(set(published)) == 8 * LEADS


async def test_a_relay_says_what_it_lacks(database_url: str) -> None:
    settings = Settings.model_validate(
        {
            "postgres": {"url": database_url},
            "ports": {"relay": free_port()},
            "senders": {"hubspot": {"secrets": [SECRET]}},
            "personal": {"master_keys": [MASTER_KEY]},
        }
    )
    bus, stop = await make_bus(), StopSignal()
    relay = RelayProcess(settings, configured_senders(settings), bus, FrozenClock())
    relaying = asyncio.create_task(relay.run(stop))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.ports.relay}") as client:

        async def missing() -> list[str] | None:
            try:
                answer = await client.get("/readyz")
            except httpx.TransportError:
                return None
            return [one["dependency"] for one in answer.json()["missing"]] or ["nothing"]

        async def ready() -> bool:
            return await missing() == ["nothing"]

        async def lacks_the_broker() -> bool:
            return await missing() == ["kafka"]

        await eventually_answers(ready, what="the relay is ready")
        await bus.make_unavailable()
        await eventually_answers(lacks_the_broker, what="the relay lacks its broker")
    stop.set("test")
    await relaying
