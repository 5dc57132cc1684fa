"""Reads the ages of steps: all rows of a range of days as one sum for each key and for the total."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

import numpy as np

from leadtrace_api.funnel.day_rows import SENT, Days, Of
from leadtrace_api.funnel.entries import FIRST_ORDINAL, Entries, Packed, no_entries, unpacked
from leadtrace_api.funnel.moving_sum import MovingSum
from leadtrace_api.funnel.moving_sums import MovingSums
from leadtrace_api.funnel.queries import Slice
from leadtrace_api.projector.contribution import Basis
from leadtrace_api.projector.dimensions import TOTAL
from leadtrace_api.projector.step_ages import VERSION
from leadtrace_api.projector.step_codes import PAIR
from leadtrace_api.reading import Reading, driver_of, fetched
from leadtrace_api.room import Room

_WHERE = "where definition_version = $1 and dimension = any($2) and day between $3 and $4"
_ROWS = f"select dimension, key, day - date '0001-01-01', entries from api.step_ages {_WHERE}"
# All days of a key on end, days and sizes as the server writes numbers: a row a key is quickly read. The
# aggregates of one group see its rows in one order.
_PACKED = f"""
select dimension, key, string_agg(int4send(day - date '0001-01-01'), ''::bytea),
       string_agg(int4send(octet_length(entries)), ''::bytea), string_agg(entries, ''::bytea)
from api.step_ages {_WHERE} group by dimension, key
"""
Period = TypeVar("Period")


def are_counted(reading: Reading, zone: str) -> bool:
    """Whether all leads are counted so, and in days of this time zone."""
    version, counted_in = reading.steps
    return version == VERSION and counted_in in {"", zone}


async def step_ages(
    reading: Reading, asked: Slice, moving: MovingSums | None = None
) -> dict[tuple[str, str], Entries]:
    """The entries of each (dimension, key) that has any, and of the total: ('', '').

    They are what is known now. The leads without a key are what the keys leave of the total. With `moving`
    sums, days that have not changed since are not read again.

    Raises:
        ValueError: the slice is not of cohorts, or of an earlier state of knowledge: neither is kept.
    """
    if moving is not None and (found := await moving_sum(reading, asked, moving)) is not None:
        return found.entries
    rows = await _fetched(reading, asked, _PACKED)
    keys = [(dimension, key) for dimension, key, *_ in rows]
    return dict(zip(keys, unpacked([_packed(*packed) for _, _, *packed in rows]), strict=True))


async def moving_sum(reading: Reading, asked: Slice, moving: MovingSums) -> MovingSum | None:
    """The same with what customers brought, of days that are remembered; None if there are too many groups.

    Raises:
        ValueError: as of `step_ages`.
    """
    return await moving.over(await driver_of(reading), Of(reading.version, asked.dimension), _days(asked))


def _packed(days: bytes, sizes: bytes, entries: bytes) -> Packed:
    pairs = np.frombuffer(entries, PAIR)
    return Packed(
        np.frombuffer(days, SENT),
        np.frombuffer(sizes, SENT) // PAIR.itemsize,
        pairs["code"],
        pairs["count"],
    )


async def everybody(reading: Reading, room: Room) -> Entries:
    """The entries of all leads there are, whom groups are compared with."""
    asked = Slice(Basis.COHORT, TOTAL, first=None, last=None)

    async def find() -> Entries:
        return (await step_ages(reading, asked, room.moving)).get((TOTAL, TOTAL), no_entries())

    return await room.remembered.get(("everybody", reading.version, reading.state), find)


async def step_ages_by(
    reading: Reading, asked: Slice, period: Callable[[date], Period]
) -> dict[Period, dict[tuple[str, str], Entries]]:
    """The same for each period of cohort days that has any.

    Raises:
        ValueError: as of `step_ages`.
    """
    rows = await _fetched(reading, asked, _ROWS)
    periods = {day: period(date.fromordinal(day + FIRST_ORDINAL)) for day in {row[2] for row in rows}}
    parts: dict[tuple[Period, tuple[str, str]], list[tuple[int, bytes]]] = {}
    for dimension, key, day, entries in rows:
        parts.setdefault((periods[day], (dimension, key)), []).append((day, entries))
    found: dict[Period, dict[tuple[str, str], Entries]] = {one: {} for one in periods.values()}
    made = unpacked([_packed_days(of_part) for of_part in parts.values()])
    for (one, group), entries in zip(parts, made, strict=True):
        found[one][group] = entries
    return found


def _packed_days(rows: Sequence[tuple[int, bytes]]) -> Packed:
    pairs = np.frombuffer(b"".join([entries for _, entries in rows]), PAIR)
    sizes = np.array([len(entries) // PAIR.itemsize for _, entries in rows])
    return Packed(np.array([day for day, _ in rows]), sizes, pairs["code"], pairs["count"])


async def _fetched(reading: Reading, asked: Slice, statement: str) -> list[Any]:
    """The rows of the slice.

    Raises:
        ValueError: as of `step_ages`.
    """
    return await fetched(reading, statement, {"", asked.dimension}, *_days(asked))


def _days(asked: Slice) -> Days:
    if asked.basis is not Basis.COHORT or asked.known is not None:
        raise ValueError("ages of steps are kept of cohorts, as they are known now")
    return asked.days


def passing(found: Mapping[tuple[str, str], Entries], keys: Collection[str | None]) -> Entries:
    """Those with one of the keys, None being those without any; all of them without keys."""
    total = found.get((TOTAL, TOTAL), no_entries())
    if not keys:
        return total
    named = {key: one for (dimension, key), one in found.items() if dimension != TOTAL}
    wanted = [one for key, one in named.items() if key in keys]
    return no_entries().plus([*wanted, *([total.minus(named.values())] if None in keys else [])])
