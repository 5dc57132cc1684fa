"""How the steps of one lead ended and at which age, by hand-written expectation."""

from collections import Counter
from datetime import date
from zoneinfo import ZoneInfo

import msgspec
import pytest

from leadtrace.domain.calendar import calendar
from leadtrace.domain.survival.age_bins import age_bin
from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import DefinitionRef, LeadOutcome, LeadStatus
from leadtrace_api.projector.step_ages import Increments, RowKey, add, rows, step_ages
from tests.unit.api.snapshots import at, lead_id, outcome, won
from tests.unit.api.steps import of_stages, told

BERLIN = calendar(ZoneInfo("Europe/Berlin"))
DAY_1 = date(2026, 1, 1)
DAY_S = 86_400


def of(lead: LeadOutcome) -> dict[str, tuple[str, int]]:
    """The same of a lead that adds something."""
    made = step_ages(lead, BERLIN)
    assert made is not None
    assert len(told(made.codes)) + len(of_stages(made.codes)) == len(made.codes)
    return told(made.codes)


def bin_of_days(days: float) -> int:
    """The bin of an age in days."""
    return age_bin(round(days * DAY_S))


def test_steps_that_went_on_have_the_time_between_both_rungs_and_others_are_open() -> None:
    lead = outcome(1, (Stage.LEAD, 0), (Stage.MARKETING_QUALIFIED, 3), (Stage.SALES_ACCEPTED, 3.125))
    assert of(lead) == {
        "inquiry>lead": ("won", 0),
        "lead>mql": ("won", bin_of_days(3)),
        "mql>sal": ("won", bin_of_days(0.125)),
        "sal>sql": ("open", 3),
        "inquiry>customer": ("open", 0),
    }


def test_a_skipped_rung_is_passed_at_once_with_the_next_later_one() -> None:
    lead = outcome(1, (Stage.LEAD, 0), (Stage.OPPORTUNITY, 5))
    assert of(lead) == {
        "inquiry>lead": ("won", 0),
        "lead>mql": ("won", bin_of_days(5)),
        "mql>sal": ("won", 0),
        "sal>sql": ("won", 0),
        "sql>opportunity": ("won", 0),
        "opportunity>customer": ("open", 5),
        "inquiry>customer": ("open", 0),
    }


@pytest.mark.parametrize("beside", [Stage.LOST, Stage.DISQUALIFIED])
def test_a_lost_or_disqualified_lead_loses_what_it_had_not_passed(beside: Stage) -> None:
    lead = outcome(
        1, (Stage.LEAD, 0), (Stage.MARKETING_QUALIFIED, 2), (beside, 9), status=LeadStatus.LOST, lost_at=at(9)
    )
    assert of(lead) == {
        "inquiry>lead": ("won", 0),
        "lead>mql": ("won", bin_of_days(2)),
        "mql>sal": ("lost", bin_of_days(7)),
        "inquiry>customer": ("lost", bin_of_days(9)),
    }


def test_a_recycled_or_reopened_lead_is_open() -> None:
    """Where it stands decides, and not that it once was lost."""
    recycled = outcome(1, (Stage.LEAD, 0), (Stage.LOST, 4), (Stage.RECYCLED, 6))
    reopened = outcome(1, (Stage.LEAD, 0), (Stage.LOST, 4), (Stage.LEAD, 6))
    for lead in (recycled, reopened):
        assert of(lead) == {
            "inquiry>lead": ("won", 0),
            "lead>mql": ("open", 0),
            "inquiry>customer": ("open", 0),
        }


def test_a_lead_that_goes_on_after_it_was_lost_has_won_and_keeps_its_first_moments() -> None:
    lead = outcome(
        1,
        *((Stage.LEAD, 0), (Stage.LOST, 4), (Stage.LEAD, 6), (Stage.CUSTOMER, 20)),
        status=LeadStatus.WON,
        deals=[won(1, 500, 20)],
        won_at=at(20),
    )
    assert of(lead)["lead>mql"] == ("won", bin_of_days(20))
    assert of(lead)["inquiry>customer"] == ("won", bin_of_days(20))
    assert {end for end, _ in of(lead).values()} == {"won"}


def test_a_deleted_lead_was_watched_until_its_latest_event() -> None:
    lead = outcome(
        1, (Stage.LEAD, 0), (Stage.MARKETING_QUALIFIED, 2), status=LeadStatus.DELETED, latest_at=at(30)
    )
    assert of(lead) == {
        "inquiry>lead": ("won", 0),
        "lead>mql": ("won", bin_of_days(2)),
        "mql>sal": ("gone", bin_of_days(28)),
        "inquiry>customer": ("gone", bin_of_days(30)),
    }


def test_a_lead_is_lost_at_the_moment_that_its_outcome_tells() -> None:
    lead = outcome(1, (Stage.LEAD, 0), (Stage.LOST, 9), status=LeadStatus.LOST, lost_at=at(4))
    assert of(lead)["lead>mql"] == ("lost", bin_of_days(4))
    untold = msgspec.structs.replace(lead, lost_at=None)
    assert of(untold)["lead>mql"] == ("lost", bin_of_days(9))


@pytest.mark.parametrize("beside", [Stage.LOST, Stage.DISQUALIFIED])
def test_a_lead_that_was_lost_before_it_was_deleted_stays_lost(beside: Stage) -> None:
    lead = outcome(
        1, (Stage.LEAD, 0), (beside, 4), status=LeadStatus.DELETED, lost_at=at(4), latest_at=at(30)
    )
    assert of(lead)["lead>mql"] == ("lost", bin_of_days(4))


def test_ages_are_never_below_nothing_nor_are_offsets() -> None:
    early = outcome(1, (Stage.LEAD, 3), captured=9, status=LeadStatus.DELETED, latest_at=at(1))
    assert of(early)["lead>mql"] == ("gone", 0)
    still = outcome(1, (Stage.LEAD, 3), captured=9)
    assert of(still)["lead>mql"] == ("open", 0)


def test_days_are_those_of_the_time_zone() -> None:
    """Captured at 23:30 UTC, which is the next day in Berlin; entered a step an hour later, on the same."""
    lead = outcome(1, (Stage.LEAD, 23.5 / 24), (Stage.MARKETING_QUALIFIED, 24.5 / 24), captured=23.5 / 24)
    made, elsewhere = step_ages(lead, BERLIN), step_ages(lead, calendar(ZoneInfo("UTC")))
    assert made is not None
    assert elsewhere is not None
    assert (made.cohort.day, told(made.codes)["mql>sal"]) == (date(2026, 1, 2), ("open", 0))
    assert (elsewhere.cohort.day, told(elsewhere.codes)["mql>sal"]) == (DAY_1, ("open", 1))


def test_a_visitor_an_absorbed_lead_and_one_not_known_add_nothing() -> None:
    absorbed = outcome(1, (Stage.LEAD, 0), redirect_to=lead_id(2))
    visitor = outcome(1, captured=None)
    assert [step_ages(one, BERLIN) for one in (absorbed, visitor, None)] == [None] * 3


def test_rows_are_those_of_all_leads_and_of_each_key_and_no_other_key_is_touched() -> None:
    before = outcome(1, (Stage.LEAD, 0), owner="ada")
    after = msgspec.structs.replace(before, owner="bob")
    increments: Increments = {}
    add(increments, step_ages(before, BERLIN))
    made = rows(increments)
    assert [key for key, _ in made] == [
        RowKey(1, "", DAY_1, ""),
        RowKey(1, "channel", DAY_1, "paid_search"),
        RowKey(1, "channel,campaign", DAY_1, "11:paid_search"),
        RowKey(1, "channel,segment", DAY_1, "11:paid_search"),
        RowKey(1, "owner", DAY_1, "ada"),
    ]
    assert all(Counter(counts) == Counter(made[0][1]) for _, counts in made)
    moved: Increments = {}
    add(moved, step_ages(after, BERLIN), step_ages(before, BERLIN))
    # The row of all leads tells that the day has changed.
    assert [(key.key, set(counts.values())) for key, counts in rows(moved)] == [
        ("", {0}),
        ("ada", {-1}),
        ("bob", {1}),
    ]


def test_versions_of_the_definitions_are_counted_apart() -> None:
    lead = outcome(1, (Stage.LEAD, 0))
    shadow = msgspec.structs.replace(lead, definition=DefinitionRef("default", 2, "g"))
    increments: Increments = {}
    add(increments, step_ages(lead, BERLIN))
    add(increments, step_ages(shadow, BERLIN))
    assert {key.version for key, _ in rows(increments)} == {1, 2}


def test_a_lead_that_was_taken_over_counts_from_then_on_and_its_earlier_ends_do_not() -> None:
    lead = outcome(1, (Stage.LEAD, 2), (Stage.MARKETING_QUALIFIED, 9), (Stage.SALES_ACCEPTED, 12))
    assert of(msgspec.structs.replace(lead, watched_from=at(10))) == {
        "inquiry>lead": ("unwatched", 1),
        "lead>mql": ("unwatched", 1),
        "mql>sal": ("won", bin_of_days(3)),
        "mql>sal late": ("late", bin_of_days(1)),
        "sal>sql": ("open", 12),
        "inquiry>customer": ("open", 2),
        "inquiry>customer late": ("late", bin_of_days(8)),
    }
    lost = msgspec.structs.replace(lead, stage=Stage.LOST, lost_at=at(15), watched_from=at(20))
    assert {end for end, _ in of(lost).values()} == {"unwatched"}
    assert [name for name, end in of(lost).items() if end == ("unwatched", 0)] == [
        "sal>sql",
        "inquiry>customer",
    ]


def test_entries_to_stages_and_where_the_lead_stands_are_counted_beside_its_steps() -> None:
    lead = outcome(1, (Stage.LEAD, 2), (Stage.RECYCLED, 3), (Stage.LEAD, 4), entries={Stage.INQUIRY: 1})
    made = step_ages(lead, BERLIN)
    assert made is not None
    assert of_stages(made.codes) == ["in inquiry", "in lead", "in lead", "in recycled", "at lead"]
    gone = step_ages(msgspec.structs.replace(lead, status=LeadStatus.DELETED), BERLIN)
    assert gone is not None
    assert of_stages(gone.codes)[-1] == "in recycled"
