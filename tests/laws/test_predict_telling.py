"""What is told is what the stored terms say: feature by feature the same sums, with words added."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.predict.features import TEAM, Features
from leadtrace.domain.predict.model import Calibration, Kind, Model, explain, store_model
from leadtrace.domain.predict.telling import Teller
from leadtrace.domain.predict.terms import Terms
from tests.laws.predict_worlds import features, terms


@given(
    terms(),
    st.dictionaries(st.sampled_from(("north", "south")), terms(), max_size=2),
    st.one_of(features(), features(staged=True)),
)
def test_the_prepared_model_says_what_the_stored_one_does(
    everyone: Terms, teams: dict[str, Terms], lead: Features
) -> None:
    stored = store_model(
        Model(
            kind=Kind.NAIVE_BAYES,
            horizon_days=30,
            terms=everyone,
            teams=teams,
            calibration=Calibration(1.0, 0.0),
            trained_on="",
            wins=1,
            losses=1,
        ),
        1,
    )
    said, explained = Teller(stored).tell(lead), explain(stored.model, lead)
    assert (said.log_odds, said.probability) == (explained.log_odds, explained.probability)
    assert sum(part.micro for part in said.parts) == said.log_odds
    told: Counter[str] = Counter()
    for part in said.parts:
        assert part.micro
        assert part.because
        told[part.feature] += part.micro
    expected: Counter[str] = Counter()
    for row in explained.contributions:
        expected[row.feature] += row.micro
    assert {name: micro for name, micro in told.items() if micro} == {
        name: micro for name, micro in expected.items() if micro
    }
    names = [part.feature for part in said.parts if part.feature not in ("tag", TEAM)]
    assert len(names) == len(set(names))
