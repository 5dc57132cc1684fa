"""Conditions on the value of a property, as rules of fit and disqualifiers put them."""

import pytest

from leadtrace.domain.definitions.property_test import PropertyTest
from leadtrace.domain.scoring.conditions import folded, property_condition


@pytest.mark.parametrize(
    ("test", "value", "holds"),
    [
        (PropertyTest(suffix=".EDU"), "Physics.Uni.edu", True),
        (PropertyTest(suffix=".edu"), "edu.example", False),
        (PropertyTest(has=("HubSpot", "salesforce")), "google_analytics; hubspot;wordpress", True),
        (PropertyTest(has=("hubspot",)), "Salesforce", False),
        (PropertyTest(has=("hub",)), "hubspot", False),
        (PropertyTest(prefix="info"), "information_technology", True),
        (PropertyTest(at_least=50.0), "50", True),
        (PropertyTest(at_least=50.0), "many", False),
        (PropertyTest(any_of=("C_Level",)), "c_level", True),
        (PropertyTest(equals="Director"), " director ", True),
        (PropertyTest(known=True), "anything", True),
    ],
)
def test_a_value_passes_the_one_operator_or_not(test: PropertyTest, value: str, holds: bool) -> None:
    assert property_condition(test)(folded(value)) is holds
