"""Reads the ages of steps: all rows of a range of days as one sum for each key and for the total."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, TypeAlias, TypeVar, cast

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

from leadtrace.domain.survival.age_bins import BINS
from leadtrace.events.lead import LADDER, Stage
from leadtrace.store.connection import Connection
from leadtrace_api.funnel.queries import Slice, StageCount
from leadtrace_api.projector.contribution import Basis
from leadtrace_api.projector.dimensions import TOTAL
from leadtrace_api.projector.step_ages import VERSION
from leadtrace_api.projector.step_codes import (
    ENDED_SHAPE,
    FIRST_CURRENT,
    FIRST_ENTERED,
    FIRST_OPEN,
    OVERALL,
    PAIR,
    STEP_ROOM,
    STEPS,
    End,
    Ints,
)
from leadtrace_api.reading import Reading
from leadtrace_api.remembered import Remembered
from leadtrace_api.tags import state_of

_WHERE = "where definition_version = $1 and dimension = any($2) and day between $3 and $4"
_ROWS = f"select dimension, key, day - date '0001-01-01', entries from api.step_ages {_WHERE}"
# All days of a key on end, days and sizes as the server writes numbers: a row a key is quickly read. The
# aggregates of one group see its rows in one order.
_PACKED = f"""
select dimension, key, string_agg(int4send(day - date '0001-01-01'), ''::bytea),
       string_agg(int4send(octet_length(entries)), ''::bytea), string_agg(entries, ''::bytea)
from api.step_ages {_WHERE} group by dimension, key
"""
_ARE_COUNTED = text("select contribution_version, timezone from api.projections where name = 'step_ages'")
_CODE = np.dtype(">u4")
# Before the whole way stands the step to the last rung.
_LAST_STEP = OVERALL - 1
_FIRST_ORDINAL = date.min.toordinal()
Period = TypeVar("Period")
_Whole: TypeAlias = NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class OpenSteps:
    """Steps that have not ended: which step, entered on which day (its ordinal), and how many leads.

    Ascending by step and day, each pair once.
    """

    step: Ints
    entry_day: Ints
    count: Ints


@dataclass(frozen=True, slots=True)
class Entries:
    """How the steps of a group of leads ended, as counts by step and bin of age; those open by entry day.

    `late` counts, by the age from which on they were watched, those of them that were not watched from the
    beginning. The arrays of ended steps and `late` are `len(STEPS)` by `BINS`; `unwatched`, by step and by
    whether they were won, are further ones that had ended before they were watched.
    """

    won: Ints
    lost: Ints
    gone: Ints
    late: Ints
    unwatched: Ints
    open: OpenSteps
    entered: Ints
    current: Ints

    @property
    def reached(self) -> Ints:
        """Leads that reached each rung: those who entered the step from it, or took the last one."""
        opened = np.bincount(self.open.step, weights=self.open.count, minlength=len(STEPS)).astype(np.int64)
        ended = (self.won + self.lost + self.gone).sum(axis=-1)
        entered = ended + opened + self.unwatched.sum(axis=-1)
        won_last = self.won[_LAST_STEP].sum() + self.unwatched[_LAST_STEP, 1]
        return np.append(entered[: _LAST_STEP + 1], won_last)

    def plus(self, others: Iterable["Entries"]) -> "Entries":
        """The sum with others."""
        return _sum([(self, 1), *((one, 1) for one in others)])

    def minus(self, others: Iterable["Entries"]) -> "Entries":
        """What others, which are parts of this, leave of it: exactly, and nothing below 0."""
        return _sum([(self, 1), *((one, -1) for one in others)])


@cache
def no_entries() -> Entries:
    """Those of no lead at all."""
    return _of_days([])


async def are_counted(reading: Reading, zone: str) -> bool:
    """Whether all leads are counted so, and in days of this time zone."""
    row = (await reading.connection.execute(_ARE_COUNTED)).one_or_none()
    return row is not None and row[0] == VERSION and row[1] in {"", zone}


async def step_ages(reading: Reading, asked: Slice) -> dict[tuple[str, str], Entries]:
    """The entries of each (dimension, key) that has any, and of the total: ('', '').

    They are what is known now. The leads without a key are what the keys leave of the total.

    Raises:
        ValueError: the slice is not of cohorts, or of an earlier state of knowledge: neither is kept.
    """
    return {
        (dimension, key): _entries(
            np.frombuffer(days, _CODE), np.frombuffer(sizes, _CODE), np.frombuffer(entries, PAIR)
        )
        for dimension, key, days, sizes, entries in await _fetched(reading, asked, _PACKED)
    }


async def of_all_leads(reading: Reading) -> Entries:
    """The entries of all leads there are."""
    found = await step_ages(reading, Slice(Basis.COHORT, TOTAL, first=None, last=None))
    return found.get((TOTAL, TOTAL), no_entries())


async def everybody(reading: Reading, remembered: Remembered) -> Entries:
    """The same, whom groups are compared with, read again once any number has changed."""
    state = await state_of(reading)
    return await remembered.get(("everybody", reading.version, state), lambda: of_all_leads(reading))


async def step_ages_by(
    reading: Reading, asked: Slice, period: Callable[[date], Period]
) -> dict[Period, dict[tuple[str, str], Entries]]:
    """The same for each period of cohort days that has any.

    Raises:
        ValueError: as of `step_ages`.
    """
    rows = await _fetched(reading, asked, _ROWS)
    periods = {day: period(date.fromordinal(day + _FIRST_ORDINAL)) for day in {row[2] for row in rows}}
    groups: dict[Period, dict[tuple[str, str], list[tuple[int, bytes]]]] = {
        one: {} for one in periods.values()
    }
    for dimension, key, day, entries in rows:
        groups[periods[day]].setdefault((dimension, key), []).append((day, entries))
    return {
        one: {group: _of_days(of_group) for group, of_group in found.items()} for one, found in groups.items()
    }


async def _fetched(reading: Reading, asked: Slice, statement: str) -> list[Any]:
    """The rows of the slice.

    Raises:
        ValueError: as of `step_ages`.
    """
    if asked.basis is not Basis.COHORT or asked.known is not None:
        raise ValueError("ages of steps are kept of cohorts, as they are known now")
    # Megabytes: what sqlalchemy does with an answer took longer than the question.
    driver = cast(Connection, (await reading.connection.get_raw_connection()).driver_connection)
    days = (asked.first or date.min, asked.last or date.max)
    return await driver.fetch(statement, reading.version, {"", asked.dimension}, *days)


def stages_of(found: Mapping[tuple[str, str], Entries]) -> Iterator[StageCount]:
    """The counts of every stage of every key, and of the total."""
    for (dimension, key), entries in found.items():
        reached = dict(zip(LADDER, entries.reached.tolist(), strict=True))
        rows = zip(Stage, entries.entered.tolist(), entries.current.tolist(), strict=True)
        for stage, entered, current in rows:
            if entered or current or reached.get(stage):
                yield StageCount(dimension, key, stage, entered, reached.get(stage, 0), current)


def passing(found: Mapping[tuple[str, str], Entries], keys: Collection[str | None]) -> Entries:
    """Those with one of the keys, None being those without any; all of them without keys."""
    total = found.get((TOTAL, TOTAL), no_entries())
    if not keys:
        return total
    named = {key: one for (dimension, key), one in found.items() if dimension != TOTAL}
    wanted = [one for key, one in named.items() if key in keys]
    return no_entries().plus([*wanted, *([total.minus(named.values())] if None in keys else [])])


def _of_days(rows: Sequence[tuple[int, bytes]]) -> Entries:
    """The sum of rows, each of the cohort of a day of the calendar, the first of which is 0."""
    days = np.array([day for day, _ in rows])
    sizes = np.array([len(entries) for _, entries in rows])
    return _entries(days, sizes, np.frombuffer(b"".join([entries for _, entries in rows]), PAIR))


def _entries(days: _Whole, sizes: _Whole, pairs: NDArray[np.void]) -> Entries:
    """The same of all their pairs on end, of so many bytes each day."""
    return _counted(
        days.astype(np.int64), sizes.astype(np.int64) // PAIR.itemsize, pairs["code"], pairs["count"]
    )


def entries_of_codes(rows: Sequence[tuple[int, bytes]]) -> Entries:
    """The same of codes alone, 32-bit numbers, most significant byte first: each stands for one lead."""
    codes = np.frombuffer(b"".join([packed for _, packed in rows]), _CODE)
    sizes = np.array([len(packed) // _CODE.itemsize for _, packed in rows], dtype=np.int64)
    return _counted(np.array([day for day, _ in rows], dtype=np.int64), sizes, codes, None)


def _counted(
    days: Ints,
    sizes: Ints,
    packed: NDArray[np.unsignedinteger],
    counts: NDArray[np.unsignedinteger] | None,
) -> Entries:
    first = int(days.min()) if len(days) else 0
    codes = packed.astype(np.int64)
    later = (days - first) * STEP_ROOM
    # From days after the cohort's to days after the first: all rows are counted in one go.
    np.add(codes, np.repeat(later, sizes), out=codes, where=codes >= FIRST_OPEN)
    # Sums of doubles are exact far beyond the number of leads that there can be.
    sums = np.bincount(codes, weights=counts, minlength=FIRST_OPEN).astype(np.int64)
    ended = sums[:FIRST_ENTERED].reshape(ENDED_SHAPE)[:, :, :BINS]
    return Entries(
        ended[:, End.WON],
        ended[:, End.LOST],
        ended[:, End.GONE],
        ended[:, End.LATE],
        ended[:, End.UNWATCHED, :2],
        _opened(sums[FIRST_OPEN:], first),
        sums[FIRST_ENTERED : FIRST_ENTERED + len(Stage)],
        sums[FIRST_CURRENT : FIRST_CURRENT + len(Stage)],
    )


def _opened(sums: Ints, first: int) -> OpenSteps:
    """Those of counts by day, from the first on, and step."""
    by_day = np.pad(sums, (0, -len(sums) % STEP_ROOM)).reshape(-1, STEP_ROOM)
    step, day = np.nonzero(by_day.T)
    return OpenSteps(step, day + first + _FIRST_ORDINAL, by_day[day, step])


def _total(parts: Iterable[Ints]) -> Ints:
    total: Ints = np.sum(list(parts), axis=0)
    return total


def _sum(terms: list[tuple[Entries, int]]) -> Entries:
    return Entries(
        _total(sign * one.won for one, sign in terms),
        _total(sign * one.lost for one, sign in terms),
        _total(sign * one.gone for one, sign in terms),
        _total(sign * one.late for one, sign in terms),
        _total(sign * one.unwatched for one, sign in terms),
        _sum_of_open([(one.open, sign) for one, sign in terms]),
        _total(sign * one.entered for one, sign in terms),
        _total(sign * one.current for one, sign in terms),
    )


def _sum_of_open(terms: list[tuple[OpenSteps, int]]) -> OpenSteps:
    days = np.concatenate([one.entry_day for one, _ in terms])
    first = int(days.min()) if len(days) else _FIRST_ORDINAL
    places = (days - first) * STEP_ROOM + np.concatenate([one.step for one, _ in terms])
    counts = np.concatenate([sign * one.count for one, sign in terms])
    return _opened(np.bincount(places, weights=counts).astype(np.int64), first - _FIRST_ORDINAL)
