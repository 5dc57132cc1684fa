"""When an outcome counts, and what those that count stand for."""

import pytest

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.fact import Fact
from leadtrace.domain.predict.dataset import Dataset, Row, Subject, build_dataset, canonical
from leadtrace.domain.predict.features import Features, Plan
from leadtrace.domain.predict.outcome import Ending, Known, censoring_weights, outcome_by
from leadtrace.events.catalogue import Code


@pytest.mark.parametrize(
    ("ending", "observed", "known"),
    [
        (Ending(won_at=5), 6, Known(won=True, decided_at=5)),
        (Ending(lost_at=5), 6, Known(won=False, decided_at=5)),
        (Ending(won_at=10), 10, Known(won=True, decided_at=10)),
        (Ending(won_at=11), 20, Known(won=False, decided_at=10)),
        (Ending(), 10, Known(won=False, decided_at=10)),
        (Ending(lost_at=3, won_at=8), 20, Known(won=True, decided_at=8)),
        (Ending(), 9, None),
        (Ending(won_at=8), 7, None),
        (Ending(lost_at=8), 7, None),
    ],
    ids=[
        "won in time",
        "lost",
        "won at the last moment",
        "won too late",
        "watched past the horizon",
        "lost, then won in time",
        "still open",
        "won after anybody looked",
        "lost after anybody looked",
    ],
)
def test_an_outcome_counts_only_when_it_is_known(ending: Ending, observed: int, known: Known | None) -> None:
    assert outcome_by(ending, at=0, horizon_us=10, observed_until=observed) == known


def test_leads_that_are_known_stand_for_those_that_are_not() -> None:
    """Four leads watched for 1, 2, 3 and 10; one that ended after 3 was known of half of them only."""
    weights = censoring_weights([None, None, 3, 10], [1, 2, 3, 10])
    assert weights.tolist() == [0.0, 0.0, 2.0, 4.0]


def test_open_leads_are_counted_and_not_used() -> None:
    def lead(name: str, at: int, ending: Ending) -> Subject:
        return Subject(name, (), at, ending)

    day = DAY_US
    leads = [
        lead("won", 0, Ending(won_at=3 * day)),
        lead("lost", 0, Ending(lost_at=4 * day)),
        lead("past", 0, Ending()),
        lead("open", 95 * day, Ending()),
        lead("young and won", 95 * day, Ending(won_at=96 * day)),
        lead("over before", 5 * day, Ending(lost_at=4 * day)),
        lead("not there yet", 101 * day, Ending()),
    ]
    dataset = build_dataset(leads, Plan(), horizon_days=30, observed_until=100 * day)
    assert [row.id for row in dataset.rows] == ["lost", "past", "won", "young and won"]
    assert [row.won for row in dataset.rows] == [False, False, True, True]
    assert (dataset.censored, dataset.censored_at) == (1, (95 * day,))
    assert dataset.watched == 3
    weight = {row.id: row.weight for row in dataset.rows}
    assert weight == {"won": 1.0, "lost": 1.0, "past": 5 / 3, "young and won": 1.0}


def test_an_imported_history_counts_only_where_it_is_said_to_have_been_known() -> None:
    day = DAY_US
    values = ("industry", "retail")
    told = Fact(
        1,
        100,
        "",
        "file",
        "1",
        int(Code.LEAD_UPDATED),
        "contact/1",
        skewed=False,
        values=values,
        recorded=90 * day,
    )
    lead = Subject("a", (told,), 10 * day, Ending(won_at=20 * day))
    for one, texts in ((lead, {}), (lead._replace(as_of=90 * day), {"industry": "retail"})):
        dataset = build_dataset([one], Plan(texts=("industry",)), horizon_days=30, observed_until=100 * day)
        found = dict(dataset.rows[0].features.texts)
        assert found.pop("lead:stage") == "inquiry"
        assert found == texts


def test_a_dataset_that_cannot_be_learnt_from_is_refused() -> None:
    row = Row("a", 0, 0, won=True, features=Features())
    with pytest.raises(ValueError, match="stand twice"):
        canonical(Dataset(30, (), (), (row, row)))
    with pytest.raises(ValueError, match="not finite"):
        canonical(
            Dataset(30, (), ("x",), (Row("a", 0, 0, won=True, features=Features({}, {"x": float("nan")})),))
        )
    with pytest.raises(ValueError, match="above 0"):
        canonical(Dataset(30, (), (), (Row("a", 0, 0, won=True, features=Features(), weight=0.0),)))
