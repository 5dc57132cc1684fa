"""From when on a lead is watched that was taken over when it had lived a while."""

import msgspec
import pytest

from leadtrace.domain.fact import Fact
from leadtrace.events.lead import LeadCaptured, LeadUpdated, LeadWatched
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace.testing.attribution_facts import Told, day, lead_facts, lead_outcome


def facts(told_on: float, *told: Told) -> list[Fact]:
    """Facts that were all told on one day."""
    return [msgspec.structs.replace(fact, recorded=day(told_on)) for fact in lead_facts(*told)]


@pytest.mark.parametrize(
    ("told", "watched_from"),
    [
        ([(1, LeadCaptured())], None),
        ([(1, LeadCaptured()), (9, LeadWatched())], 9),
        ([(1, LeadUpdated()), (9, LeadWatched())], 9),
        # A newer export of survivors says nothing of the time that was watched already.
        ([(1, LeadCaptured()), (9, LeadWatched()), (20, LeadWatched())], 9),
    ],
)
def test_a_lead_is_watched_from_its_first_import_on(told: list[Told], watched_from: float | None) -> None:
    expected = None if watched_from is None else day(watched_from)
    assert lead_outcome(facts(9, *told)).watched_from == expected


def test_who_was_told_of_before_was_watched_always() -> None:
    live = facts(1, (1, LeadCaptured()))
    imported = facts(9, (1, LeadUpdated()), (9, LeadWatched()))
    assert lead_outcome([*live, *imported]).watched_from is None


def test_to_be_watched_makes_nobody_known() -> None:
    outcome = lead_outcome(facts(9, (1, TouchpointRecorded(channel="email")), (9, LeadWatched())))
    assert outcome.captured_at is None
