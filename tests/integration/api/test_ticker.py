"""What the ticker tells: numbers in the order of commits, deltas that add up, and nothing told twice."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from leadtrace.events.custody import Answer, Offer, OpenedBy
from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import DealStatus, LeadOutcome, LeadScore, Qualification
from leadtrace.runtime.clock import FrozenClock
from leadtrace.runtime.metrics import Metrics
from leadtrace_api.projector.ticker import Entry, Kind
from leadtrace_api.store import ticker
from leadtrace_api.store.rebuild import rebuild_if_cut_otherwise
from leadtrace_api.ticker.sequencer import KEPT, Sequencer
from tests.integration.api.projection import Projection
from tests.integration.api.ticked import added_up, forget, of_live, page, told
from tests.unit.api.snapshots import DEFINITION, at, deal, deal_id, lead_id, outcome, outcomes, record, won

LAW = settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


async def notable(projection: Projection) -> list[dict[str, Any]]:
    """The notable events told so far."""
    return [msgspec.json.decode(one.body) for one in await told(projection) if one.kind == "notable"]


@LAW
@given(st.lists(st.lists(st.integers(1, 3).flatmap(outcomes), max_size=4), max_size=5))
async def test_deltas_add_up_to_the_funnel(projection: Projection, batches: list[list[LeadOutcome]]) -> None:
    """Each batch replaces what an earlier one said of its leads."""
    await forget(projection)
    for revision, batch in enumerate(batches, start=1):
        await projection.take([record(body, revision) for body in batch])
    funnel, revenue = await projection.recomputed()
    assert added_up(await told(projection)) == (of_live(funnel), of_live(revenue))


async def test_what_comes_again_or_changes_nothing_is_not_told(projection: Projection) -> None:
    captured = outcome(1, (Stage.LEAD, 0), (Stage.MARKETING_QUALIFIED, 1))
    await projection.take([record(captured, 10), record(deal(1, 500), 10)])
    before = await told(projection)
    assert {one.kind for one in before} == {"funnel", "notable"}
    await projection.take([record(captured, 10), record(captured, 11), record(deal(1, 500), 12)])
    assert await told(projection) == before


async def test_notable_events_carry_ids_and_money(projection: Projection) -> None:
    offer = Offer(at=at(2), opened_by=OpenedBy.CLAIM, version=1, team="north", owner="Jo Doe")
    verdict = Qualification(Stage.MARKETING_QUALIFIED, at(1), holds=True)
    first = outcome(1, (Stage.LEAD, 0), (Stage.MARKETING_QUALIFIED, 1), offers=(offer,), owner="Jo Doe")
    first = msgspec.structs.replace(first, qualifications=(verdict,))
    score = LeadScore(lead_id=lead_id(1), definition=DEFINITION, band="warm")
    open_deal = deal(1, 500, status=DealStatus.OPEN, closed_at=None)
    await projection.take([record(first, 1), record(score, 1), record(open_deal, 1)])
    answered = msgspec.structs.replace(offer, answer=Answer.ACCEPTED, answered_at=at(3))
    second = msgspec.structs.replace(first, offers=(answered,))
    hot = msgspec.structs.replace(score, band="hot")
    await projection.take([record(second, 2), record(hot, 2), record(deal(1, 500), 2)])
    await projection.take([record(deal(1, 500, refunded=200), 3), record(hot, 3)])
    found = await notable(projection)
    assert [(one["event"], one.get("lead_id"), one.get("deal_id"), one.get("amount")) for one in found] == [
        ("stage_reached", lead_id(1), None, None),
        ("verdict_holds", lead_id(1), None, None),
        ("handover_opened", lead_id(1), None, None),
        ("became_hot", lead_id(1), None, None),
        ("handover_accepted", lead_id(1), None, None),
        ("deal_won", None, deal_id(1), 500),
        ("deal_refunded", None, deal_id(1), 200),
    ]
    assert found[4]["team"] == "north"
    assert "Jo Doe" not in str(found)


async def test_a_lost_deal_and_a_rejected_handover_are_told(projection: Projection) -> None:
    offer = Offer(
        at=at(2), opened_by=OpenedBy.CLAIM, version=1, answer=Answer.REJECTED, answered_at=at(3), team="north"
    )
    lost = deal(2, 900, status=DealStatus.LOST)
    await projection.take([record(outcome(1, (Stage.LEAD, 0), offers=(offer,)), 1), record(lost, 1)])
    assert [one["event"] for one in await notable(projection)] == [
        "handover_opened",
        "handover_rejected",
        "deal_lost",
    ]


async def test_a_rebuild_tells_nothing_again_but_that_all_is_new(projection: Projection) -> None:
    await projection.take([record(outcome(1, (Stage.LEAD, 0), deals=[won(1, 500, 5)]), 10)])
    before = await told(projection)
    async with projection.pool.acquire() as connection:
        assert await rebuild_if_cut_otherwise(connection, "Europe/Berlin", projection.projector.relearner)
    after = await told(projection)
    assert after[: len(before)] == before
    assert [(one.kind, one.body) for one in after[len(before) :]] == [("reset", '{"reason":"rebuilt"}')]


async def test_entries_are_kept_for_a_day_and_numbers_go_on(projection: Projection) -> None:
    clock = FrozenClock(datetime(2026, 3, 1, tzinfo=UTC))
    own = Sequencer(projection.pool, clock, Metrics())

    async def tell(body: str) -> None:
        async with projection.owner.acquire() as connection:
            await ticker.tell(connection, [Entry(Kind.NOTABLE, body)])
        await own.work()

    await tell("1")
    clock.advance(KEPT)
    await tell("2")
    assert [one.number for one in await page(projection)] == [1, 2]
    clock.advance(timedelta(minutes=10))
    await own.work()
    assert [one.number for one in await page(projection)] == [2]
    clock.advance(KEPT + timedelta(minutes=1))
    await own.work()
    async with projection.owner.acquire() as connection:
        assert await ticker.state(connection) == (2, 2)
    await tell("3")
    assert [one.number for one in await page(projection)] == [3]
