"""What a lead is, as its properties say: the newest value, whatever order they were told in."""

import pytest

from leadtrace.events.lead import LeadCaptured, LeadUpdated
from leadtrace.events.snapshots import Profile
from leadtrace.testing.attribution_facts import Told, lead_facts, lead_outcome

CAPTURED = (0, LeadCaptured(properties={"segment": "smb", "country": "DE"}))


@pytest.mark.parametrize(
    ("told", "profile"),
    [
        ((CAPTURED,), Profile(segment="smb")),
        ((CAPTURED, (1, LeadUpdated(properties={"segment": "enterprise"}))), Profile(segment="enterprise")),
        ((CAPTURED, (1, LeadUpdated(properties={"region": "emea"}))), Profile("smb", region="emea")),
        ((CAPTURED, (1, LeadUpdated(properties={"segment": None}))), Profile()),
        (((0, LeadCaptured()),), Profile()),
    ],
    ids=["at the capture", "changed", "added", "taken away", "none"],
)
def test_the_newest_value_of_each_property_counts(told: tuple[Told, ...], profile: Profile) -> None:
    assert lead_outcome(lead_facts(*told)).profile == profile
