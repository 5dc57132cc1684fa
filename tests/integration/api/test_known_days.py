"""Metrics as known at the close of a day: equal to a run over only the events recorded by then."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadtrace.events.deal import DealCreated, DealLinked, DealUnlinked, DealUpdated, DealWon
from leadtrace.events.envelope import Event
from leadtrace.events.lead import LeadCaptured, LeadStageChanged, Stage
from leadtrace.events.snapshots import Profile
from leadtrace.testing.builders import DAY_ZERO, event, lead_ref
from leadtrace.testing.worlds import worlds
from leadtrace_api.knowledge.closing import close_of
from leadtrace_api.store.rebuild import OUTCOME
from tests.integration.api.conftest import SETTINGS
from tests.integration.api.moved import moved_worlds
from tests.integration.api.projection import Projection
from tests.integration.api.whole import Whole
from tests.unit.api.snapshots import record

HOURS_LATE = (0, 0, 1, -1, 20, 30, 80)
WORLDS = st.one_of(worlds(hours_late=HOURS_LATE), moved_worlds(hours_late=HOURS_LATE))
RANGE = {"from": "2025-12-25", "to": "2026-01-20"}
_SUM_OF_DIFFERENCES = """
select definition_version, basis, dimension, day, key, {name}, {sums}
from api.{table} group by 1, 2, 3, 4, 5, 6 having {any}
"""

through_the_store = settings(
    deadline=None,
    max_examples=16,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


_OF_NOW = ("drill", "time", "time_to_customer")


async def funnels(client: httpx.AsyncClient, **as_of: str) -> list[dict[str, Any]]:
    """What the funnel counts, on both bases, in total and by three dimensions."""
    found = []
    for basis in ("cohort", "activity"):
        for by in ({}, {"by": "channel"}, {"by": "owner"}, {"by": "segment"}):
            answer = await client.get("/v1/funnel", params={**RANGE, "basis": basis, **by, **as_of})
            assert answer.status_code == 200, answer.text
            found.append({name: _counted(answer.json()[name]) for name in ("groups", "total")})
    for hours in (0, 13, 49, 200):
        at = (DAY_ZERO + timedelta(hours=hours)).isoformat()
        answer = await client.get("/v1/ledger/balances", params={"at": at, "by": "team,owner", **as_of})
        assert answer.status_code == 200, answer.text
        found.append({name: answer.json()[name] for name in ("groups", "total")})
        assert found[-1]["total"]["imbalance"] == 0
        assert found[-1]["total"]["balance"] == sum(one["balance"] for one in found[-1]["groups"])
    return found


def _counted(numbers: Any) -> Any:
    """The same without links, which lead to what is known now, and without what ages tell: of these no day
    is kept, so that a rate is the plain ratio as of a day."""
    if isinstance(numbers, list):
        return [_counted(one) for one in numbers]
    if not isinstance(numbers, dict):
        return numbers
    if "method" in numbers:
        return {name: numbers[name] for name in ("n", "naive")}
    return {name: _counted(one) for name, one in numbers.items() if name not in _OF_NOW}


async def differences_summed(projection: Projection) -> tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]:
    """The known rollups summed over all known days, in the shape of `Projection.rollups`."""
    found = []
    for table, name, measures in (
        ("funnel_known", "stage", ("entered", "reached", "current")),
        ("revenue_known", "currency", ("customers", "revenue", "recurring_revenue")),
    ):
        sums = ", ".join(f"sum({measure})::bigint" for measure in measures)
        some = " or ".join(f"sum({measure}) <> 0" for measure in measures)
        statement = _SUM_OF_DIFFERENCES.format(name=name, sums=sums, table=table, any=some)
        found.append({tuple(row) for row in await projection.pool.fetch(statement)})
    return found[0], found[1]


def known(events: Sequence[Event], day: date) -> list[Event]:
    """The events recorded by the close of a day."""
    return [made for made in events if made.recordedtime <= close_of(day, SETTINGS.zone)]


@through_the_store
@given(world=WORLDS, days=st.integers(-1, 6), seed=st.integers(0, 2**32))
async def test_a_funnel_as_of_a_day_is_that_of_a_run_over_the_events_recorded_by_its_close(
    projection: Projection, client: httpx.AsyncClient, world: list[Event], days: int, seed: int
) -> None:
    day, chance = DAY_ZERO.date() + timedelta(days=days), random.Random(seed)
    whole = Whole(projection)
    await whole.begin()
    await whole.tell(known(world, day))
    then = await funnels(client)
    await whole.begin()
    arriving = chance.sample(world, len(world))
    for start in range(0, len(arriving), 4):
        await whole.tell(arriving[start : start + 4], copies=2, size=chance.randint(1, 9))
        assert await differences_summed(projection) == await projection.rollups()
    assert await funnels(client, as_of=day.isoformat()) == then
    assert await projection.rollups() == await projection.recomputed()


@through_the_store
@given(world=WORLDS, seed=st.integers(0, 2**32))
async def test_what_was_booked_does_not_depend_on_the_order_of_arrival(
    projection: Projection, world: list[Event], seed: int
) -> None:
    chance, whole = random.Random(seed), Whole(projection)
    await whole.begin()
    await whole.tell(world)
    booked = await _booked(projection)
    await whole.begin()
    arriving = chance.sample(world, len(world))
    for start in range(0, len(arriving), 3):
        await whole.tell(arriving[start : start + 3], size=chance.randint(1, 9))
    assert await _booked(projection) == booked


async def _booked(projection: Projection) -> list[list[tuple[Any, ...]]]:
    statements = (
        "select * from api.funnel_known where entered <> 0 or reached <> 0 or current <> 0",
        "select * from api.revenue_known where customers <> 0 or revenue <> 0 or recurring_revenue <> 0",
        "select * from api.lead_days",
        "select * from api.known_leads",
    )
    return [sorted(map(tuple, await projection.pool.fetch(one)), key=repr) for one in statements]


async def test_a_profile_that_snapshots_of_before_lacked_was_known_all_along(projection: Projection) -> None:
    later = DAY_ZERO + timedelta(days=2)
    told = [
        event(LeadCaptured(properties={"segment": "smb"}), "contact/1", 1),
        event(LeadStageChanged(Stage.LEAD, "lead"), "contact/1", 2, at=later, recorded=later),
    ]
    whole, bodies = Whole(projection), []
    await whole.begin()
    for one in told:
        await whole.tell([one])
        bodies.append(OUTCOME.decode(await projection.pool.fetchval("select outcome_body from api.leads")))
    booked = await _booked(projection)
    await projection.empty()
    before = [msgspec.structs.replace(one, profile=Profile()) for one in bodies]
    for revision, body in enumerate([*before, bodies[-1]], start=1):
        await projection.take([record(body, revision)])
    assert await _booked(projection) == booked


async def test_a_day_that_is_not_over_is_refused(client: httpx.AsyncClient) -> None:
    for day in ("2999-01-01", "9999-12-31"):
        answer = await client.get("/v1/funnel", params={"as_of": day})
        assert answer.status_code == 400
        assert answer.json()["parameter"] == "as_of"
    assert (await client.get("/v1/funnel", params={"as_of": "0001-01-01"})).status_code == 200


async def test_a_late_win_was_not_known_before_and_is_counted_on_its_own_day(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    """Won on the 3rd, told on the 9th."""
    whole = Whole(projection)
    await whole.begin()
    second, third, ninth = (DAY_ZERO + timedelta(days=number) for number in (1, 2, 8))
    await whole.tell(
        [
            event(LeadCaptured(), "contact/1", 1),
            event(LeadStageChanged(stage=Stage.LEAD, claimed="lead"), "contact/1", 2, at=second),
            event(DealCreated(), "deal/1", 3, at=second),
            event(DealUpdated(amount="10", currency="EUR"), "deal/1", 4, at=second),
            event(DealLinked(lead_ref("contact/1")), "deal/1", 5, at=second),
        ]
    )
    await whole.tell([event(DealWon(claimed="won"), "deal/1", 6, at=third, recorded=ninth)])
    amounts = {}
    for day in ("2026-01-02", "2026-01-08", "2026-01-09"):
        asked = {"from": "2026-01-03", "to": "2026-01-03", "basis": "activity", "as_of": day}
        amounts[day] = (await client.get("/v1/funnel", params=asked)).json()["total"]["revenue"]["amount"]
    assert amounts == {"2026-01-02": "0.00", "2026-01-08": "0.00", "2026-01-09": "10.00"}


async def test_a_lead_that_counts_no_more_for_a_day_is_not_counted_as_of_that_day(
    projection: Projection, client: httpx.AsyncClient
) -> None:
    """Known by its deal alone: linked on the 1st, taken off on the 3rd, linked again on the 5th."""
    whole = Whole(projection)
    await whole.begin()
    third, fifth, seventh = (DAY_ZERO + timedelta(days=number) for number in (2, 4, 6))
    steps = [
        [event(DealCreated(), "deal/1", 1), event(DealLinked(lead_ref("contact/1")), "deal/1", 2)],
        [event(DealUnlinked(lead_ref("contact/1")), "deal/1", 3, at=third)],
        [event(DealLinked(lead_ref("contact/1")), "deal/1", 4, at=fifth)],
        [event(LeadStageChanged(stage=Stage.LEAD, claimed="lead"), "contact/1", 5, at=seventh)],
    ]
    for step in steps:
        await whole.tell(step)
        assert await differences_summed(projection) == await projection.rollups()
    counted = {}
    for day in (1, 2, 3, 4, 5, 7):
        asked = {"from": "2026-01-01", "to": "2026-01-31", "as_of": f"2026-01-{day:02}"}
        stages = (await client.get("/v1/funnel", params=asked)).json()["total"]["stages"]
        counted[day] = next(row["reached"] for row in stages if row["stage"] == "inquiry")
    assert counted == {1: 1, 2: 1, 3: 0, 4: 0, 5: 1, 7: 1}
    # A late event has all days folded anew: they are what they were.
    late = event(LeadCaptured(), "contact/1", 6, at=third, recorded=third)
    await whole.tell([late])
    assert await differences_summed(projection) == await projection.rollups()


@pytest.mark.parametrize("known_before", [False, True])
async def test_a_lead_that_changed_the_past_and_on_the_same_day_changed_it_back_is_not_listed(
    projection: Projection, *, known_before: bool
) -> None:
    """Told on the 3rd of a link on the 1st, then that it was undone: the 1st is as it was."""
    whole = Whole(projection)
    await whole.begin()
    third = DAY_ZERO + timedelta(days=2)
    if known_before:
        await whole.tell([event(LeadCaptured(), "contact/1", 1)])
    await whole.tell(
        [
            event(DealCreated(), "deal/1", 2, recorded=third),
            event(DealUpdated(amount="10", currency="EUR"), "deal/1", 3, recorded=third),
            event(DealWon(claimed="won"), "deal/1", 4, recorded=third),
            event(DealLinked(lead_ref("contact/1")), "deal/1", 5, recorded=third),
        ]
    )
    listed = "select known_day from api.known_leads"
    assert [row[0] for row in await projection.pool.fetch(listed)] == [third.date()]
    await whole.tell([event(DealUnlinked(lead_ref("contact/1")), "deal/1", 6, recorded=third)])
    assert await differences_summed(projection) == await projection.rollups()
    assert await projection.pool.fetch(listed) == []
