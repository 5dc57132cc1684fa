"""What one lead adds to the rollups, by hand-written expectation."""

from datetime import date
from zoneinfo import ZoneInfo

import msgspec
import pytest

from leadtrace.domain.calendar import calendar
from leadtrace.events.lead import Stage
from leadtrace.events.money import Booking, MoneyKind
from leadtrace.events.snapshots import DealStatus, LeadStatus
from leadtrace_api.projector.contribution import Basis, Increments, Measure, cells, contribution, take_out
from leadtrace_api.projector.dimensions import LONGEST_KEY, keys_of
from tests.unit.api.snapshots import at, outcome, won

BERLIN = calendar(ZoneInfo("Europe/Berlin"))
DAY_1, DAY_3, DAY_6 = date(2026, 1, 1), date(2026, 1, 3), date(2026, 1, 6)


def counts(basis: Basis, measure: Measure, increments: Increments) -> dict[tuple[str, date], int]:
    """One measure on one basis, by stage or currency and day."""
    return {
        (name, day): amount
        for ((_, on, day, name), _, counted), amount in increments.items()
        if (on, counted) == (basis, measure)
    }


def test_skipped_rungs_are_reached_with_the_later_one_but_not_entered() -> None:
    lead = outcome(1, (Stage.LEAD, 0), (Stage.OPPORTUNITY, 5))
    made = contribution(lead, BERLIN)
    assert counts(Basis.ACTIVITY, Measure.ENTERED, made) == {("lead", DAY_1): 1, ("opportunity", DAY_6): 1}
    assert counts(Basis.ACTIVITY, Measure.REACHED, made) == {
        ("inquiry", DAY_1): 1,
        ("lead", DAY_1): 1,
        ("mql", DAY_6): 1,
        ("sal", DAY_6): 1,
        ("sql", DAY_6): 1,
        ("opportunity", DAY_6): 1,
    }
    assert counts(Basis.ACTIVITY, Measure.CURRENT, made) == {("opportunity", DAY_6): 1}


def test_cohort_counts_everything_on_the_day_of_the_capture() -> None:
    lead = outcome(1, (Stage.LEAD, 2), (Stage.CUSTOMER, 5), captured=2, deals=[won(1, 500, 9)])
    made = contribution(lead, BERLIN)
    assert {day for (_, basis, day, _), _, _ in made if basis is Basis.COHORT} == {DAY_3}


def test_entering_a_stage_twice_counts_two_entries_and_one_lead() -> None:
    lead = outcome(1, (Stage.LEAD, 0), (Stage.RECYCLED, 1), (Stage.LEAD, 2))
    made = contribution(lead, BERLIN)
    assert counts(Basis.COHORT, Measure.ENTERED, made) == {("lead", DAY_1): 2, ("recycled", DAY_1): 1}
    assert counts(Basis.COHORT, Measure.REACHED, made) == {("inquiry", DAY_1): 1, ("lead", DAY_1): 1}


def test_entries_too_old_to_be_listed_count_on_the_first_day_of_their_stage() -> None:
    lead = outcome(1, (Stage.LEAD, 2), entries={Stage.LEAD: 4}, first_reached={Stage.LEAD: at(0)})
    made = contribution(lead, BERLIN)
    assert counts(Basis.ACTIVITY, Measure.ENTERED, made) == {("lead", DAY_1): 3, ("lead", DAY_3): 1}


def test_a_day_begins_at_midnight_of_the_reporting_time_zone() -> None:
    late_evening = outcome(1, (Stage.LEAD, 0), captured=23.5 / 24)
    made = contribution(late_evening, BERLIN)
    assert {day for (_, basis, day, _), _, _ in made if basis is Basis.COHORT} == {date(2026, 1, 2)}


def test_revenue_counts_each_currency_and_the_customer_once_in_each() -> None:
    lead = outcome(1, deals=[won(1, 500, 5), won(2, 700, 2), won(3, 9, 5, "JPY")])
    made = contribution(lead, BERLIN)
    assert counts(Basis.COHORT, Measure.REVENUE, made) == {("EUR", DAY_1): 1200, ("JPY", DAY_1): 9}
    assert counts(Basis.COHORT, Measure.CUSTOMERS, made) == {("EUR", DAY_1): 1, ("JPY", DAY_1): 1}
    assert counts(Basis.ACTIVITY, Measure.REVENUE, made) == {
        ("EUR", DAY_6): 500,
        ("EUR", DAY_3): 700,
        ("JPY", DAY_6): 9,
    }
    assert counts(Basis.ACTIVITY, Measure.CUSTOMERS, made) == {("EUR", DAY_3): 1, ("JPY", DAY_6): 1}


def test_a_deleted_lead_stands_nowhere_but_what_happened_stays_true() -> None:
    lead = outcome(1, (Stage.LEAD, 0), status=LeadStatus.DELETED)
    made = contribution(lead, BERLIN)
    assert counts(Basis.COHORT, Measure.CURRENT, made) == {}
    assert counts(Basis.COHORT, Measure.REACHED, made) == {("inquiry", DAY_1): 1, ("lead", DAY_1): 1}


def test_visitors_absorbed_leads_and_unknown_ones_contribute_nothing() -> None:
    assert not contribution(outcome(1, (Stage.LEAD, 0), captured=None), BERLIN)
    assert not contribution(outcome(1, (Stage.LEAD, 0), redirect_to="x"), BERLIN)
    assert not contribution(None, BERLIN)


def test_taking_the_old_out_leaves_only_what_changed() -> None:
    made = contribution(outcome(1, (Stage.LEAD, 0), (Stage.MARKETING_QUALIFIED, 2)), BERLIN)
    take_out(made, cells(outcome(1, (Stage.LEAD, 0)), BERLIN))
    assert {(cell[0][3], cell[2], amount) for cell, amount in made.items() if amount} == {
        ("mql", Measure.ENTERED, 1),
        ("mql", Measure.REACHED, 1),
        ("mql", Measure.CURRENT, 1),
        ("lead", Measure.CURRENT, -1),
    }


@pytest.mark.parametrize("text", ["x" * 5_000, "nul \x00", "🦊" * 300])
def test_a_key_that_the_database_could_not_hold_is_made_to_fit(text: str) -> None:
    key = keys_of(outcome(1, channel=text))[0]
    other = keys_of(outcome(1, channel=text + "y"))[0]
    assert key is not None
    assert other is not None
    assert len(key) <= LONGEST_KEY
    assert "\x00" not in key
    assert key != other


def test_what_was_booked_counts_on_its_own_day_as_converted_and_the_customer_stays_one() -> None:
    steps = (
        Booking(at(2), MoneyKind.WIN, 1_000, "USD", 900, "EUR"),
        Booking(at(5), MoneyKind.RENEWAL, 500, "USD", 450, "EUR"),
        Booking(at(5), MoneyKind.REFUND, -1_500, "USD", -1_350, "EUR"),
        Booking(at(5), MoneyKind.EXPANSION, 7, "JPY", 7, "JPY"),
    )
    deal = msgspec.structs.replace(won(1, 0, 2, "USD"), bookings=steps)
    made = contribution(outcome(1, deals=[deal]), BERLIN)
    assert counts(Basis.ACTIVITY, Measure.REVENUE, made) == {
        ("EUR", DAY_3): 900,
        ("EUR", DAY_6): -900,
        ("JPY", DAY_6): 7,
    }
    assert counts(Basis.ACTIVITY, Measure.RECURRING, made) == {("EUR", DAY_6): 450, ("JPY", DAY_6): 7}
    assert counts(Basis.ACTIVITY, Measure.CUSTOMERS, made) == {("EUR", DAY_3): 1, ("JPY", DAY_6): 1}
    assert counts(Basis.COHORT, Measure.REVENUE, made) == {("EUR", DAY_1): 0, ("JPY", DAY_1): 7}


def test_a_deal_that_is_not_won_any_more_brings_nothing_whatever_was_booked() -> None:
    step = Booking(at(2), MoneyKind.WIN, 1_000, "EUR", 1_000, "EUR")
    deal = msgspec.structs.replace(won(1, 1_000, 2), status=DealStatus.OPEN, bookings=(step,))
    made = contribution(outcome(1, deals=[deal]), BERLIN)
    assert not counts(Basis.COHORT, Measure.REVENUE, made)
