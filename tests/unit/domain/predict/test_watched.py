"""Only early endings are known of young leads: whoever learns from them alone learns that everyone ends."""

import numpy as np
import pytest

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.predict.dataset import Dataset, Looked, dataset_of, labels, weights_of
from leadtrace.domain.predict.features import Features, Plan
from leadtrace.domain.predict.folds import FEWEST_OF_EACH, Split, folds, forward_folds
from leadtrace.domain.predict.judgement import Bar, counts_of, shortages
from leadtrace.domain.predict.outcome import Ending

HORIZON_DAYS = 180
RATE = 0.10
LEADS_A_DAY = 12


def looked(days: float, *, seed: int = 5) -> list[Looked]:
    """Leads of so many days: a tenth wins, a tenth loses, evenly over the horizon; the others stay open."""
    chance = np.random.default_rng(seed)
    leads = []
    for number in range(round(days * LEADS_A_DAY)):
        at = round((number + 1) * DAY_US / LEADS_A_DAY)
        drawn, ended = chance.random(), at + round(chance.uniform(1, HORIZON_DAYS) * DAY_US)
        won, lost = drawn < RATE, RATE <= drawn < 2 * RATE
        ending = Ending(ended if won else None, ended if lost else None)
        leads.append(Looked(f"{number:06}", at, ending, Features()))
    return leads


def observed(days: float, leads: list[Looked] | None = None) -> Dataset:
    """What is known of them after so many days."""
    until = round(days * DAY_US) + DAY_US
    return dataset_of(leads or looked(days), Plan(), horizon_days=HORIZON_DAYS, observed_until=until)


def rate(won: np.ndarray, weights: np.ndarray) -> float:
    """The weighted rate of wins."""
    return float(np.average(won, weights=weights))


@pytest.mark.parametrize("days", [90, 170])
def test_a_young_company_is_told_to_wait(days: float) -> None:
    dataset = observed(days)
    rows = dataset.rows
    # What would have been learnt: that every other lead is won.
    assert rate(labels(rows), weights_of(rows)) > 4 * RATE
    assert shortages(counts_of(dataset), Bar(20, 20)) == (
        "0 leads were watched for the whole horizon; 100 are needed.",
    )


def test_the_newest_alone_are_objected_to_however_many() -> None:
    dataset = observed(730, looked(730)[-170 * LEADS_A_DAY :])
    assert len(shortages(counts_of(dataset), Bar(20, 20))) == 1


@pytest.mark.parametrize("days", [195, 250, 400, 730])
def test_who_may_be_learnt_from_is_won_as_often_as_leads_are(days: float) -> None:
    dataset = observed(days)
    assert shortages(counts_of(dataset), Bar(20, 20)) == ()
    assert rate(labels(dataset.rows), weights_of(dataset.rows)) == pytest.approx(RATE, abs=0.03)


@pytest.mark.parametrize("seed", range(3))
def test_each_fold_learns_at_the_true_level(seed: int) -> None:
    dataset = observed(730, looked(730, seed=seed))
    made = forward_folds(dataset, count=8)
    assert len(made) >= 4
    for fold in made:
        learnt = fold.learnt_from(dataset.rows)
        assert rate(labels(learnt), weights_of(learnt)) == pytest.approx(RATE, abs=0.04)
    tried = [row for fold in made for row in fold.tried_on(dataset.rows)]
    assert rate(labels(tried), weights_of(tried)) == pytest.approx(RATE, abs=0.02)


def test_a_fold_weighs_what_whoever_trained_then_would_have_weighed() -> None:
    leads = looked(730)
    dataset = observed(730, leads)
    fold = forward_folds(dataset)[0]
    begun = dataset.rows[fold.test[0]].at
    before = [lead for lead in leads if lead.at < begun - 1]
    then = dataset_of(before, Plan(), horizon_days=HORIZON_DAYS, observed_until=begun - 1)
    assert fold.learnt_from(dataset.rows) == list(then.rows)


def test_those_tried_are_weighted_among_themselves() -> None:
    """Leads of the blocks left out were watched for longest, and are not tried."""
    leads = looked(730)
    dataset = observed(730, leads)
    made = forward_folds(dataset)
    first = dataset.rows[made[0].test[0]].at
    alone = observed(730, [lead for lead in leads if lead.at >= first])
    assert [row for fold in made for row in fold.tried_on(dataset.rows)] == list(alone.rows)


def test_no_block_is_tried_before_leads_were_watched_for_the_horizon() -> None:
    dataset = observed(730)
    for fold in forward_folds(dataset, count=20):
        begun = dataset.rows[fold.test[0]].at
        watched = sum(row.at + HORIZON_DAYS * DAY_US < begun for row in dataset.rows)
        assert watched >= FEWEST_OF_EACH


@pytest.mark.parametrize("days", [250, 300, 345])
def test_without_two_horizons_nothing_can_be_tried_by_time(days: float) -> None:
    dataset = observed(days)
    assert shortages(counts_of(dataset), Bar(20, 20)) == ()
    assert folds(dataset, Split.BY_TIME, count=20, seed=1) == []
