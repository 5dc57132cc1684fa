"""Visits are conserved: as many as entries, end to end; and business time is what a slow clock counts."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from leadtrace.domain.attribution.views import DealView
from leadtrace.domain.fact import Fact
from leadtrace.events.snapshots import LeadStatus
from leadtrace.events.times import from_micros, to_micros
from leadtrace.testing.attribution_facts import lead_outcome
from leadtrace.testing.attribution_strategies import LEAD_VALUES, deals_of_a_lead
from leadtrace.testing.strategies import facts
from leadtrace_api.projector.contribution import current_stage
from leadtrace_api.projector.opening_hours import offices_of
from leadtrace_api.projector.visits import visits

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")
MINUTE = timedelta(minutes=1)


@given(facts(LEAD_VALUES, max_size=30), deals_of_a_lead())
def test_a_lead_has_a_visit_for_each_entry_and_each_ends_where_the_next_begins(
    given_facts: list[Fact], deals: list[DealView]
) -> None:
    outcome = lead_outcome(given_facts, *deals)
    made = visits(outcome)
    assert len(made) == (sum(outcome.entries.values()) if outcome.captured_at is not None else 0)
    assert [(one.stage, one.entered_at, one.kind, one.marks) for one in made] == [
        (entry.stage, entry.at, entry.kind, entry.marks) for entry in outcome.transitions
    ]
    assert [one.left_at for one in made[:-1]] == [one.entered_at for one in made[1:]]
    assert all(one.gone_at is None and one.path is None for one in made[1:-1])
    stands = [one.stage for one in made if one.left_at is None and one.gone_at is None]
    assert stands == ([current_stage(outcome)] if made and current_stage(outcome) is not None else [])
    gone = [one for one in made if one.gone_at is not None]
    assert len(gone) == (1 if made and outcome.status is LeadStatus.DELETED else 0)
    assert all(one.gone_at >= one.entered_at for one in gone if one.gone_at is not None)
    if made:
        assert made[0].path is not None
        assert made[0].path.split(">")[:12] == [one.stage.value for one in made][:12]
        assert made[0].path.endswith("…") == (len(made) > 12)


@settings(max_examples=30)
@given(
    zone=st.sampled_from(ZONES),
    start=st.datetimes(datetime(2018, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 - of the zone below
    minutes=st.integers(0, 20_000),
)
def test_business_time_is_what_a_clock_counts_minute_by_minute(
    zone: str, start: datetime, minutes: int
) -> None:
    where = ZoneInfo(zone)
    begins = start.replace(second=0, microsecond=0, tzinfo=ZoneInfo("UTC"))
    counted = 0
    for passed in range(minutes):
        local = (begins + passed * MINUTE).astimezone(where)
        counted += local.weekday() < 5 and 9 <= local.hour < 17
    office, first = offices_of(None, where).usual, to_micros(begins)
    last = to_micros(begins + minutes * MINUTE)
    assert office.reading(last) - office.reading(first) == counted * 60_000_000
    assert office.hours.between(last, first) == 0
    assert from_micros(first) == begins
