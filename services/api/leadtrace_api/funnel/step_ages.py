"""Reads the ages of steps: all rows of a range of days as one sum for each key and for the total."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

import numpy as np
from numpy.typing import NDArray

from leadtrace.domain.survival.age_bins import BINS
from leadtrace.store.connection import Connection
from leadtrace_api.funnel.queries import Slice
from leadtrace_api.projector.contribution import Basis
from leadtrace_api.projector.step_codes import ENDED_SHAPE, FIRST_OPEN, PAIR, STEPS, End, Ints, open_parts
from leadtrace_api.reading import Reading

_ROWS = """
select dimension, key, day - date '0001-01-01', entries from api.step_ages
where definition_version = $1 and dimension = any($2) and day between $3 and $4
"""
_FIRST_ORDINAL = date.min.toordinal()

Counts = NDArray[np.int64] | NDArray[np.float64]


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

    The arrays of ended steps are `len(STEPS)` by `BINS`.
    """

    won: Ints
    lost: Ints
    gone: Ints
    open: OpenSteps

    def plus(self, others: Iterable["Entries"]) -> "Entries":
        """The sum with others."""
        return _sum([(self, 1), *((one, 1) for one in others)])

    def minus(self, others: Iterable["Entries"]) -> "Entries":
        """What others, which are parts of this, leave of it: exactly, and nothing below 0."""
        return _sum([(self, 1), *((one, -1) for one in others)])


def no_entries() -> Entries:
    """Those of no lead at all."""
    return _entries([])


async def step_ages(reading: Reading, asked: Slice) -> dict[tuple[str, str], Entries]:
    """The entries of each (dimension, key) that has any, and of the total: ('', '').

    They are what is known now. The leads without a key are what the keys leave of the total.

    Raises:
        ValueError: the slice is not of cohorts, or of an earlier state of knowledge: neither is kept.
    """
    if asked.basis is not Basis.COHORT or asked.known is not None:
        raise ValueError("ages of steps are kept of cohorts, as they are known now")
    # There are thousands of rows: what sqlalchemy makes of each took twice as long as all the rest.
    driver = cast(Connection, (await reading.connection.get_raw_connection()).driver_connection)
    dimensions = {"", asked.dimension}
    days = (asked.first or date.min, asked.last or date.max)
    groups: dict[tuple[str, str], list[tuple[int, bytes]]] = {}
    for dimension, key, day, entries in await driver.fetch(_ROWS, reading.version, dimensions, *days):
        groups.setdefault((dimension, key), []).append((day + _FIRST_ORDINAL, entries))
    return {group: _entries(rows) for group, rows in groups.items()}


def _entries(rows: Sequence[tuple[int, bytes]]) -> Entries:
    """The sum of rows, each of the cohort of a day (its ordinal)."""
    pairs = np.frombuffer(b"".join(entries for _, entries in rows), PAIR)
    codes, counts = pairs["code"].astype(np.int64), pairs["count"].astype(np.float64)
    # The open ones are counted behind all others, and left.
    ended = _counted(np.minimum(codes, FIRST_OPEN), counts, FIRST_OPEN + 1)[:FIRST_OPEN].reshape(ENDED_SHAPE)
    (places,) = np.nonzero(codes >= FIRST_OPEN)
    step, offset = open_parts(codes[places])
    sizes = [len(entries) // PAIR.itemsize for _, entries in rows]
    days = np.repeat(np.array([day for day, _ in rows], dtype=np.int64), sizes)[places]
    return Entries(
        ended[:, End.WON, :BINS],
        ended[:, End.LOST, :BINS],
        ended[:, End.GONE, :BINS],
        _opened(step, days + offset, counts[places]),
    )


def _opened(step: Ints, entry_day: Ints, count: Counts) -> OpenSteps:
    if not len(step):
        return OpenSteps(step, entry_day, np.empty(0, np.int64))
    first = int(entry_day.min())
    span = int(entry_day.max()) - first + 1
    sums = _counted(step * span + entry_day - first, count, len(STEPS) * span)
    (places,) = np.nonzero(sums)
    return OpenSteps(places // span, places % span + first, sums[places])


def _counted(places: Ints, counts: Counts, size: int) -> Ints:
    # Sums of doubles are exact far beyond the number of leads that there can be.
    sums: Ints = np.bincount(places, weights=counts, minlength=size).astype(np.int64)
    return sums


def _total(parts: Iterable[Ints]) -> Ints:
    total: Ints = np.sum(list(parts), axis=0)
    return total


def _sum(terms: list[tuple[Entries, int]]) -> Entries:
    opened = [(one.open, sign) for one, sign in terms]
    return Entries(
        _total(sign * one.won for one, sign in terms),
        _total(sign * one.lost for one, sign in terms),
        _total(sign * one.gone for one, sign in terms),
        _opened(
            np.concatenate([one.step for one, _ in opened]),
            np.concatenate([one.entry_day for one, _ in opened]),
            np.concatenate([sign * one.count for one, sign in opened]),
        ),
    )
