"""A predictive score is the sum of its contributions, to the last bit, one by one or many at once."""

from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.predict.features import Features
from leadtrace.domain.predict.terms import (
    MICRO,
    Terms,
    contributions,
    log_odds,
    log_odds_of,
    probabilities,
    probability,
    scaled,
)
from tests.laws.predict_worlds import features, terms


@given(terms(), st.lists(features(), max_size=8))
def test_contributions_sum_to_the_log_odds_to_the_last_bit(score: Terms, leads: list[Features]) -> None:
    """No tolerance: they are whole millionths, so no order of adding can differ from another."""
    many = log_odds_of(score, leads).tolist()
    for lead, micro in zip(leads, many, strict=True):
        parts = contributions(score, lead)
        assert all(type(part.micro) is int for part in parts)
        assert sum(part.micro for part in reversed(parts)) == log_odds(score, lead) == micro


@given(st.lists(st.integers(-40 * MICRO, 40 * MICRO), min_size=2, unique=True))
def test_probabilities_rise_with_log_odds_and_mirror_themselves(micro: list[int]) -> None:
    """Tolerance: two ways to write one function; both are within a few units in the last place of 1."""
    ordered = sorted(micro)
    said = [probability(one) for one in ordered]
    assert said == sorted(said)
    assert all(0.0 <= one <= 1.0 for one in said)
    for one, here in zip(ordered, said, strict=True):
        assert abs(probability(-one) + here - 1.0) <= 1e-15
    many = probabilities(log_odds_of(Terms(0.0, ()), [Features()] * len(ordered)) + ordered)
    assert max(abs(a - b) for a, b in zip(many.tolist(), said, strict=True)) <= 1e-15


@given(terms(), features(), st.floats(0, 3), st.floats(-5, 5))
def test_a_line_over_the_score_is_a_line_over_its_parts(
    score: Terms, lead: Features, slope: float, offset: float
) -> None:
    """Calibrated contributions are the learnt ones times the slope: every one, so none is left unexplained.

    Tolerance: half a millionth of rounding for each contribution before and after, and the ninth digit kept.
    """
    line = scaled(score, slope=slope, offset=offset)
    before, after = contributions(score, lead), contributions(line, lead)
    assert [part[:2] for part in after] == [part[:2] for part in before]
    apart = log_odds(line, lead) - (slope * log_odds(score, lead) + offset * MICRO)
    assert abs(apart) <= len(after) * (0.5 + 0.5 * slope) + 1 + _most(lead)


def _most(lead: Features) -> float:
    """What the ninth digit of slopes may come to: a drawn value is at most 1e4 scales from its mean."""
    return 12.0 * 1e4 * 5e-10 * MICRO if lead.numbers else 0.0
