"""Whether a model may speak, and what is said when it may not."""

from leadtrace.domain.predict.judgement import Bar, Counts, objections, shortages
from leadtrace.domain.predict.losses import Gain

BETTER = Gain(0.02, 0.01, 0.03)


def test_enough_outcomes_and_a_gain_over_everyone() -> None:
    gains = {"the base rate": BETTER, "the rules": BETTER}
    assert objections(Counts(100, 100, 100), tried=200, gains=gains, bar=Bar()) == ()


def test_every_reason_is_said() -> None:
    gains = {"the base rate": Gain(0.01, -0.001, 0.02), "the rules": None}
    assert objections(Counts(99, 5, 100), tried=104, gains=gains, bar=Bar()) == (
        "99 wins are known; 100 are needed.",
        "5 losses are known; 100 are needed.",
        "It does not beat the base rate: log loss lower by 0.010000, interval -0.001000 to 0.020000.",
        "It could not be compared with the rules.",
    )


def test_nothing_tried_is_no_proof() -> None:
    (only,) = objections(Counts(100, 100, 100), tried=0, gains={}, bar=Bar())
    assert "nothing to try" in only


def test_what_was_not_trained_for_want_of_outcomes_is_not_blamed_for_more() -> None:
    (only,) = objections(Counts(3, 100, 100), tried=0, gains={}, bar=Bar())
    assert only == "3 wins are known; 100 are needed."


def test_leads_that_nobody_watched_for_the_horizon_are_missed() -> None:
    """However many outcomes are known: who is still open then has not been seen."""
    assert shortages(Counts(5_000, 5_000, 0), Bar()) == (
        "0 leads were watched for the whole horizon; 100 are needed.",
    )
