"""What the api says of leads whose events are not all kept: what was booked stays, the rest is refused."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadtrace.events.deal import DealCreated, DealLinked, DealUpdated, DealWon
from leadtrace.events.envelope import Event
from leadtrace.events.lead import LeadCaptured, LeadStageChanged, Stage
from leadtrace.testing.builders import DAY_ZERO, entity_of, event, lead_ref
from leadtrace.testing.lapsing import lapse
from leadtrace.testing.worlds import worlds
from leadtrace_api.knowledge.relearn import Relearner
from leadtrace_api.store.rebuild import rebuild_if_cut_otherwise
from tests.integration.api.moved import moved_worlds
from tests.integration.api.projection import Projection
from tests.integration.api.test_known_days import HOURS_LATE, differences_summed, funnels
from tests.integration.api.whole import Whole

LEAD = entity_of("contact/1")
_DAYS = tuple(DAY_ZERO.date() + timedelta(days=number) for number in range(-1, 6))
_STORY = (
    event(LeadCaptured(), "contact/1", 1),
    event(DealCreated(), "deal/1", 2),
    event(DealUpdated(amount="10", currency="EUR"), "deal/1", 3),
    event(DealLinked(lead_ref("contact/1")), "deal/1", 4),
    event(DealWon(claimed="won"), "deal/1", 5),
    event(LeadStageChanged(stage=Stage.LEAD, claimed="lead"), "contact/1", 6),
)


async def told(projection: Projection, *, lapsed: Sequence[int]) -> Whole:
    """The story, of which some events are kept no longer."""
    whole = Whole(projection)
    await whole.begin()
    await whole.tell(_STORY)
    await lapse(projection.owner, lapsed)
    return whole


async def known(client: httpx.AsyncClient) -> dict[date, Any]:
    """What the funnel says as of each day."""
    return {day: await funnels(client, as_of=day.isoformat()) for day in _DAYS}


@settings(
    deadline=None,
    max_examples=max(4, settings().max_examples // 15),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(
    world=st.one_of(worlds(hours_late=HOURS_LATE), moved_worlds(hours_late=HOURS_LATE)),
    seed=st.integers(0, 2**32),
)
async def test_what_was_known_stays_known_whatever_comes_afterwards(
    projection: Projection, client: httpx.AsyncClient, world: list[Event], seed: int
) -> None:
    chance, whole = random.Random(seed), Whole(projection)
    await whole.begin()
    chance.shuffle(world)
    await whole.tell(world)
    before = await known(client)
    await lapse(projection.owner, [int(one.eventno) for one in world if chance.random() < 0.6])
    later = DAY_ZERO + timedelta(days=20)
    await whole.tell(
        [
            event(LeadCaptured(), f"contact/{number}", 900 + number, at=later, recorded=later)
            for number in (1, 2, 3)
        ],
        size=chance.randint(1, 3),
    )
    assert await differences_summed(projection) == await projection.rollups()
    assert await projection.rollups() == await projection.recomputed()
    assert await known(client) == before


async def test_the_past_of_a_lead_is_refused(projection: Projection, client: httpx.AsyncClient) -> None:
    """By an event of its deal alone: that is of its past too."""
    await told(projection, lapsed=[3])
    asked = {"as_of": "2026-01-02T00:00:00Z"}
    for path, query in ((f"/v1/leads/{LEAD}", asked), (f"/v1/leads/{LEAD}/trace", asked)):
        answer = await client.get(path, params=query)
        assert (answer.status_code, answer.json()["parameter"]) == (400, "lead_id"), answer.text
        assert "are kept no longer" in answer.json()["detail"]
        assert f"/v1/leads/{LEAD} without as_of" in answer.json()["remedy"]
    at = {"at": "2026-01-02T00:00:00Z"}
    assert (await client.get(f"/v1/leads/{LEAD}/score", params=at)).status_code == 400
    assert (await client.get(f"/v1/leads/{LEAD}/score")).status_code == 200
    assert (await client.get(f"/v1/leads/{LEAD}")).json()["stage"] == "lead"


async def test_a_trace_says_what_it_lacks(projection: Projection, client: httpx.AsyncClient) -> None:
    await told(projection, lapsed=[])
    whole = (await client.get(f"/v1/leads/{LEAD}/trace")).json()
    assert whole["lapsed_before"] is None
    await lapse(projection.owner, [3])
    trace = (await client.get(f"/v1/leads/{LEAD}/trace")).json()
    assert trace["lapsed_before"] is not None
    numbers = [[one["id"] for one in of["entries"] if one["kind"] == "event"] for of in (whole, trace)]
    assert [one for one in numbers[0] if one != "e3"] == numbers[1]
    await lapse(projection.owner, [1, 2, 4, 5, 6])
    nothing = (await client.get(f"/v1/leads/{LEAD}/trace")).json()
    assert nothing["lapsed_before"] is not None
    kinds = {one["kind"] for one in nothing["entries"]}
    assert "event" not in kinds
    assert {"stage", "deal"} <= kinds, "what was derived stays"


async def test_an_event_is_explained_as_far_as_that_goes(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    await told(projection, lapsed=[3])
    kept = (await client.get("/v1/events/e1/explain")).json()
    assert [UUID(one) for one in kept["untold"]] == [LEAD]
    assert (kept["counted"], kept["not_counted"]) == ([], [])
    gone = await client.get("/v1/events/e3/explain")
    assert gone.status_code == 404
    assert "are kept no longer" in gone.json()["detail"]


async def test_the_audit_counts_what_is_kept_no_longer(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    await told(projection, lapsed=[1, 3, 6])
    audit = (await client.get("/v1/audit/conservation")).json()
    assert audit["balanced"] is True
    hops = {one["hop"]: (one["published"], one["lapsed"], one["applied"]) for one in audit["events"]}
    assert hops == {
        "lead-events to scoring": (2, 2, 2),
        "lead-events to attribution": (2, 2, 2),
        "deal-events to attribution": (4, 1, 4),
        "spend-events to api": (0, 0, 0),
    }


async def test_days_that_were_cut_anew_say_nothing_of_before(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    whole = await told(projection, lapsed=[3])
    auckland = Relearner(ZoneInfo("Pacific/Auckland"))
    async with projection.pool.acquire() as connection:
        assert await rebuild_if_cut_otherwise(connection, "Pacific/Auckland", auckland)
    answer = await client.get("/v1/funnel", params={"as_of": "2026-01-02"})
    assert (answer.status_code, answer.json()["parameter"]) == (400, "as_of")
    assert "told no more" in answer.json()["detail"]
    assert await differences_summed(projection) == await projection.rollups()
    await whole.begin()
    async with projection.pool.acquire() as connection:
        assert await rebuild_if_cut_otherwise(connection, "Europe/Berlin", projection.projector.relearner)
    assert (await client.get("/v1/funnel", params={"as_of": "2026-01-02"})).status_code == 200
