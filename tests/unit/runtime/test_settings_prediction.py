"""What may be named for the predictive score to read, and what that comes to."""

from typing import Any

import pytest
from pydantic import ValidationError

from leadtrace.domain.predict.features import Plan
from leadtrace.runtime.settings_prediction import Prediction


def test_the_shipped_plan_reads_what_the_shipped_rules_do() -> None:
    plan = Prediction().plan
    assert plan is not None
    assert {"seniority", "industry", "country", "employees", "budget"} <= set(plan.properties)
    # A value that nobody else has teaches nothing, and names whose it is.
    assert "company_domain" not in plan.properties


def test_turned_off_nothing_is_read() -> None:
    assert Prediction(enabled=False).plan is None


@pytest.mark.parametrize(
    "given", [{"texts": ("lead:stage",)}, {"numbers": ("",)}, {"tags": ("one", "one")}, {"fewest_wins": 5}]
)
def test_what_cannot_be_read_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Prediction(**given)


def test_another_plan_has_another_digest() -> None:
    assert Plan(texts=("one",)).digest != Plan(tags=("one",)).digest
    assert Plan(texts=("one",)).digest == Plan(texts=("one",)).digest
