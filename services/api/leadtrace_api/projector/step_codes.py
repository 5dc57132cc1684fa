"""What a lead adds to the ages of a step, as one number, and rows of such numbers with how many there are.

A code is `step << 18 | end << 16 | value`: of an ended step the value is the bin of its age, of an open one
how many days after the cohort day it was entered. A row holds pairs of a code and a count, both unsigned
32-bit integers, least byte first, ascending by code; what is counted 0 times is not in it.
"""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leadtrace.events.lead import LADDER, Stage

# From each rung to the next, then from the first to the last.
STEPS: Final[tuple[tuple[Stage, Stage], ...]] = (*pairwise(LADDER), (LADDER[0], LADDER[-1]))
OVERALL: Final = len(STEPS) - 1

_VALUE_BITS, _END_BITS = 16, 2
_LARGEST_VALUE = (1 << _VALUE_BITS) - 1
# 179 years: a step entered later than that is counted as entered then.
LONGEST_OFFSET_DAYS: Final = _LARGEST_VALUE

PAIR: Final = np.dtype([("code", "<u4"), ("count", "<u4")])
_ROW_BITS = 32

Ints = NDArray[np.int64]


class End(IntEnum):
    """How a lead's step ended: it went on, was lost or deleted before it did, or nothing of that yet."""

    WON = 0
    LOST = 1
    GONE = 2
    OPEN = 3


def code_of(step: int, end: End, value: int) -> int:
    """The code of a bin or, of an open step, an offset in days."""
    return (step << _END_BITS | end) << _VALUE_BITS | value


class Codes(NamedTuple):
    """The parts of many codes, an array each."""

    step: Ints
    end: Ints
    value: Ints


def parts_of(codes: NDArray[np.unsignedinteger]) -> Codes:
    """The opposite of `code_of`."""
    whole = codes.astype(np.int64)
    return Codes(
        whole >> (_VALUE_BITS + _END_BITS),
        whole >> _VALUE_BITS & (1 << _END_BITS) - 1,
        whole & _LARGEST_VALUE,
    )


class Merged(NamedTuple):
    """Rows after they were added to, and by how much more was taken out than had been in."""

    rows: list[bytes]
    lacking: int


def merged(held: Sequence[bytes], added: Sequence[Mapping[int, int]]) -> Merged:
    """Rows with counts, of either sign, added to each; a count never falls below 0."""
    in_rows = _keyed(held)
    keys, counts = _sorted_increments(added)
    places = np.searchsorted(in_rows[0], keys)
    known = places < len(in_rows[0])
    known[known] = in_rows[0][places[known]] == keys[known]
    totals = in_rows[1]
    totals[places[known]] += counts[known]
    all_keys = np.insert(in_rows[0], places[~known], keys[~known])
    all_counts = np.insert(totals, places[~known], counts[~known])
    lacking = -int(all_counts[all_counts < 0].sum())
    kept = all_counts > 0
    return Merged(_split(all_keys[kept], all_counts[kept], len(held)), lacking)


def _keyed(held: Sequence[bytes]) -> tuple[Ints, Ints]:
    """All pairs of all rows, the number of its row above each code; ascending."""
    pairs = np.frombuffer(b"".join(held), PAIR)
    sizes = np.array([len(one) // PAIR.itemsize for one in held], dtype=np.int64)
    rows = np.repeat(np.arange(len(held), dtype=np.int64), sizes)
    return rows << _ROW_BITS | pairs["code"].astype(np.int64), pairs["count"].astype(np.int64)


def _sorted_increments(added: Sequence[Mapping[int, int]]) -> tuple[Ints, Ints]:
    flat = sorted(
        (row << _ROW_BITS | code, count)
        for row, increments in enumerate(added)
        for code, count in increments.items()
        if count
    )
    made = np.array(flat, dtype=np.int64).reshape(-1, 2)
    return made[:, 0], made[:, 1]


def _split(keys: Ints, counts: Ints, rows: int) -> list[bytes]:
    pairs = np.empty(len(keys), PAIR)
    pairs["code"], pairs["count"] = keys & (1 << _ROW_BITS) - 1, counts
    bounds = np.searchsorted(keys, np.arange(rows + 1, dtype=np.int64) << _ROW_BITS)
    whole = pairs.tobytes()
    size = PAIR.itemsize
    return [whole[first * size : behind * size] for first, behind in pairwise(bounds.tolist())]
