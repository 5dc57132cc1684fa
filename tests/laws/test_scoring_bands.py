"""Laws of bands: a signal that only rises or only falls never makes a lead flap."""

from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.definitions.bounds import BANDS
from leadtrace.domain.definitions.model import Bands, Definitions
from leadtrace.domain.fact import Fact
from leadtrace.domain.fold import refold
from leadtrace.domain.scoring.bands import PreparedBands
from leadtrace.domain.scoring.fold import ScoreFold
from leadtrace.testing.scorecards import definitions, scoring_values
from leadtrace.testing.strategies import facts

BAND_RULES = definitions().map(lambda drawn: drawn.scorecard.bands)
SCORES = st.lists(st.integers(-5_000, 35_000), min_size=1, max_size=30)


def walk(bands: Bands, scores: list[int], start: int) -> list[int]:
    """The bands that the scores lead through."""
    prepared, band, seen = PreparedBands(bands), start, []
    for score in scores:
        band = prepared.following(band, score)
        seen.append(band)
    return seen


@given(BAND_RULES, SCORES, st.integers(0, 2))
def test_rising_scores_never_fall_back_and_falling_ones_never_return(
    bands: Bands, scores: list[int], start: int
) -> None:
    rising = walk(bands, sorted(scores), start)
    assert rising == sorted(rising)
    falling = walk(bands, sorted(scores, reverse=True), start)
    assert falling == sorted(falling, reverse=True)


@given(BAND_RULES, SCORES, st.integers(0, 2))
def test_a_band_holds_between_its_thresholds(bands: Bands, scores: list[int], start: int) -> None:
    before = start
    for score, band in zip(scores, walk(bands, scores, start), strict=True):
        for place, rule in enumerate((bands.warm, bands.hot), start=1):
            if score >= round(rule.enter_at * 1000):
                assert band >= place
            if score < round(rule.leave_below * 1000):
                assert band < place
        if band > before:
            assert score >= round((bands.warm, bands.hot)[band - 1].enter_at * 1000)
        before = band


@given(definitions(), facts(scoring_values()))
def test_a_disqualified_lead_is_cold_unfit_and_qualified_for_nothing(
    given_definitions: Definitions, events: list[Fact]
) -> None:
    fold = ScoreFold(given_definitions)
    state, _ = refold(fold, events)
    body = fold.render(state, lead_id="lead")
    named = [row for row in body.fit_contributions if row.rule.startswith("disqualifier:")]
    assert body.band in BANDS
    if named:
        assert body.band == "cold"
        assert body.fit <= 0
        latest = {row.stage: row for row in body.qualifications}
        assert all(named[0].rule in row.failed and not row.holds for row in latest.values())
