"""The verdict on a channel: only what every model says is said."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.credits.verdict import Verdict, verdict

_REVENUES = st.lists(st.integers(-(10**9), 10**12), min_size=2, max_size=6)
_SPEND = st.integers(1, 10**10)
_TARGETS = st.decimals("0.0001", 1_000, places=4)


@pytest.mark.parametrize(
    ("revenues", "said"),
    [
        ((30_000, 45_000), Verdict.ROBUST_KEEP),
        ((29_999, 30_000), Verdict.MODEL_DEPENDENT),
        ((29_999, 0), Verdict.ROBUST_CUT),
        ((-5, 40_000, 50_000), Verdict.MODEL_DEPENDENT),
    ],
)
def test_a_target_of_three_on_a_hundred(revenues: tuple[int, ...], said: Verdict) -> None:
    assert verdict(revenues, 10_000, Decimal(3)) is said


def test_a_target_is_compared_exactly() -> None:
    """1.1 is no binary fraction: 10 cents of spend ask for 11 cents, not for more."""
    assert verdict((11, 11), 10, Decimal("1.1")) is Verdict.ROBUST_KEEP


@pytest.mark.parametrize(
    ("revenues", "spend", "target"),
    [
        ((1, 2), None, Decimal(1)),
        ((1, 2), 0, Decimal(1)),
        ((1, 2), -5, Decimal(1)),
        ((1, 2), 5, None),
        ((1,), 5, Decimal(1)),
        ((), 5, Decimal(1)),
    ],
)
def test_nothing_is_said_without_spend_target_or_a_second_model(
    revenues: tuple[int, ...], spend: int | None, target: Decimal | None
) -> None:
    assert verdict(revenues, spend, target) is None


@given(revenues=_REVENUES, spend=_SPEND, target=_TARGETS)
def test_one_more_model_never_turns_a_doubt_into_certainty(
    revenues: list[int], spend: int, target: Decimal
) -> None:
    said = verdict(revenues, spend, target)
    for more in (revenues[0], 10**14, -(10**14)):
        wider = verdict([*revenues, more], spend, target)
        assert wider in (said, Verdict.MODEL_DEPENDENT)


@given(revenues=_REVENUES, spend=_SPEND, target=_TARGETS)
def test_only_the_least_and_the_most_decide(revenues: list[int], spend: int, target: Decimal) -> None:
    wanted = Fraction(target) * spend
    least, most = min(revenues) >= wanted, max(revenues) >= wanted
    expected = {(True, True): Verdict.ROBUST_KEEP, (False, False): Verdict.ROBUST_CUT}
    assert verdict(revenues, spend, target) is expected.get((least, most), Verdict.MODEL_DEPENDENT)
