"""Ages of steps in the database: every bin, rows that come and go, an update, and how they are read."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import date
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from leadtrace.domain.calendar import calendar
from leadtrace.domain.survival.age_bins import AGE_EDGES_S, BINS
from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import LeadOutcome, LeadStatus
from leadtrace.testing.eventually import eventually_answers
from leadtrace_api.funnel.entries import Entries, no_entries
from leadtrace_api.funnel.queries import Slice
from leadtrace_api.funnel.step_ages import step_ages
from leadtrace_api.projector.contribution import Basis
from leadtrace_api.projector.step_ages import Increments, RowKey, add
from leadtrace_api.projector.step_ages import step_ages as step_ages_of
from leadtrace_api.projector.step_codes import STEPS
from leadtrace_api.reading import reading
from leadtrace_api.room import Room
from leadtrace_api.store import step_ages as store
from leadtrace_api.store.recount_steps import recount_steps_if_counted_otherwise
from tests.integration.api import step_aged
from tests.integration.api.projection import Projection
from tests.unit.api.snapshots import DAY_US, START_US, lead_id, outcome, record
from tests.unit.api.test_entries import open_steps

BERLIN = calendar(ZoneInfo("Europe/Berlin"))
ALL = Slice(Basis.COHORT, "channel", None, None)
RUNGS = (Stage.LEAD, Stage.MARKETING_QUALIFIED, Stage.SALES_ACCEPTED, Stage.OPPORTUNITY, Stage.CUSTOMER)
# Of a sum: step, how it ended, and the bin of its age; of an open one the day on which it was entered.
Told = Counter[tuple[int, str, int]]
ENDS = ("won", "lost", "gone", "late", "unwatched", "open", "entered", "current")


def crowd(seed: int, size: int = 150) -> list[LeadOutcome]:
    """Leads of a few weeks, on their ways, of two channels and of none."""
    random = Random(seed)
    return [_lead(random, number) for number in range(1, size + 1)]


def _lead(random: Random, number: int) -> LeadOutcome:
    day = random.randrange(40) + random.random()
    steps: list[tuple[Stage, float]] = []
    for rung in RUNGS[: random.randint(0, len(RUNGS))]:
        steps.append((rung, day))
        day += random.choice((0.0001, 0.01, 0.3, 2.0, 30.0, 200.0)) * random.random()
    left = random.choice((Stage.LOST, Stage.DISQUALIFIED, None, None))
    status = random.choice((LeadStatus.OPEN, LeadStatus.OPEN, LeadStatus.DELETED))
    if left is not None and (not steps or steps[-1][0] is not Stage.CUSTOMER):
        steps.append((left, day))
        status = LeadStatus.LOST
    return outcome(
        number,
        *steps,
        channel=random.choice(("email", "paid_search", None)),
        captured=steps[0][1] if steps else day,
        status=status,
        latest_at=START_US + round((day + 1) * DAY_US),
        owner=random.choice(("ada", "bob", None)),
        watched_from=random.choice((None, START_US + round((day - random.random() * 9) * DAY_US))),
    )


def told(entries: Entries) -> Told:
    """All counts of a sum that are not 0."""
    found: Told = Counter()
    unwatched = np.pad(entries.unwatched, ((0, 0), (0, BINS - 2)))
    for end, counts in zip(
        ENDS, (entries.won, entries.lost, entries.gone, entries.late, unwatched), strict=False
    ):
        assert counts.shape == (len(STEPS), BINS)
        for step, number in zip(*np.nonzero(counts), strict=True):
            found[int(step), end, int(number)] = int(counts[step, number])
    for end, counts in (("entered", entries.entered), ("current", entries.current)):
        found.update({(0, end, place): count for place, count in enumerate(counts.tolist()) if count})
    found.update({(step, "open", day): count for (step, day), count in open_steps(entries).items()})
    return found


def _expected(rows: Iterable[Any], asked: Slice) -> dict[tuple[str, str], Told]:
    found: dict[tuple[str, str], Told] = {}
    for version, dimension, day, key, step, kind, value, count in rows:
        in_range = (asked.first or date.min) <= day <= (asked.last or date.max)
        if version == 1 and in_range and dimension in ("", asked.dimension):
            at = value if ENDS[kind] != "open" else day.toordinal() + value
            found.setdefault((dimension, key), Counter())[step, ENDS[kind], at] += count
    return found


async def _read(room: Room, asked: Slice = ALL) -> dict[tuple[str, str], Entries]:
    """What is read, which is the same by what the room remembers of days."""
    async with reading(room) as here:
        found = await step_ages(here, asked)
        remembered = await step_ages(here, asked, room.moving)
        assert {group: told(one) for group, one in remembered.items()} == {
            group: told(one) for group, one in found.items()
        }
        return found


async def test_each_bin_holds_what_begins_at_its_edge_and_not_what_ends_there(
    projection: Projection, room: Room
) -> None:
    ages = [edge * 1_000_000 + more for edge in AGE_EDGES_S for more in (-1, 0) if edge or not more]
    leads = [
        outcome(
            number,
            (Stage.MARKETING_QUALIFIED, 1),
            first_reached={Stage.LEAD: START_US, Stage.MARKETING_QUALIFIED: START_US + age},
        )
        for number, age in enumerate(ages)
    ]
    await projection.take([record(lead, 1) for lead in leads])
    await projection.check_step_ages()
    total = (await _read(room))["", ""]
    lead_to_mql = 1
    assert total.won[lead_to_mql].tolist() == [2] * (BINS - 1) + [1]


@pytest.mark.parametrize(
    "asked",
    [
        ALL,
        Slice(Basis.COHORT, "owner", date(2026, 1, 10), date(2026, 1, 20)),
        Slice(Basis.COHORT, "", date(2026, 1, 10), None),
    ],
)
async def test_what_is_read_is_what_sql_makes_of_the_stored_outcomes(
    projection: Projection, room: Room, asked: Slice
) -> None:
    await projection.take([record(lead, 1) for lead in crowd(1)])
    await projection.take([record(lead, 2) for lead in crowd(2, size=100)])
    await projection.check_step_ages()
    rows = await projection.pool.fetch(step_aged.EXPECTED, "Europe/Berlin")
    found = await _read(room, asked)
    assert {group: told(entries) for group, entries in found.items()} == _expected(rows, asked)


async def test_leads_without_a_key_are_what_the_keys_leave_of_the_total(
    projection: Projection, room: Room
) -> None:
    leads = crowd(3)
    await projection.take([record(lead, 1) for lead in leads])
    found = await _read(room)
    total = found.pop(("", ""))
    assert sorted(key for _, key in found) == ["email", "paid_search"]
    rest = total.minus(found.values())
    assert told(rest.plus(found.values())) == told(total)
    assert told(total.minus([rest, *found.values()])) == Counter()
    await projection.empty()
    await projection.take([record(lead, 1) for lead in leads if lead.acquisition.channel is None])
    assert told((await _read(room))["", ""]) == told(rest)


async def test_of_nothing_there_is_nothing_and_no_other_basis_or_state_of_knowledge(room: Room) -> None:
    assert await _read(room) == {}
    assert told(no_entries()) == Counter()
    for asked in (
        Slice(Basis.ACTIVITY, "", None, None),
        Slice(Basis.COHORT, "", None, None, known=date(2026, 1, 1)),
    ):
        with pytest.raises(ValueError, match="as they are known now"):
            await _read(room, asked)


@pytest.mark.parametrize("more", [1, -1])
async def test_whoever_adds_to_a_row_waits_for_who_is_about_to_change_or_to_remove_it(
    projection: Projection, monkeypatch: pytest.MonkeyPatch, more: int
) -> None:
    """Alone, without the rows of the funnel, which are locked before and hide what is not locked here."""
    lead = step_ages_of(outcome(1, (Stage.LEAD, 0)), BERLIN)
    came: Increments = {}
    went: Increments = {}
    add(came, lead)
    add(went, None, lead)
    read, read_on, held = asyncio.Event(), asyncio.Event(), store._held

    async def slowly_held(*asked: Any) -> dict[RowKey, bytes]:
        found = await held(*asked)
        if not read.is_set():
            read.set()
            await read_on.wait()
        return found

    await _in_transaction(projection, came)
    monkeypatch.setattr(store, "_held", slowly_held)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_in_transaction(projection, came if more > 0 else went))
        await read.wait()
        other = tasks.create_task(_in_transaction(projection, came))
        await eventually_answers(lambda: _waits(projection, other), what="the other one to wait")
        read_on.set()
    assert {row[-1] for row in await projection.pool.fetch(step_aged.HELD)} == {2 + more}


async def _in_transaction(projection: Projection, increments: Increments) -> None:
    async with projection.pool.acquire() as connection, connection.transaction():
        await store.add(connection, increments)


async def _waits(projection: Projection, other: asyncio.Task[None]) -> bool:
    waiting = "from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    return other.done() or bool(await projection.owner.fetchval(f"select exists (select {waiting})"))


async def test_what_was_never_counted_is_not_taken_out_of_others(projection: Projection) -> None:
    """Rows that somebody deleted do not stop the projector; counted anew they are right."""
    await projection.take([record(lead, 1) for lead in crowd(6, size=20)])
    await projection.pool.execute("delete from api.step_ages where dimension = ''")
    applied = await projection.take([record(lead, 2) for lead in crowd(7, size=20)])
    assert (applied.applied, applied.dead) == (20, [])
    assert await projection.pool.fetchval(step_aged.UNSOUND) == 0
    async with projection.pool.acquire() as connection:
        assert await recount_steps_if_counted_otherwise(connection, projection.projector.relearner)
    await projection.check_step_ages()


async def test_rows_that_become_empty_are_removed_and_made_again_while_others_write_them(
    projection: Projection,
) -> None:
    """Owners hand leads to and fro: nearly every write empties a row that somebody else fills."""
    async with asyncio.TaskGroup() as tasks:
        for revision in range(1, 13):
            for number in range(1, 9):
                lead = outcome(number, (Stage.LEAD, 0), owner=f"owner {(revision + number) % 3}")
                tasks.create_task(projection.take([record(lead, revision)]))
    await projection.check_step_ages()
    gone = [record(outcome(n, (Stage.LEAD, 0), redirect_to=lead_id(99)), 100) for n in range(1, 9)]
    await projection.take(gone)
    assert await projection.pool.fetchval("select count(*) from api.step_ages") == 0


async def test_an_older_database_is_counted_once(projection: Projection) -> None:
    await projection.take([record(lead, 1) for lead in crowd(4)])
    await projection.pool.execute("delete from api.step_ages")
    async with projection.pool.acquire() as connection:
        assert await recount_steps_if_counted_otherwise(connection, projection.projector.relearner)
        assert not await recount_steps_if_counted_otherwise(connection, projection.projector.relearner)
    await projection.check_step_ages()
    await projection.take([record(lead, 2) for lead in crowd(5)])
    await projection.check_step_ages()
