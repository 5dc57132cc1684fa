"""What the ticker tells: numbers in the order of commits, deltas that add up, and nothing told twice."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadtrace.events.custody import Answer, Offer, OpenedBy
from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import DealStatus, LeadOutcome, LeadScore, Qualification
from leadtrace.runtime.clock import FrozenClock, SystemClock
from leadtrace.runtime.metrics import Metrics
from leadtrace.store.engine import connect
from leadtrace_api.projector.ticker import Entry, Kind
from leadtrace_api.store import ticker
from leadtrace_api.store.rebuild import rebuild_if_cut_otherwise
from leadtrace_api.ticker.sequencer import KEPT, Sequencer
from tests.integration.api.projection import Projection
from tests.unit.api.snapshots import DEFINITION, at, deal, deal_id, lead_id, outcome, outcomes, record, won

LAW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
WRITERS = 3


def sequencer(projection: Projection, a_round: int = 5_000) -> Sequencer:
    return Sequencer(projection.pool, SystemClock(), Metrics(), a_round=a_round)


async def told(projection: Projection) -> list[ticker.Numbered]:
    """Every entry, in the order of numbers."""
    await sequencer(projection).work()
    return await page(projection)


async def page(projection: Projection, after: int = 0) -> list[ticker.Numbered]:
    """The entries behind a number."""
    async with projection.owner.acquire() as connection:
        return await ticker.page(connection, after, 100_000)


async def notable(projection: Projection) -> list[dict[str, Any]]:
    """The notable events told so far."""
    return [msgspec.json.decode(one.body) for one in await told(projection) if one.kind == "notable"]


async def forget(projection: Projection) -> None:
    await projection.empty()
    await projection.owner.execute("truncate api.ticker_waiting, api.ticker_entries")
    await projection.owner.execute("update api.ticker_state set last_number = 0, pruned_number = 0")


@st.composite
def schedules(draw: st.DrawFn) -> list[tuple[str, int]]:
    """What happens in turn: a writer tells, commits or gives up; numbers are given; a reader looks."""
    acts = st.sampled_from(("tell", "tell", "commit", "rollback", "number", "both", "read"))
    return draw(st.lists(st.tuples(acts, st.integers(0, WRITERS - 1)), max_size=25))


@LAW
@given(schedule=schedules(), a_round=st.integers(1, 4), data=st.data())
async def test_readers_miss_nothing_and_read_nothing_twice_whoever_commits_when(
    projection: Projection,
    database_url: str,
    schedule: list[tuple[str, int]],
    a_round: int,
    data: st.DataObject,
) -> None:
    await forget(projection)
    writers = [await connect(database_url, "leadtrace_api") for _ in range(WRITERS)]
    open_now: dict[int, tuple[Any, list[str]]] = {}
    committed: list[list[str]] = []
    rounds: list[int] = []
    seen: list[tuple[int, str]] = []
    own = sequencer(projection, a_round)
    count = 0

    async def end(writer: int, *, commit: bool) -> None:
        transaction, bodies = open_now.pop(writer)
        await (transaction.commit() if commit else transaction.rollback())
        if commit:
            committed.append(bodies)

    async def read() -> None:
        after = seen[-1][0] if seen else 0
        seen.extend((one.number, one.body) for one in await page(projection, after))

    for act, writer in [*schedule, *(("commit", n) for n in range(WRITERS)), ("number", 0), ("read", 0)]:
        if act == "tell":
            if writer not in open_now:
                transaction = writers[writer].transaction()
                await transaction.start()
                open_now[writer] = (transaction, [])
            bodies = [f"{count + n}" for n in range(2)]
            count += 2
            await ticker.tell(writers[writer], [Entry(Kind.NOTABLE, body) for body in bodies])
            open_now[writer][1].extend(bodies)
        elif act in ("commit", "rollback") and writer in open_now:
            await end(writer, commit=act == "commit")
        elif act == "number":
            await own.work()
            rounds.append(len(committed))
        elif act == "both":
            await _at_once(projection, a_round)
            rounds.append(len(committed))
        elif act == "read":
            await read()
    for connection in writers:
        await connection.close()
    assert [number for number, _ in seen] == list(range(1, len(seen) + 1))
    place = {body: number for number, body in seen}
    assert len(place) == len(seen)
    assert place.keys() == {body for bodies in committed for body in bodies}
    for bodies in committed:
        assert sorted(bodies, key=lambda body: place[body]) == bodies
    for done in rounds:
        # What was committed before numbers were given comes before all that was committed later.
        before = [place[body] for bodies in committed[:done] for body in bodies]
        later = [place[body] for bodies in committed[done:] for body in bodies]
        assert max(before, default=0) < min(later, default=1 << 62)
    after = data.draw(st.integers(0, len(seen)))
    resumed = await page(projection, after)
    assert [(one.number, one.body) for one in resumed] == seen[after:]


async def _at_once(projection: Projection, a_round: int) -> None:
    """Two sequencers at the same time."""
    await asyncio.gather(*(sequencer(projection, a_round).work() for _ in range(2)))


Rows = set[tuple[object, ...]]


def added_up(entries: list[ticker.Numbered]) -> tuple[Rows, Rows]:
    """The rollups over all leads, by channel and by segment, as a reader who adds up makes them."""
    funnel: dict[tuple[object, ...], Counter[str]] = {}
    for entry in entries:
        if entry.kind != "funnel":
            continue
        body = msgspec.json.decode(entry.body)
        for row in body["rows"]:
            name, money = row.get("stage") or row["currency"], "currency" in row
            for dimension in ("", "channel", "segment"):
                key = row.get(dimension) if dimension else ""
                if key is not None:
                    day = date.fromisoformat(row["day"])
                    cell = (money, body["definition_version"], row["basis"], dimension, day, key, name)
                    funnel.setdefault(cell, Counter()).update({m: row.get(m, 0) for m in _MEASURES})
    made: tuple[Rows, Rows] = (set(), set())
    for (money, *cell), sums in funnel.items():
        amounts = [sums[measure] for measure in (_MEASURES[3:] if money else _MEASURES[:3])]
        if any(amounts):
            made[bool(money)].add((*cell, *amounts))
    return made


_MEASURES = ("entered", "reached", "current", "customers", "revenue", "recurring_revenue")


def of_live(rows: Rows) -> Rows:
    return {row for row in rows if row[0] == DEFINITION.version and row[2] in ("", "channel", "segment")}


@LAW
@given(
    batches=st.lists(
        st.lists(st.tuples(st.integers(1, 3).flatmap(outcomes), st.integers(1, 9)), max_size=4), max_size=5
    )
)
async def test_deltas_add_up_to_the_funnel(
    projection: Projection, batches: list[list[tuple[LeadOutcome, int]]]
) -> None:
    await forget(projection)
    for batch in batches:
        await projection.take([record(body, revision) for body, revision in batch])
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
