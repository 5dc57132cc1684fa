"""Paths as arrays: what is refused, and the case of one weight for all against that of many."""

import numpy as np
import pytest

from leadtrace.domain.credits.aggregate import PathCount, still_open
from leadtrace.domain.credits.encoded import encode
from leadtrace.domain.credits.limits import LimitExceededError
from leadtrace.domain.credits.markov import attribute, solve
from leadtrace.domain.credits.transitions import TransitionCounts
from tests.unit.domain.credits.golden import MARKOV_B


def test_codes_are_places_of_labels_in_code_point_order() -> None:
    paths = encode(MARKOV_B)
    assert paths.labels == ("email", "search", "social")
    assert paths.codes.dtype == np.uint8
    assert paths.codes.tolist() == [2, 1, 1, 3, 2, 1, 3, 2, 2, 1]
    assert paths.offsets.tolist() == [0, 2, 3, 6, 7, 10]


@pytest.mark.parametrize("order", [1, 2, 3])
def test_golden_vector_by_arrays(order: int) -> None:
    assert solve(encode(MARKOV_B).chain(order)) == attribute(MARKOV_B, order=order)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_one_lead_a_row_counts_as_merged_rows_do(order: int) -> None:
    """Rows that weigh alike are counted another way than rows that do not."""
    leads = [
        PathCount(row.path, won, 1 - won)
        for row in MARKOV_B
        for won, many in ((1, row.conversions), (0, row.nulls))
        for _ in range(many)
    ]
    assert encode(leads).chain(order) == encode(MARKOV_B).chain(order)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_more_touches_than_one_block(order: int) -> None:
    rows = [
        PathCount(("a", "b", "c", "b")[: place % 4 + 1], place % 2, 1 - place % 2) for place in range(30_000)
    ]
    assert encode(rows).chain(order) == TransitionCounts.of(rows, order).chain()


@pytest.mark.parametrize("order", [1, 2, 3])
def test_weighted_open_leads_count_by_arrays_too(order: int) -> None:
    rows = [*MARKOV_B, still_open(("social", "email"), 0.25)]
    assert encode(rows).chain(order) == TransitionCounts.of(rows, order).chain()


def test_no_rows_are_no_states() -> None:
    chain = encode([]).chain()
    assert chain.states == ()
    assert chain == TransitionCounts().chain()


def test_too_many_channels_for_an_order_are_refused() -> None:
    paths = encode([PathCount((str(place),), 1, 0) for place in range(200)])
    assert len(paths.chain(1).states) == 200
    with pytest.raises(LimitExceededError, match="lower order"):
        paths.chain(2)


@pytest.mark.parametrize("order", [0, 4])
def test_other_orders_are_refused(order: int) -> None:
    with pytest.raises(ValueError, match="order 1, 2 or 3"):
        encode(MARKOV_B).chain(order)


def test_counts_that_doubles_cannot_hold_are_refused() -> None:
    with pytest.raises(ValueError, match="count paths in parts"):
        encode([PathCount(("a",), 2**53, 0)]).chain()
