"""Each model by example: the golden vectors, and every case that its formula alone leaves open."""

from decimal import ROUND_UP, Context, Decimal, localcontext
from fractions import Fraction

import msgspec
import pytest

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.credits.milestones import Milestone, Milestones, missing, passed
from leadtrace.domain.credits.model import Custom, Model, ModelParameters
from leadtrace.domain.credits.touch import PathTouch
from leadtrace.domain.credits.weights import weights_of
from leadtrace.domain.money import split
from tests.unit.domain.credits.journey import on_days, shares, touch

_DEFAULT = ModelParameters()
_CUSTOM = ModelParameters(
    custom=Custom(
        first_touch=Decimal("0.1"),
        lead_created=Decimal("0.2"),
        opportunity_created=Decimal("0.3"),
        closed=Decimal("0.25"),
        middle=Decimal("0.15"),
    )
)
_GOLDEN = [touch(60 - days) for days in (60, 45, 30, 20, 10, 0)]
_GOLDEN_MILESTONES = on_days(15, 40, 60)
_SAME = on_days(5, 40, 60)


def _units(total: int, model: Model, milestones: Milestones, parameters: ModelParameters) -> list[int]:
    weights = weights_of(model, _GOLDEN, passed(_GOLDEN, milestones), parameters)
    assert weights is not None
    return split(total, weights)


@pytest.mark.parametrize(
    ("model", "milestones", "cents"),
    [
        (Model.FIRST_TOUCH, _GOLDEN_MILESTONES, [100_000, 0, 0, 0, 0, 0]),
        (Model.LAST_TOUCH, _GOLDEN_MILESTONES, [0, 0, 0, 0, 0, 100_000]),
        (Model.LINEAR, _GOLDEN_MILESTONES, [16667, 16667, 16667, 16667, 16666, 16666]),
        (Model.POSITION_BASED, _GOLDEN_MILESTONES, [40_000, 5_000, 5_000, 5_000, 5_000, 40_000]),
        (Model.W_SHAPED, _GOLDEN_MILESTONES, [30_000, 30_000, 3_334, 30_000, 3_333, 3_333]),
        (Model.FULL_PATH, _GOLDEN_MILESTONES, [22_500, 22_500, 5_000, 22_500, 5_000, 22_500]),
        (Model.W_SHAPED, _SAME, [60_000, 2_500, 2_500, 30_000, 2_500, 2_500]),
    ],
)
def test_golden_vectors_of_milestones_to_the_cent(
    model: Model, milestones: Milestones, cents: list[int]
) -> None:
    assert _units(100_000, model, milestones, _DEFAULT) == cents


@pytest.mark.parametrize(
    ("half_life", "millionths"),
    [
        (7, [1_669_003, 7_370_916, 32_552_603, 87_625_108, 235_869_299, 634_913_071]),
        (30, [70_877_460, 100_235_865, 141_754_920, 178_600_007, 225_021_909, 283_509_839]),
    ],
)
def test_golden_vectors_of_time_decay_to_the_millionth(half_life: int, millionths: list[int]) -> None:
    parameters = ModelParameters(half_life_us=half_life * DAY_US)
    assert _units(10**9, Model.TIME_DECAY, _GOLDEN_MILESTONES, parameters) == millionths


# By how many touches there are, on days 0, 10, 20, …; all milestones where `_` says none.
_CASES: list[tuple[Model, int, tuple[float | None, float | None], str]] = [
    # Every model gives a lone touch everything, whatever else is missing.
    *[(model, 1, (None, None), "1") for model in Model],
    *[(model, 1, (0, 0), "1") for model in Model],
    (Model.FIRST_TOUCH, 2, (0, 0), "1 0"),
    (Model.LAST_TOUCH, 2, (0, 0), "0 1"),
    (Model.LINEAR, 2, (0, 0), "1/2 1/2"),
    (Model.LINEAR, 3, (0, 0), "1/3 1/3 1/3"),
    (Model.POSITION_BASED, 2, (0, 0), "1/2 1/2"),
    (Model.POSITION_BASED, 3, (0, 0), "2/5 1/5 2/5"),
    (Model.POSITION_BASED, 4, (None, None), "2/5 1/10 1/10 2/5"),
    # Rule 1: milestones on one touch add; rule 2: no middle, a missing milestone, both.
    (Model.U_SHAPED_HUBSPOT, 2, (10, None), "1/2 1/2"),
    (Model.U_SHAPED_HUBSPOT, 2, (0, None), "4/5 1/5"),
    (Model.U_SHAPED_HUBSPOT, 3, (10, None), "2/5 2/5 1/5"),
    (Model.U_SHAPED_HUBSPOT, 3, (20, None), "2/5 1/5 2/5"),
    (Model.U_SHAPED_HUBSPOT, 3, (None, None), "4/5 1/10 1/10"),
    (Model.U_SHAPED_HUBSPOT, 3, (-1, None), "4/5 1/10 1/10"),
    (Model.U_SHAPED_MARKETO, 2, (10, None), "1/2 1/2"),
    (Model.U_SHAPED_MARKETO, 3, (10, None), "1/2 1/2 0"),
    (Model.U_SHAPED_MARKETO, 3, (0, None), "1 0 0"),
    (Model.U_SHAPED_MARKETO, 3, (None, None), "1 0 0"),
    (Model.W_SHAPED, 2, (0, 10), "2/3 1/3"),
    (Model.W_SHAPED, 2, (0, 0), "9/10 1/10"),
    (Model.W_SHAPED, 2, (None, 10), "1/2 1/2"),
    (Model.W_SHAPED, 2, (None, None), "9/10 1/10"),
    (Model.W_SHAPED, 3, (10, 20), "1/3 1/3 1/3"),
    (Model.W_SHAPED, 3, (10, 10), "3/10 3/5 1/10"),
    (Model.W_SHAPED, 3, (None, 10), "9/20 9/20 1/10"),
    (Model.W_SHAPED, 3, (10, None), "9/20 9/20 1/10"),
    (Model.W_SHAPED, 4, (10, 20), "3/10 3/10 3/10 1/10"),
    (Model.FULL_PATH, 2, (0, 0), "3/4 1/4"),
    (Model.FULL_PATH, 2, (10, 10), "1/4 3/4"),
    (Model.FULL_PATH, 3, (10, 20), "1/4 1/4 1/2"),
    (Model.FULL_PATH, 3, (10, None), "1/3 1/3 1/3"),
    (Model.FULL_PATH, 3, (None, None), "9/20 1/10 9/20"),
    (Model.FULL_PATH, 4, (10, 20), "1/4 1/4 1/4 1/4"),
    (Model.FULL_PATH, 5, (10, 20), "9/40 9/40 9/40 1/10 9/40"),
    (Model.CUSTOM, 2, (0, 10), "6/17 11/17"),
    (Model.CUSTOM, 4, (10, 20), "2/17 4/17 6/17 5/17"),
    (Model.CUSTOM, 5, (10, 20), "1/10 1/5 3/10 3/20 1/4"),
    (Model.CUSTOM, 3, (None, None), "17/70 3/20 17/28"),
]


@pytest.mark.parametrize(("model", "touches", "milestones", "expected"), _CASES)
def test_each_model_divides_what_coincides_and_what_is_missing(
    model: Model, touches: int, milestones: tuple[float | None, float | None], expected: str
) -> None:
    path = [touch(10 * place) for place in range(touches)]
    found = shares(model, path, on_days(*milestones, 1_000), _CUSTOM)
    assert found == [Fraction(one) for one in expected.split()]


def test_time_decay_halves_exactly_with_every_half_life() -> None:
    path = [touch(day) for day in (0, 7, 14, 14)]
    found = shares(Model.TIME_DECAY, path, on_days(None, None, 17), _DEFAULT)
    assert found == [Fraction(part, 11) for part in (1, 2, 4, 4)]


def test_time_decay_has_34_right_decimals() -> None:
    path = [touch(0), touch(7), touch(10.5)]
    weights = weights_of(Model.TIME_DECAY, path, passed(path, on_days(None, None, 11)), _DEFAULT)
    # The square root of 1/2, and half of it, cut from published digits of the square root of 2.
    root = "7071067811865475244008443621048490392848359376884740"
    assert weights is not None
    assert str(weights[1]) == str(round(int(root), -18))[:34]
    assert weights[0] * 2 in {weights[1] - 1, weights[1], weights[1] + 1}
    assert weights[2] == 10**34


def test_no_context_of_others_costs_a_digit() -> None:
    path = [touch(0), touch(3), touch(10)]
    found = shares(Model.TIME_DECAY, path, on_days(None, None, 11), _DEFAULT)
    with localcontext(Context(prec=3, rounding=ROUND_UP)):
        assert shares(Model.TIME_DECAY, path, on_days(None, None, 11), _DEFAULT) == found
        assert _CUSTOM.custom is not None
        assert msgspec.structs.replace(_CUSTOM.custom) == _CUSTOM.custom


@pytest.mark.parametrize(
    ("half_lives", "weight"), [(1, 5 * 10**33), (34, 5**34), (113, 1), (114, 0), (115, 0), (1_000, 0)]
)
def test_time_decay_forgets_only_what_34_decimals_cannot_hold(half_lives: int, weight: int) -> None:
    path = [touch(0), touch(7 * half_lives)]
    found = passed(path, on_days(None, None, 7 * half_lives))
    assert weights_of(Model.TIME_DECAY, path, found, _DEFAULT) == [weight, 10**34]


def test_time_decay_leaves_nothing_to_what_is_countless_half_lives_old() -> None:
    parameters = ModelParameters(half_life_us=1)
    path = [touch(-20_000), touch(0), touch(0)]
    found = shares(Model.TIME_DECAY, path, on_days(None, None, 20_000), parameters)
    assert found == [0, Fraction(1, 2), Fraction(1, 2)]


def test_a_custom_model_without_milestones_is_linear() -> None:
    middle_only = ModelParameters(custom=Custom(middle=Decimal(1)))
    lead_only = ModelParameters(custom=Custom(lead_created=Decimal(1)))
    path = [touch(0), touch(1), touch(2)]
    for parameters in (middle_only, lead_only):
        found = shares(Model.CUSTOM, path, on_days(None, None, 9), parameters)
        assert found == [Fraction(1, 3)] * 3


def test_a_custom_milestone_of_weight_0_is_a_middle_touch() -> None:
    parameters = ModelParameters(custom=Custom(lead_created=Decimal("0.5"), middle=Decimal("0.5")))
    found = shares(Model.CUSTOM, [touch(0), touch(1), touch(2)], on_days(1, 2, 9), parameters)
    assert found == [Fraction(1, 4), Fraction(1, 2), Fraction(1, 4)]


def test_a_custom_model_that_was_not_given_weighs_nothing() -> None:
    path = [touch(0)]
    assert weights_of(Model.CUSTOM, path, passed(path, on_days(0, 0, 0)), _DEFAULT) is None


@pytest.mark.parametrize("model", list(Model))
def test_touches_after_the_win_get_nothing(model: Model) -> None:
    path = [touch(0), touch(1), touch(2), touch(3)]
    milestones = on_days(1, 5, 2)
    assert shares(model, path, milestones, _CUSTOM) == shares(model, path[:3], milestones, _CUSTOM)


def test_the_touch_of_a_milestone_is_the_last_at_or_before_it() -> None:
    path = [touch(0), touch(1), touch(1, campaign="z"), touch(2)]
    at_touch, just_before = Milestones(DAY_US, None, 2 * DAY_US), Milestones(DAY_US - 1, None, 2 * DAY_US)
    assert passed(path, at_touch) == (0, 2, None, 3)
    assert passed(path, just_before) == (0, 0, None, 3)
    assert passed(path, Milestones(-1, DAY_US + 1, 3 * DAY_US)) == (0, None, 2, 3)


@pytest.mark.parametrize(
    ("touches", "milestones", "expected"),
    [
        ([touch(1)], on_days(1, 1, 1), ()),
        ([touch(1)], on_days(0, None, 1), (Milestone.LEAD_CREATED, Milestone.OPPORTUNITY_CREATED)),
        ([touch(1)], on_days(2, 0, 3), (Milestone.OPPORTUNITY_CREATED,)),
        ([], on_days(2, 0, 3), tuple(Milestone)),
    ],
)
def test_missing_milestones_are_named(
    touches: list[PathTouch], milestones: Milestones, expected: tuple[Milestone, ...]
) -> None:
    assert missing(passed(touches, milestones)) == expected
