"""Events of several people of one company through all services to what their account adds, as it is read."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest_asyncio

from leadtrace.events.binding import LeadRebound, Rebound
from leadtrace.events.envelope import Event
from leadtrace.events.lead import LeadCaptured, LeadErased, LeadUpdated
from leadtrace.events.personal import Personal
from leadtrace.events.times import from_micros
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.health import Readiness
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.versions.schedules import Schedules
from leadtrace.testing.builders import SOURCE, entity_of, event
from leadtrace_api.app import create_app
from leadtrace_api.room import Room
from tests.integration.api.moved import INGEST
from tests.integration.api.projection import Projection
from tests.integration.api.whole import Whole

ACME = "/v1/accounts/acme.example"
_HALF_LIFE = timedelta(days=14)


def lead_of(number: int) -> UUID:
    return entity_of(f"contact/{number}")


def looking(number: int, at: datetime, company: str | None = "Acme.Example ") -> list[Event]:
    """A person of a company who looked at prices at a moment."""
    about, first = f"contact/{number}", 10 * number
    captured = LeadCaptured(personal=Personal(email="anna@acme.example", first_name="Anna"))
    return [
        event(captured, about, first + 1),
        event(LeadUpdated(properties={"company_domain": company}), about, first + 2),
        event(TouchpointRecorded(page="/pricing"), about, first + 3, at=at),
    ]


@pytest_asyncio.fixture
async def moment(now: int) -> datetime:
    """A little before the database's now, so that decay is told to some hundredths of a point."""
    return from_micros(now) - timedelta(seconds=1)


@pytest_asyncio.fixture
async def whole(projection: Projection) -> Whole:
    made = Whole(projection)
    await made.begin()
    return made


@pytest_asyncio.fixture
async def unaware(room: Room) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an api by definitions that tell no accounts."""
    shipped = live_definitions()
    card = msgspec.structs.replace(shipped.scorecard, account=None)
    schedules = Schedules("api", msgspec.structs.replace(shipped, scorecard=card))
    app = create_app(replace(room, schedules=schedules), Readiness(), Metrics())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        yield client


async def told(client: httpx.AsyncClient, path: str, **asked: str) -> dict[str, Any]:
    answer = await client.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def people(client: httpx.AsyncClient) -> set[UUID]:
    return {UUID(one["lead_id"]) for one in (await told(client, ACME))["leads"]}


async def test_several_people_add_to_each_score_and_change_none(
    whole: Whole, client: httpx.AsyncClient, moment: datetime
) -> None:
    await whole.tell(looking(1, moment))
    path = f"/v1/leads/{lead_of(1)}/score"
    alone = await told(client, path)
    assert (alone["account"]["people"], alone["account"]["millipoints"], alone["account"]["parts"]) == (
        1,
        0,
        [],
    )
    assert alone["total_with_account"] == alone["score"]["total"]
    await whole.tell([*looking(2, moment - _HALF_LIFE), *looking(3, moment, "other.example")])
    both = await told(client, path)
    assert (both["score"], both["qualifications"]) == (alone["score"], alone["qualifications"])
    account = both["account"]
    assert [UUID(part["lead_id"]) for part in account["parts"]] == [lead_of(1), lead_of(2)]
    assert [round(part["millipoints"], -2) for part in account["parts"]] == [4000, 2000]
    assert sum(part["millipoints"] for part in account["parts"]) == account["millipoints"]
    assert account["parts"][1]["because"] == "last active 14 days ago"
    assert (account["over_cap"], account["untold"], both["no_account_because"]) == (0, 0, None)
    added = account["millipoints"] / 1000
    assert both["total_with_account"] == round(both["score"]["total"] + added, 3)
    assert both["account"]["name"] == (await told(client, f"/v1/leads/{lead_of(1)}"))["account"]
    rows = {UUID(row["lead_id"]): row["account"] for row in (await told(client, "/v1/leads"))["leads"]}
    assert rows == {lead_of(1): "acme.example", lead_of(2): "acme.example", lead_of(3): "other.example"}
    reasons = {UUID(one["lead_id"]): one["reason"] for one in (await told(client, "/v1/priorities"))["leads"]}
    assert "2 people of acme.example were active, last 0 min ago." in reasons[lead_of(2)]
    assert "other.example" not in reasons[lead_of(3)]
    past = await told(client, path, at=moment.isoformat())
    assert (past["account"], past["total_with_account"]) == (None, None)
    assert "as_of" in past["no_account_because"]


async def test_a_lead_that_changes_its_company_leaves_the_account(
    whole: Whole, client: httpx.AsyncClient, moment: datetime
) -> None:
    await whole.tell([*looking(1, moment), *looking(2, moment)])
    assert await people(client) == {lead_of(1), lead_of(2)}
    moved = LeadUpdated(properties={"company_domain": "other.example"})
    await whole.tell([event(moved, "contact/2", 90, at=moment)])
    assert await people(client) == {lead_of(1)}
    assert (await told(client, ACME))["added"]["millipoints"] == 0
    assert [one["account"] for one in (await told(client, "/v1/accounts"))["accounts"]] == [
        "acme.example",
        "other.example",
    ]


async def test_records_that_are_one_person_count_as_one(
    whole: Whole, client: httpx.AsyncClient, moment: datetime
) -> None:
    await whole.tell([*looking(1, moment), *looking(2, moment), *looking(3, moment)])
    assert (await told(client, ACME))["active_people"] == 3
    ends = (str(lead_of(2)), str(lead_of(2)), str(lead_of(1)))
    bound = LeadRebound(bindings=(Rebound(SOURCE, "contact/2", *ends, 2),))
    await whole.tell(
        [
            event(bound, "lead/1", 90 + place, at=moment, source=INGEST, partitionkey=str(lead), sourcerank=0)
            for place, lead in enumerate((lead_of(1), lead_of(2)))
        ]
    )
    account = await told(client, ACME)
    assert (account["people"], account["active_people"]) == (2, 2)
    assert await people(client) == {lead_of(1), lead_of(3)}


async def test_who_is_erased_stays_a_number_and_nobody_is_named(
    whole: Whole, client: httpx.AsyncClient, moment: datetime
) -> None:
    await whole.tell([*looking(1, moment), *looking(2, moment)])
    await whole.tell([event(LeadErased(request="asked"), "contact/1", 90, at=moment)])
    answers = [await client.get(path) for path in (ACME, "/v1/accounts", "/v1/accounts?format=csv")]
    assert all("anna" not in answer.text.lower() for answer in answers)
    assert answers[0].json()["active_people"] == 2


async def test_definitions_without_accounts_tell_none(
    whole: Whole, unaware: httpx.AsyncClient, moment: datetime
) -> None:
    await whole.tell(looking(1, moment))
    listed = await told(unaware, "/v1/accounts")
    assert (listed["rule"], listed["accounts"], listed["next"]) == (None, [], None)
    assert (await unaware.get(ACME)).status_code == 404
    score = await told(unaware, f"/v1/leads/{lead_of(1)}/score")
    assert score["no_account_because"] == "The definitions in force tell no accounts."
    assert score["total_with_account"] == score["score"]["total"]
