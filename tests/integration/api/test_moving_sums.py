"""Sums that are remembered while days move and change, against the rows as they are."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import msgspec
import pytest

from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import DealShare, LeadOutcome
from leadtrace_api.funnel import moving_sum as one_sum
from leadtrace_api.funnel import moving_sums
from leadtrace_api.funnel.day_money import Revenue
from leadtrace_api.funnel.day_rows import Days, Of, rows_of
from leadtrace_api.funnel.entries import FIRST_ORDINAL, Entries
from leadtrace_api.funnel.moving_sums import MovingSums
from leadtrace_api.funnel.queries import Slice, revenues
from leadtrace_api.funnel.step_ages import moving_sum, step_ages
from leadtrace_api.projector.contribution import Basis
from leadtrace_api.reading import Reading, reading
from leadtrace_api.room import Room
from leadtrace_api.store.rollups import clear
from tests.integration.api.projection import Projection
from tests.integration.api.test_step_ages import crowd, told
from tests.unit.api.snapshots import outcome, record, won
from tests.unit.api.test_entries import open_steps

_FIRST = date(2026, 1, 1)
ALL = Slice(Basis.COHORT, "channel", None, None)


def _buyers(seed: int) -> list[LeadOutcome]:
    """A crowd of whom some brought something, or had it given back."""
    random = Random(seed)
    return [
        msgspec.structs.replace(lead, deals=tuple(_deals(random, number)))
        for number, lead in enumerate(crowd(seed))
    ]


def _deals(random: Random, number: int) -> Iterator[DealShare]:
    for part in range(random.choice((0, 0, 1, 2))):
        amount = random.choice((0, 500, 700, -500))
        yield won(2 * number + part, amount, random.randrange(90), random.choice(("EUR", "USD")))


async def _check(now: Reading, asked: Slice, moving: MovingSums) -> None:
    remembered, found = await step_ages(now, asked, moving), await step_ages(now, asked)
    assert _plain(remembered) == _plain(found), asked
    held = await moving_sum(now, asked, moving)
    if held is not None:
        assert _by_name(held.money.revenues) == _by_name(await revenues(now, asked)), asked


def _by_name(earned: Iterable[Revenue]) -> list[Revenue]:
    return sorted(earned, key=lambda one: (one.dimension, one.key, one.currency))


def _plain(found: dict[tuple[str, str], Entries]) -> dict[tuple[str, str], object]:
    return {group: told(entries) for group, entries in found.items()}


def _some_range(random: Random) -> tuple[date | None, date | None]:
    begin = _FIRST + timedelta(days=random.randrange(-3, 42))
    first = random.choice((None, begin, begin))
    return first, random.choice((None, begin + timedelta(days=random.randrange(30))))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("most_bytes", [moving_sums.MOST_BYTES, 20_000])
async def test_they_are_what_the_rows_say_whatever_was_asked_before_and_changed_since(
    projection: Projection, room: Room, seed: int, most_bytes: int
) -> None:
    random, moving = Random(seed), MovingSums(most_bytes)
    for revision in range(1, 9):
        some = random.sample(_buyers(100 * seed + revision), random.choice((1, 3, 120)))
        await projection.take([record(lead, revision) for lead in some])
        async with reading(room) as now:
            for _ in range(6):
                dimension = random.choice(("", "channel", "owner"))
                await _check(now, Slice(Basis.COHORT, dimension, *_some_range(random)), moving)


async def test_a_reading_that_began_before_a_change_does_not_see_it(
    projection: Projection, room: Room
) -> None:
    moving = MovingSums()
    await projection.take([record(lead, 1) for lead in _buyers(1)])
    async with reading(room) as before:
        await step_ages(before, ALL)
        await projection.take([record(lead, 2) for lead in _buyers(2)])
        async with reading(room) as after:
            for now in (after, before, after, before):
                await _check(now, ALL, moving)
            assert _plain(await step_ages(before, ALL)) != _plain(await step_ages(after, ALL))


async def test_a_lead_that_passes_from_one_owner_to_another_changes_its_day_though_not_its_sum(
    projection: Projection, room: Room
) -> None:
    asked = Slice(Basis.COHORT, "owner", None, None)
    for revision, owner in enumerate(("ada", "bob", "ada", None, "bob"), 1):
        await projection.take([record(outcome(1, (Stage.LEAD, 0), owner=owner), revision)])
        async with reading(room) as now:
            await _check(now, asked, room.moving)
            found = await step_ages(now, asked, room.moving)
        assert set(found) == {("", ""), *([("owner", owner)] if owner is not None else [])}


async def test_money_alone_that_changes_or_passes_to_another_owner_is_seen(
    projection: Projection, room: Room
) -> None:
    asked = Slice(Basis.COHORT, "owner", None, None)
    brought = ((500, "EUR", "ada"), (700, "EUR", "ada"), (700, "EUR", "bob"), (700, "USD", "bob"))
    for revision, (amount, currency, owner) in enumerate(brought, 1):
        lead = outcome(1, (Stage.LEAD, 0), owner=owner, deals=[won(1, amount, 2, currency)])
        await projection.take([record(lead, revision)])
        async with reading(room) as now:
            await _check(now, asked, room.moving)
            held = await moving_sum(now, asked, room.moving)
        assert held is not None
        assert _by_name(held.money.revenues) == [
            Revenue("", "", currency, 1, amount, 0),
            Revenue("owner", owner, currency, 1, amount, 0),
        ]


async def test_money_that_is_cut_anew_is_read_anew(projection: Projection, room: Room) -> None:
    await projection.take([record(outcome(1, (Stage.LEAD, 0), deals=[won(1, 500, 2)]), 1)])
    async with reading(room) as now:
        await _check(now, ALL, room.moving)
    async with projection.owner.acquire() as connection, connection.transaction():
        await clear(connection)
        await connection.execute(
            "insert into api.revenue_daily values (1, 'cohort', '', '2026-01-01', '', 'EUR', 1, 900, 0)"
        )
    async with reading(room) as now:
        await _check(now, ALL, room.moving)


async def test_a_table_that_takes_the_place_of_the_one_before_is_read_though_one_transaction_wrote_both(
    projection: Projection,
) -> None:
    await projection.take([record(lead, 1) for lead in crowd(4)])
    moving, of, always = MovingSums(), Of(1, "channel"), Days(date.min, date.max)
    async with projection.owner.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(
            "update api.step_ages set entries = entries;"
            "create table api.next_step_ages as select * from api.step_ages where key <> 'email'"
        )
        before = await moving.over(connection, of, always)
        await connection.execute(
            "alter table api.step_ages rename to step_ages_before;"
            "alter table api.next_step_ages rename to step_ages"
        )
        after = await moving.over(connection, of, always)
        await transaction.rollback()
    assert before is not None
    assert after is not None
    assert before.entries.keys() - after.entries.keys() == {("channel", "email")}


async def test_only_days_that_changed_are_read_again(
    projection: Projection, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[set[date]] = []

    async def noted(connection: Any, of: Any, states: Any, wanted: Collection[int]) -> Any:
        read.append({date.fromordinal(day + FIRST_ORDINAL) for day in wanted})
        return await rows_of(connection, of, states, wanted)

    monkeypatch.setattr(moving_sums, "rows_of", noted)
    days = [_FIRST + timedelta(days=number) for number in range(4)]
    leads = [outcome(n, (Stage.LEAD, n), channel="email", captured=n) for n in range(1, 5)]
    await projection.take([record(lead, 1) for lead in leads])
    later = outcome(2, (Stage.LEAD, 2), (Stage.MARKETING_QUALIFIED, 3), channel="fair", captured=2)
    async with reading(room) as now:
        held = sorted(set(await _days(now)))
        for first, last in ((held[0], held[2]), (held[0], held[2]), (held[1], held[3])):
            await step_ages(now, Slice(Basis.COHORT, "channel", first, last), room.moving)
    await projection.take([record(later, 2)])
    async with reading(room) as now:
        await step_ages(now, Slice(Basis.COHORT, "channel", held[0], held[3]), room.moving)
    assert len(held) == len(days)
    assert read == [set(held[:3]), set(), {held[3]}, {held[1]}]


async def _days(now: Reading) -> list[date]:
    found = await step_ages(now, ALL)
    return [date.fromordinal(day) for _, day in open_steps(found["", ""])]


async def test_what_were_too_large_to_keep_is_read_as_it_is(
    projection: Projection, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_sum, "MOST_CELLS", 5_000)
    await projection.take([record(lead, 1) for lead in crowd(3)])
    async with reading(room) as now:
        for _ in range(2):
            await _check(now, ALL, room.moving)
            await _check(now, Slice(Basis.COHORT, "", None, None), room.moving)
