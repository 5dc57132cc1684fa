"""Reads the ages of steps: all rows of a range of days as one sum for each key and for the total."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

from leadtrace.domain.survival.age_bins import BINS
from leadtrace_api.funnel.queries import Slice
from leadtrace_api.projector.contribution import Basis
from leadtrace_api.projector.step_codes import PAIR, STEPS, Codes, End, Ints, parts_of
from leadtrace_api.reading import Reading

# One row a key: each row of its own would cost the driver more than all the bytes in them.
_ROWS = text("""
select dimension, key, string_agg(entries, ''), array_agg(day - date '0001-01-01'),
       array_agg(octet_length(entries))
from api.step_ages
where definition_version = :version and dimension in ('', :dimension) and day between :first and :last
group by dimension, key
""")
_FIRST_ORDINAL = date.min.toordinal()


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
    return _entries(np.empty(0, PAIR), np.empty(0, np.int64))


async def step_ages(reading: Reading, asked: Slice) -> dict[tuple[str, str], Entries]:
    """The entries of each (dimension, key) that has any, and of the total: ('', '').

    They are what is known now. The leads without a key are what the keys leave of the total.

    Raises:
        ValueError: the slice is not of cohorts, or of an earlier state of knowledge: neither is kept.
    """
    if asked.basis is not Basis.COHORT or asked.known is not None:
        raise ValueError("ages of steps are kept of cohorts, as they are known now")
    parameters: Mapping[str, object] = {
        "version": reading.version,
        "dimension": asked.dimension,
        "first": asked.first or date.min,
        "last": asked.last or date.max,
    }
    found: dict[tuple[str, str], Entries] = {}
    for dimension, key, whole, days, sizes in await reading.connection.execute(_ROWS, parameters):
        pairs = np.frombuffer(whole, PAIR)
        ordinals = np.array(days, dtype=np.int64) + _FIRST_ORDINAL
        counts = np.array(sizes, dtype=np.int64) // PAIR.itemsize
        found[dimension, key] = _entries(pairs, np.repeat(ordinals, counts))
    return found


def _entries(pairs: NDArray[np.void], days: Ints) -> Entries:
    """The sum of pairs, each of the row of a cohort's day (its ordinal)."""
    parts, counts = parts_of(pairs["code"]), pairs["count"].astype(np.int64)
    is_open = parts.end == End.OPEN
    ended = _ended(parts, counts, ~is_open)
    entered = days[is_open] + parts.value[is_open]
    return Entries(
        ended[End.WON],
        ended[End.LOST],
        ended[End.GONE],
        _open(parts.step[is_open], entered, counts[is_open]),
    )


def _ended(parts: Codes, counts: Ints, chosen: NDArray[np.bool_]) -> Ints:
    """Counts by end, step and bin."""
    shape = (len(End) - 1, len(STEPS), BINS)
    places = np.ravel_multi_index((parts.end[chosen], parts.step[chosen], parts.value[chosen]), shape)
    return _counted(places, counts[chosen], int(np.prod(shape))).reshape(shape)


def _open(step: Ints, entry_day: Ints, count: Ints) -> OpenSteps:
    if not len(step):
        return OpenSteps(step, entry_day, count)
    first = int(entry_day.min())
    span = int(entry_day.max()) - first + 1
    sums = _counted(step * span + entry_day - first, count, len(STEPS) * span)
    (places,) = np.nonzero(sums)
    return OpenSteps(places // span, places % span + first, sums[places])


def _counted(places: Ints, counts: Ints, size: int) -> Ints:
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
        _open(
            np.concatenate([one.step for one, _ in opened]),
            np.concatenate([one.entry_day for one, _ in opened]),
            np.concatenate([sign * one.count for one, sign in opened]),
        ),
    )
