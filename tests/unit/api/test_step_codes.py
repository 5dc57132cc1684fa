"""Codes of steps and the rows that count them: each code is its own, and sums are those of a dictionary."""

from collections import Counter
from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.survival.age_bins import BINS
from leadtrace_api.projector.step_codes import (
    ENDED_SHAPE,
    FIRST_OPEN,
    LONGEST_OFFSET_DAYS,
    OVERALL,
    STEP_ROOM,
    STEPS,
    End,
    code_of_ended,
    code_of_open,
    merged,
)

_CODES = st.one_of(
    st.builds(code_of_ended, st.integers(0, OVERALL), st.sampled_from(End), st.integers(0, BINS - 1)),
    st.builds(code_of_open, st.integers(0, OVERALL), st.integers(0, 900)),
)
_ROWS = st.lists(st.dictionaries(_CODES, st.integers(1, 9), max_size=8), min_size=1, max_size=4)


def row_of(counts: dict[int, int]) -> bytes:
    """A row as it is stored, written by hand."""
    return b"".join(
        code.to_bytes(4, "little") + count.to_bytes(4, "little") for code, count in sorted(counts.items())
    )


def test_steps_are_the_pairs_of_neighbours_and_the_whole_way() -> None:
    assert [f"{low}>{high}" for low, high in STEPS] == [
        *("inquiry>lead", "lead>mql", "mql>sal", "sal>sql", "sql>opportunity", "opportunity>customer"),
        "inquiry>customer",
    ]


def test_each_code_of_an_ended_step_is_its_own_and_tells_where_it_is_counted() -> None:
    known = set()
    for step, end, number in product(range(len(STEPS)), End, range(BINS)):
        code = code_of_ended(step, end, number)
        assert [int(part) for part in np.unravel_index(code, ENDED_SHAPE)] == [step, end, number]
        known.add(code)
    assert len(known) == len(STEPS) * len(End) * BINS
    assert max(known) < FIRST_OPEN


def test_each_code_of_an_open_step_is_its_own_and_moves_with_the_days() -> None:
    known = {code_of_open(*one) for one in product(range(len(STEPS)), (*range(40), LONGEST_OFFSET_DAYS))}
    assert len(known) == len(STEPS) * 41
    assert min(known) == FIRST_OPEN == 2_240
    assert max(known) < 2**31
    assert code_of_open(3, 17) == code_of_open(3, 0) + 17 * STEP_ROOM
    assert code_of_open(3, -5) == code_of_open(3, 0)
    assert code_of_open(3, 10**9) == code_of_open(3, LONGEST_OFFSET_DAYS)


@given(_ROWS, st.data())
def test_rows_are_the_sum_of_what_they_held_and_what_was_added(
    held: list[dict[int, int]], data: st.DataObject
) -> None:
    added = []
    for row in held:
        took = {code: -data.draw(st.integers(0, count)) for code, count in row.items()}
        came = data.draw(st.dictionaries(_CODES, st.integers(0, 5), max_size=6))
        added.append({code: took.get(code, 0) + came.get(code, 0) for code in took.keys() | came.keys()})
    after = merged([row_of(row) for row in held], added)
    sums = [Counter(row) for row in held]
    for total, more in zip(sums, added, strict=True):
        total.update(more)
    expected = [{code: count for code, count in total.items() if count} for total in sums]
    assert after.rows == [row_of(row) for row in expected]
    assert after.lacking == 0


def test_what_was_never_in_is_not_taken_out_and_told() -> None:
    after = merged([row_of({1: 2, 5: 1}), row_of({7: 1})], [{1: -3, 4: -2}, {7: -1}])
    assert after.rows == [row_of({5: 1}), b""]
    assert after.lacking == 3
