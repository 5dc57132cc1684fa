"""A model as stored: its hash, what is refused, and how it explains itself."""

import msgspec
import pytest

from leadtrace.domain.predict.features import TEAM, Features
from leadtrace.domain.predict.model import (
    Calibration,
    Kind,
    Model,
    StoredModel,
    check_model,
    explain,
    predict,
    store_model,
)
from leadtrace.domain.predict.terms import Choice, Contribution, Line, Part, Steps, Tags, Terms

PARTS: tuple[Part, ...] = (
    Choice("industry", {"retail": 0.5}, missing=-0.25, other=0.125),
    Line("employees", mean=50.0, scale=25.0, low=0.0, high=100.0, slope=0.1, missing=-1.0),
    Steps("touches", (1.0, 5.0), (-1.0, 0.0, 1.0), missing=0.0),
    Tags({"vip": 0.75}),
)


def model(terms: Terms | None = None, **changes: object) -> Model:
    """A small one."""
    made = Model(
        kind=Kind.LOGISTIC,
        horizon_days=90,
        terms=terms or Terms(-2.0, PARTS),
        calibration=Calibration(1.0, 0.0),
        trained_on="0" * 64,
        wins=100,
        losses=900,
    )
    return msgspec.structs.replace(made, **changes)


def test_every_part_says_what_it_adds() -> None:
    lead = Features({"industry": "retail"}, {"employees": 1000.0, "touches": 5.0}, ("new", "vip"))
    explained = explain(model(), lead)
    assert explained.contributions == (
        Contribution("base", None, -2_000_000),
        Contribution("industry", "retail", 500_000),
        Contribution("employees", "1000", 200_000),
        Contribution("touches", "5", 1_000_000),
        Contribution("tag", "vip", 750_000),
    )
    assert explained.log_odds == 450_000
    assert explained.probability == pytest.approx(0.610639)


def test_absence_is_a_value_of_its_own() -> None:
    explained = explain(model(), Features())
    assert [row.micro for row in explained.contributions] == [-2_000_000, -250_000, -1_000_000, 0]
    other = explain(model(), Features({"industry": "fishing"}))
    assert other.contributions[1] == Contribution("industry", "fishing", 125_000)


def test_a_team_with_terms_of_its_own_is_judged_by_them() -> None:
    judged = model(teams={"north": Terms(1.0, ())})
    assert explain(judged, Features({TEAM: "north"})).log_odds == 1_000_000
    leads = [Features(), Features({TEAM: "north"}), Features({TEAM: "south"})]
    assert predict(judged, leads).tolist() == pytest.approx(
        [explain(judged, lead).probability for lead in leads], abs=1e-15
    )


def test_a_model_is_known_by_its_hash() -> None:
    stored = store_model(model(), 7)
    check_model(stored)
    assert stored.hash == store_model(model(), 8).hash != store_model(model(wins=101), 7).hash
    with pytest.raises(ValueError, match="not the one"):
        check_model(StoredModel(7, "0" * 64, model()))
    with pytest.raises(ValueError, match="format 2"):
        check_model(StoredModel(7, stored.hash, model(format=2)))


@pytest.mark.parametrize(
    "terms",
    [
        Terms(float("nan"), ()),
        Terms(0.0, (Choice("a", {"b": 1e6}),)),
        Terms(0.0, (Line("a", 0.0, 0.0, 0.0, 1.0, 1.0),)),
        Terms(0.0, (Line("a", 0.0, 1.0, 2.0, 1.0, 1.0),)),
        Terms(0.0, (Steps("a", (1.0, 1.0), (0.0, 0.0, 0.0)),)),
        Terms(0.0, (Steps("a", (1.0,), (0.0,)),)),
        Terms(0.0, (Tags({"a": float("inf")}),)),
    ],
    ids=repr,
)
def test_terms_that_cannot_score_are_refused(terms: Terms) -> None:
    with pytest.raises(ValueError, match="cannot score"):
        store_model(model(terms), 1)
