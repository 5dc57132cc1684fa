"""What one lead adds to the rollups, by hand-written expectation."""

from collections import Counter
from datetime import date
from zoneinfo import ZoneInfo

from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import LeadStatus
from leadtrace_api.projector.contribution import Basis, Measure, calendar, contribution, difference
from tests.unit.api.snapshots import at, outcome, won

BERLIN = calendar(ZoneInfo("Europe/Berlin"))
DAY_1, DAY_3, DAY_6 = date(2026, 1, 1), date(2026, 1, 3), date(2026, 1, 6)


def counts(basis: Basis, measure: Measure, increments: Counter[object]) -> dict[tuple[str, date], int]:
    """One measure on one basis, by stage or currency and day."""
    return {
        (cell[4], cell[2]): amount  # type: ignore[index]
        for cell, amount in increments.items()
        if (cell[1], cell[5]) == (basis, measure)  # type: ignore[index]
    }


def test_skipped_rungs_are_reached_with_the_later_one_but_not_entered() -> None:
    lead = outcome(1, (Stage.LEAD, 0), (Stage.OPPORTUNITY, 5))
    made: Counter[object] = contribution(lead, BERLIN)  # type: ignore[assignment]
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
    days = {cell[2] for cell in made if cell[1] is Basis.COHORT}
    assert days == {DAY_3}


def test_entering_a_stage_twice_counts_two_entries_and_one_lead() -> None:
    lead = outcome(1, (Stage.LEAD, 0), (Stage.RECYCLED, 1), (Stage.LEAD, 2))
    made: Counter[object] = contribution(lead, BERLIN)  # type: ignore[assignment]
    assert counts(Basis.COHORT, Measure.ENTERED, made) == {("lead", DAY_1): 2, ("recycled", DAY_1): 1}
    assert counts(Basis.COHORT, Measure.REACHED, made) == {("inquiry", DAY_1): 1, ("lead", DAY_1): 1}


def test_entries_too_old_to_be_listed_count_on_the_first_day_of_their_stage() -> None:
    lead = outcome(1, (Stage.LEAD, 2), entries={Stage.LEAD: 4}, first_reached={Stage.LEAD: at(0)})
    made: Counter[object] = contribution(lead, BERLIN)  # type: ignore[assignment]
    assert counts(Basis.ACTIVITY, Measure.ENTERED, made) == {("lead", DAY_1): 3, ("lead", DAY_3): 1}


def test_a_day_begins_at_midnight_of_the_reporting_time_zone() -> None:
    late_evening = outcome(1, (Stage.LEAD, 0), captured=23.5 / 24)
    assert {cell[2] for cell in contribution(late_evening, BERLIN) if cell[1] is Basis.COHORT} == {
        date(2026, 1, 2)
    }


def test_revenue_counts_each_currency_and_the_customer_once_in_each() -> None:
    lead = outcome(1, deals=[won(1, 500, 5), won(2, 700, 2), won(3, 9, 5, "JPY")])
    made: Counter[object] = contribution(lead, BERLIN)  # type: ignore[assignment]
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
    made: Counter[object] = contribution(lead, BERLIN)  # type: ignore[assignment]
    assert counts(Basis.COHORT, Measure.CURRENT, made) == {}
    assert counts(Basis.COHORT, Measure.REACHED, made) == {("inquiry", DAY_1): 1, ("lead", DAY_1): 1}


def test_visitors_absorbed_leads_and_unknown_ones_contribute_nothing() -> None:
    assert not contribution(outcome(1, (Stage.LEAD, 0), captured=None), BERLIN)
    assert not contribution(outcome(1, (Stage.LEAD, 0), redirect_to="x"), BERLIN)
    assert not contribution(None, BERLIN)


def test_the_difference_names_only_what_changed() -> None:
    before = contribution(outcome(1, (Stage.LEAD, 0)), BERLIN)
    after = contribution(outcome(1, (Stage.LEAD, 0), (Stage.MARKETING_QUALIFIED, 2)), BERLIN)
    assert {(cell[4], cell[5], amount) for cell, amount in difference(after, before).items()} == {
        ("mql", Measure.ENTERED, 1),
        ("mql", Measure.REACHED, 1),
        ("mql", Measure.CURRENT, 1),
        ("lead", Measure.CURRENT, -1),
    }
