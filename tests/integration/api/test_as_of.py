"""A lead as of a moment: equal to what a run over only the events recorded by then would tell."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadtrace.events.deal import DealCreated, DealLinked, DealUnlinked, DealUpdated
from leadtrace.events.envelope import Event
from leadtrace.events.lead import LeadCaptured
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace.store.engine import connect
from leadtrace.testing.builders import DAY_ZERO, entity_of, event, lead_ref
from leadtrace.testing.worlds import worlds
from tests.integration.api.ingested import store_event
from tests.integration.api.moved import moved_worlds
from tests.integration.api.projection import Projection
from tests.integration.api.whole import Whole

HOURS_LATE = (0, 0, 1, -1, 30, 80)
LEADS = [entity_of(f"contact/{number}") for number in (1, 2, 3)]
_ASKED = {"snapshot_at", "as_of"}
# What colleagues add is told of now alone.
_OF_NOW = {"account", "no_account_because", "total_with_account"}
TAILS = ("", "/trace", "/score")
Answers = list[tuple[int, dict[str, Any]]]

through_the_store = settings(
    deadline=None,
    max_examples=10,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


def known(events: Sequence[Event], as_of: datetime) -> list[Event]:
    """The events recorded by then."""
    return [made for made in events if made.recordedtime <= as_of]


async def answers(
    client: httpx.AsyncClient, leads: Sequence[UUID], tails: Sequence[str] = TAILS, **parameters: Any
) -> Answers:
    """What is said of each lead, but for when it was asked; nothing where it is not there."""
    found = []
    for lead in leads:
        for tail in tails:
            answer = await client.get(f"/v1/leads/{lead}{tail}", params=parameters)
            moved_to = answer.headers.get("location", "").partition("?")[0]
            body = answer.json() if answer.status_code == 200 else {"moved_to": moved_to}
            aside = _ASKED | _OF_NOW if tail == "/score" else _ASKED
            found.append(
                (answer.status_code, {name: said for name, said in body.items() if name not in aside})
            )
    return found


@through_the_store
@given(world=worlds(hours_late=HOURS_LATE), hours=st.integers(-2, 130))
async def test_a_lead_as_of_a_moment_is_what_a_run_over_the_events_recorded_by_then_tells(
    projection: Projection, client: httpx.AsyncClient, world: list[Event], hours: int
) -> None:
    as_of = DAY_ZERO + timedelta(hours=hours)
    whole = Whole(projection)
    whole.clock.set(as_of)
    await whole.begin()
    await whole.tell(known(world, as_of))
    then = await answers(client, LEADS)
    await whole.begin()
    await whole.tell(world, copies=2)
    assert await answers(client, LEADS, as_of=as_of.isoformat()) == then


@through_the_store
@given(world=moved_worlds(hours_late=HOURS_LATE), hours=st.integers(-2, 130))
async def test_merges_splits_and_corrections_were_not_known_before_they_were_recorded(
    projection: Projection, client: httpx.AsyncClient, world: list[Event], hours: int
) -> None:
    as_of = DAY_ZERO + timedelta(hours=hours)
    whole = Whole(projection)
    whole.clock.set(as_of)
    await whole.begin()
    await whole.tell(known(world, as_of))
    then = await answers(client, LEADS, ("", "/score"))
    await whole.begin()
    await whole.tell(world, copies=2)
    assert await answers(client, LEADS, ("", "/score"), as_of=as_of.isoformat()) == then


async def test_bodies_as_of_now_are_the_snapshots_themselves(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    """A deal that is no longer linked leaves its trace in what was known before."""
    whole, linked = Whole(projection), DAY_ZERO + timedelta(days=1)
    await whole.begin()
    await whole.tell(
        [
            event(LeadCaptured(), "contact/1", 1),
            event(DealCreated(), "deal/1", 2),
            event(DealUpdated(amount="10", currency="EUR"), "deal/1", 3),
            event(DealLinked(lead_ref("contact/1")), "deal/1", 4, at=linked),
            event(DealUnlinked(lead_ref("contact/1")), "deal/1", 5, at=linked + timedelta(days=1)),
        ]
    )
    path = f"/v1/leads/{LEADS[0]}"
    assert (await client.get(path)).json()["deals"] == []
    before = (await client.get(path, params={"as_of": linked.isoformat()})).json()
    assert [deal["amount"] for deal in before["deals"]] == [{"amount": "10.00", "currency": "EUR"}]
    assert before["as_of"] == "2026-01-02T00:00:00Z"


async def test_a_score_at_a_moment_decays_and_its_parts_sum_exactly(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    whole = Whole(projection)
    await whole.begin()
    demo = TouchpointRecorded(channel="email", signal="demo_request")
    await whole.tell([event(LeadCaptured(), "contact/1", 1), event(demo, "contact/1", 2)])
    path = f"/v1/leads/{LEADS[0]}/score"
    totals = []
    for days in (0, 10, 300):
        at = (DAY_ZERO + timedelta(days=days, minutes=2)).isoformat()
        found = (await client.get(path, params={"at": at})).json()
        for group in ("fit", "intent"):
            assert sum(part["millipoints"] for part in found[group]["parts"]) == found[group]["millipoints"]
        totals.append(found["intent"]["millipoints"])
    assert totals[0] > totals[1] > totals[2]
    earlier = (await client.get(path, params={"at": DAY_ZERO.isoformat()})).json()
    assert earlier["intent"] == {"millipoints": 0, "parts": []}


async def test_what_is_on_its_way_is_waited_for_by_name(client: httpx.AsyncClient, database_url: str) -> None:
    """An event that scoring has not read yet: nothing later than it is reconciled."""
    made = event(LeadCaptured(), "contact/1", 1)
    connection = await connect(database_url)
    await store_event(connection, made)
    await connection.close()
    path = f"/v1/leads/{LEADS[0]}"
    refused = await client.get(path, params={"as_of": made.recordedtime.isoformat()})
    assert refused.status_code == 400
    assert refused.json()["parameter"] == "as_of"
    assert "2026-01-01T00:00:59.999999Z" in refused.json()["detail"]
    before = await client.get(path, params={"as_of": DAY_ZERO.isoformat()})
    assert before.status_code == 404


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"])
async def test_a_moment_beyond_the_calendar_is_refused_by_name(client: httpx.AsyncClient, at: str) -> None:
    answer = await client.get(f"/v1/leads/{LEADS[0]}/score", params={"at": at})
    assert answer.status_code == 400, answer.text
    assert answer.json()["parameter"] == "at"


async def test_the_future_is_not_known(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/v1/leads/{LEADS[0]}", params={"as_of": "2999-01-01T00:00:00Z"})
    assert answer.status_code == 400
    assert answer.json()["remedy"].startswith("Ask for 2")
