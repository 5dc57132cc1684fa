"""What a lead adds to the ages of a step, as one number, and rows of such numbers with how many there are.

The code of an ended step is `(step * 5 + end) * 64 + bin of its age`; those of open steps come behind all of
these, `2240 + 8 * days + step` of one entered so many days after the cohort day: later by a day is higher by
8, whichever step it is. A row holds pairs of a code and a count, both unsigned 32-bit integers, least byte
first, ascending by code; what is counted 0 times is not in it.
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

# Room for the bins of an age and for the steps of a day, both more than there are.
_BIN_ROOM = 64
STEP_ROOM: Final = 8
# 179 years: a step entered later than that is counted as entered then.
LONGEST_OFFSET_DAYS: Final = (1 << 16) - 1

PAIR: Final = np.dtype([("code", "<u4"), ("count", "<u4")])
_ROW_BITS = 32

Ints = NDArray[np.int64]


class End(IntEnum):
    """How a lead's step ended: it went on, or was lost or deleted before it did.

    `LATE` is no end: beside the step's own code it says at which age it came to be watched. `UNWATCHED` is a
    step that had ended before, and has 1 instead of the bin of an age if it was won, else 0.
    """

    WON = 0
    LOST = 1
    GONE = 2
    LATE = 3
    UNWATCHED = 4


# Codes of ended steps, as an array of their counts is shaped: by step, end and bin.
ENDED_SHAPE: Final = (len(STEPS), len(End), _BIN_ROOM)
FIRST_OPEN: Final = len(STEPS) * len(End) * _BIN_ROOM


def code_of_ended(step: int, end: End, bin_of_age: int) -> int:
    """The code of a step that ended at an age."""
    return (step * len(End) + end) * _BIN_ROOM + bin_of_age


def code_of_open(step: int, offset_days: int) -> int:
    """The code of a step that has not ended; one entered before the cohort day counts as entered on it."""
    return FIRST_OPEN + min(max(offset_days, 0), LONGEST_OFFSET_DAYS) * STEP_ROOM + step


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
