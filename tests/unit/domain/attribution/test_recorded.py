"""How much of a set was recorded when: a function of the set alone, by the days of a zone."""

from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.attribution.deal_fold import DealFold
from leadtrace.domain.attribution.lead_fold import DAY_US, LeadFold
from leadtrace.domain.attribution.recorded import Recorded, together
from leadtrace.domain.calendar import UTC_DAYS, Days
from leadtrace.domain.fact import Fact
from leadtrace.events.catalogue import Code
from leadtrace.events.snapshots import Known
from leadtrace.testing.attribution_facts import day
from leadtrace.testing.attribution_strategies import LEAD_VALUES
from leadtrace.testing.strategies import facts


def recorded(given_facts: list[Fact], days: Days = UTC_DAYS) -> Recorded:
    """All facts taken one after the other."""
    made = Recorded()
    for fact in given_facts:
        made.take(fact, days)
    return made


def fact(at: float, told: float, code: Code = Code.LEAD_UPDATED) -> Fact:
    """A fact of one day, recorded on another."""
    return Fact(day(at), 100, "", "crm", f"{at} {told}", int(code), "contact/1", False, (), day(told))  # noqa: FBT003


@given(facts(LEAD_VALUES), st.randoms(use_true_random=False), st.integers(0, 25))
def test_order_and_place_do_not_matter(given_facts: list[Fact], random: object, cut: int) -> None:
    shuffled = list(given_facts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert recorded(shuffled) == recorded(given_facts)
    parts = [recorded(shuffled[:cut]), recorded(shuffled[cut:])]
    assert together(parts) == together([recorded(given_facts)])


@given(facts(LEAD_VALUES, min_size=1))
def test_it_counts_what_was_recorded_before_the_last_day(given_facts: list[Fact]) -> None:
    known = together([recorded(given_facts)])
    last = max(UTC_DAYS.number(fact.recorded) for fact in given_facts)
    assert known is not None
    assert known.latest == max(fact.recorded for fact in given_facts)
    assert known.before == sum(UTC_DAYS.number(fact.recorded) < last for fact in given_facts)
    assert known.total == len(given_facts)


def test_causes_are_of_the_last_day_alone() -> None:
    late, refund, in_time = fact(1, 3), fact(3, 3, Code.DEAL_REFUNDED), fact(4, 4)
    assert together([recorded([late, refund])]) == Known(day(3), 0, 2, ("late_event", "refund"))
    assert together([recorded([late, refund, in_time])]) == Known(day(4), 2, 3, ("later_event",))
    assert together([Recorded()]) is None


def test_a_moment_outside_the_calendar_is_late_and_not_an_error() -> None:
    ancient = Fact(-(2**60), 100, "", "crm", "1", 1, "contact/1", False, (), day(1))  # noqa: FBT003
    assert together([recorded([ancient])]) == Known(day(1), 0, 1, ("late_event",))


def test_days_are_those_of_a_zone_and_another_zone_is_another_version() -> None:
    # Half an hour before midnight UTC it is the next day in Berlin.
    midnight = day(0) // DAY_US * DAY_US
    berlin, moment = Days(ZoneInfo("Europe/Berlin")), midnight - DAY_US // 48
    assert berlin.number(moment) == UTC_DAYS.number(moment) + 1
    for fold in (LeadFold, DealFold):
        versions = {fold(days).version for days in (UTC_DAYS, berlin, Days(ZoneInfo("Pacific/Auckland")))}
        assert len(versions) == 3
        assert all(0 < version < 2**31 for version in versions)
