"""What is learnt from and what is tried on never meet, and no fold learns from its future."""

import pytest

from leadtrace.domain.predict.dataset import Dataset, Row
from leadtrace.domain.predict.features import Features
from leadtrace.domain.predict.folds import FEWEST_OF_EACH, forward_folds, random_folds

ROWS = [
    Row(f"{n:04}", at=n // 2, decided_at=n // 2 + 50, won=n % 3 == 0, features=Features())
    for n in range(1000)
]


def dataset(rows: list[Row]) -> Dataset:
    """Rows of which each outcome was known at once."""
    return Dataset(1, (), (), tuple(rows))


def test_by_time_only_what_was_certain_is_learnt_from() -> None:
    made = forward_folds(dataset(ROWS), count=5)
    assert len(made) == 4
    assert [len(fold.test) for fold in made] == [200] * 4
    for train, test, *_ in made:
        begun = ROWS[test[0]].at
        assert all(ROWS[place].decided_at < begun for place in train)
        # Nothing that could be learnt from is left out either.
        assert len(train) == sum(row.decided_at < begun for row in ROWS)


def test_rows_of_one_moment_stay_together() -> None:
    rows = [
        Row(f"{n}", at=n // 300, decided_at=n // 300, won=n % 2 == 0, features=Features()) for n in range(900)
    ]
    made = forward_folds(dataset(rows), count=5)
    assert [(len(fold.train), len(fold.test)) for fold in made] == [(300, 300), (600, 300)]


def test_a_block_with_too_little_before_it_is_left_out() -> None:
    rows = [
        Row(f"{n:03}", at=n, decided_at=n, won=n >= 500 - FEWEST_OF_EACH, features=Features())
        for n in range(1000)
    ]
    assert [fold.test[0] for fold in forward_folds(dataset(rows), count=10)] == [500, 600, 700, 800, 900]


def test_at_random_every_row_is_tried_once_and_each_fold_has_its_share() -> None:
    won = [row.won for row in ROWS]
    made = random_folds(won, count=5, seed=1)
    assert sorted(place for fold in made for place in fold.test) == list(range(1000))
    for train, test, *_ in made:
        assert not set(train) & set(test)
        assert len(train) + len(test) == 1000
        assert sum(won[place] for place in test) in (66, 67)


def test_a_seed_deals_the_same_again() -> None:
    won = [row.won for row in ROWS]
    same, again, other = (random_folds(won, seed=seed) for seed in (1, 1, 2))
    assert [fold.test.tolist() for fold in same] == [fold.test.tolist() for fold in again]
    assert [fold.test.tolist() for fold in same] != [fold.test.tolist() for fold in other]


def test_too_few_for_the_folds_is_said() -> None:
    with pytest.raises(ValueError, match="2 wins are too few for 5 folds"):
        random_folds([True] * 2 + [False] * 9, seed=1)
