"""Points as a forecast: figures equal those of scikit-learn, and no lead is judged by a line that it drew."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.predict.folds import Split
from leadtrace.domain.quality.ending import endings
from leadtrace.domain.quality.forecast import forecast
from leadtrace.domain.quality.moment import NEVER, LeftOut, Sample
from leadtrace.domain.quality.score_quality import score_quality
from tests.unit.domain.quality.samples import UNTIL, Row, sample

HORIZON_DAYS = 30
HORIZON_US = HORIZON_DAYS * DAY_US


def made(leads: int, *, oldest: float, youngest: float, seed: int = 3) -> Sample:
    """Leads who are won the more often the more points they have."""
    chance = np.random.default_rng(seed)
    rows: list[Row] = []
    for age in np.linspace(oldest, youngest, leads):
        points = float(chance.integers(0, 80))
        won = chance.random() < points / 120
        band = "hot" if points >= 60 else "warm" if points >= 30 else "cold"
        rows.append((float(age), float(chance.uniform(0.1, 29)) if won else None, None, points, band))
    return sample(rows)


def test_by_time_each_block_is_judged_by_a_line_of_what_was_known_before_it() -> None:
    judged = made(1_500, oldest=400, youngest=35)
    found = endings(judged, horizon_us=HORIZON_US, until=UNTIL)
    result = forecast(judged, found)
    assert result is not None
    assert result.split is Split.BY_TIME
    # An independent recount: all outcomes of complete leads are known, so every weight is 1 but in training.
    said, truth = [], []
    for block in np.array_split(np.arange(1_500), 5)[1:]:
        start = int(judged.at[block[0]])
        earlier = np.flatnonzero(judged.at + HORIZON_DAYS * DAY_US <= start)
        line = LogisticRegression(C=np.inf, tol=1e-10).fit(
            judged.points[earlier].reshape(-1, 1) / 1_000, found.won[earlier]
        )
        said += line.predict_proba(judged.points[block].reshape(-1, 1) / 1_000)[:, 1].tolist()
        truth += found.won[block].tolist()
    assert result.leads == len(truth) == 1_200
    # The line also learns from leads that ended early, weighted: the figures are near and not equal.
    assert result.brier == pytest.approx(brier_score_loss(truth, said), abs=2e-3)
    assert result.log_loss == pytest.approx(log_loss(truth, said), abs=5e-3)
    assert 0.05 < result.skill < 0.5
    assert result.reliability.ece < 0.1


def test_of_a_short_history_lines_are_dealt_out() -> None:
    judged = made(600, oldest=59, youngest=1)
    found = endings(judged, horizon_us=HORIZON_US, until=UNTIL)
    result = forecast(judged, found)
    assert result is not None
    assert result.split is Split.AT_RANDOM
    assert result.leads == int(found.known.sum()) < 600


def test_of_few_outcomes_nothing_is_said() -> None:
    judged = made(60, oldest=400, youngest=300)
    found = endings(judged, horizon_us=HORIZON_US, until=UNTIL)
    assert forecast(judged, found) is None


def test_a_line_knows_nothing_of_what_came_after_it() -> None:
    """A planted turn before the last block: a line of before is worse there than no line at all."""
    judged = made(1_000, oldest=500, youngest=200)
    order = np.sort(judged.at)
    few = np.where(judged.points < 25_000, judged.at + DAY_US, NEVER)
    turned = judged._replace(won_at=np.where(judged.at >= order[800], few, judged.won_at))
    calm, after = (
        forecast(one, endings(one, horizon_us=HORIZON_US, until=UNTIL)) for one in (judged, turned)
    )
    assert calm is not None
    assert after is not None
    assert calm.skill > 0.1
    # A line that had learnt from the leads that it judges would never be worse than their rate.
    assert after.skill < -0.05


def test_auc_is_that_of_scikit_learn() -> None:
    judged = made(800, oldest=400, youngest=100)
    found = endings(judged, horizon_us=HORIZON_US, until=UNTIL)
    quality = score_quality(judged, LeftOut(), horizon_days=HORIZON_DAYS, age_days=7, until=UNTIL)
    assert quality.auc is not None
    assert quality.auc.value == pytest.approx(roc_auc_score(found.won, judged.points), abs=1e-12)
    assert quality.auc.interval is not None
    assert quality.auc.interval[0] < quality.auc.value < quality.auc.interval[1]
    assert sum(one.leads for one in quality.tenths) == 800
