"""Credits are what the formulas say, sum to what was booked, and forget what was paid back."""

from collections import Counter
from collections.abc import Iterable
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.credits.deal_credits import MICRO_DEALS, Credit, DealCredits, credit_deal
from leadtrace.domain.credits.milestones import Milestone
from leadtrace.domain.credits.model import PER_DEAL, Model
from leadtrace.domain.credits.path import path_of
from leadtrace.domain.credits.touch import NO_DIMENSIONS
from tests.laws import credits_reference as reference
from tests.laws.credits_worlds import World, refunded, world

_PATHS = 10_000
_WORLDS = st.integers(0, 2**32).map(lambda seed: world(Random(seed)))


def _credited(given_world: World) -> DealCredits:
    return credit_deal(*given_world)


def _table(credited: DealCredits) -> dict[reference.Key, list[int]]:
    rows = [*credited.revenue, *credited.deals]
    table = {row[:-1]: list(row.amounts) for row in rows}
    assert len(table) == len(rows)
    return table


@pytest.mark.slow
def test_ten_thousand_deals_are_credited_as_a_slow_reference_says() -> None:
    assert tuple(model.value for model in PER_DEAL) == reference.MODELS
    chance = Random(7)
    seen: Counter[str] = Counter()
    for given_world in (world(chance) for _ in range(_PATHS)):
        credited = _credited(given_world)
        bookings = [(one.at, one.counted, one.counted_in) for one in given_world.bookings]
        asked = given_world.asked()
        assert _table(credited) == reference.credits_of(given_world.touches, bookings, asked), given_world
        seen["unattributed"] += not credited.touches
        seen["cut"] += credited.cut
        seen["missing"] += bool(credited.missing_milestones)
        seen["long"] += credited.touches > 5
        seen["custom"] += credited.has_custom
    assert min(seen.values()) > _PATHS // 20, seen


@given(_WORLDS)
def test_every_model_conserves_money_by_moment_and_the_deal(given_world: World) -> None:
    credited = _credited(given_world)
    booked: Counter[tuple[int, str | None]] = Counter()
    for one in given_world.bookings:
        booked[one.at, one.counted_in] += one.counted
    for column, model in enumerate(PER_DEAL):
        given_out: Counter[tuple[int, str | None]] = Counter()
        for row in (*credited.revenue, *credited.deals):
            given_out[row.at, row.counted_in] += row.amounts[column]
        told = {key: amount for key, amount in given_out.items() if amount}
        expected: dict[tuple[int, str | None], int] = {}
        if model is not Model.CUSTOM or credited.has_custom:
            expected = {**booked, (given_world.milestones.closed, None): MICRO_DEALS}
        assert told == {key: amount for key, amount in expected.items() if amount}


@given(_WORLDS, st.randoms(use_true_random=False))
def test_the_order_of_touches_and_of_bookings_does_not_matter(given_world: World, chance: Random) -> None:
    touches, bookings = list(given_world.touches), list(given_world.bookings)
    chance.shuffle(touches)
    chance.shuffle(bookings)
    assert _credited(given_world._replace(touches=touches, bookings=bookings)) == _credited(given_world)


@given(_WORLDS)
def test_a_path_of_a_path_is_the_same_path(given_world: World) -> None:
    until, parameters = given_world.milestones.closed, given_world.parameters
    path = path_of(given_world.touches, until=until, parameters=parameters)
    assert path == path_of(path, until=until, parameters=parameters)
    again = _credited(given_world._replace(touches=path))
    assert (again.revenue, again.deals) == (_credited(given_world).revenue, _credited(given_world).deals)


@given(_WORLDS)
def test_a_full_refund_leaves_nothing_anywhere(given_world: World) -> None:
    credited = _credited(given_world._replace(bookings=refunded(given_world.bookings)))
    assert not _left(credited.revenue)
    assert credited.deals == _credited(given_world).deals


@given(_WORLDS)
def test_what_is_left_is_divided_as_if_it_had_come_at_once(given_world: World) -> None:
    closed = given_world.milestones.closed
    at_once = [msgspec.structs.replace(one, at=closed) for one in given_world.bookings]
    here = _credited(given_world._replace(bookings=at_once))
    assert _left(here.revenue) == _left(_credited(given_world).revenue)


@given(_WORLDS)
def test_touches_after_the_win_change_nothing(given_world: World) -> None:
    closed = given_world.milestones.closed
    known = [touch for touch in given_world.touches if touch.at <= closed]
    assert _credited(given_world._replace(touches=known)) == _credited(given_world)


@given(_WORLDS)
def test_nobody_is_credited_only_where_there_is_no_touch(given_world: World) -> None:
    credited = _credited(given_world)
    rows = [*credited.revenue, *credited.deals]
    assert {row.attributed for row in rows} == {credited.touches > 0}
    if not credited.touches:
        assert {row.dimensions for row in rows} == {NO_DIMENSIONS}
        assert credited.missing_milestones == tuple(Milestone)


def _left(rows: Iterable[Credit]) -> dict[tuple[object, ...], list[int]]:
    """What all rows come to by currency and place, where that is not nothing."""
    left: dict[tuple[object, ...], list[int]] = {}
    for row in rows:
        place = (row.counted_in, row.dimensions, row.attributed)
        before = left.get(place, [0] * len(PER_DEAL))
        left[place] = [had + more for had, more in zip(before, row.amounts, strict=True)]
    return {place: sums for place, sums in left.items() if any(sums)}
