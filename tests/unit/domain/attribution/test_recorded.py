"""How much of a set was recorded when: a function of the set alone, by the days of a zone."""

from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.attribution.deal_fold import DealFold
from leadtrace.domain.attribution.lead_fold import LeadFold
from leadtrace.domain.attribution.recorded import Recorded, together
from leadtrace.domain.calendar import DAY_US, UTC_DAYS, Days
from leadtrace.domain.fact import Fact
from leadtrace.events.catalogue import Code
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
    before, after = together([recorded([late, refund])]), together([recorded([late, refund, in_time])])
    assert before is not None
    assert after is not None
    assert (before.latest, before.before, before.total) == (day(3), 0, 2)
    assert (after.latest, after.before, after.total) == (day(4), 2, 3)
    assert (before.causes, after.causes) == (("late_event", "refund"), ("later_event",))
    assert (before.earlier, after.earlier) == ((0, 0), before.everything)
    assert together([Recorded()]) is None


def test_a_moment_outside_the_calendar_is_late_and_not_an_error() -> None:
    ancient = Fact(-(2**60), 100, "", "crm", "1", 1, "contact/1", False, (), day(1))  # noqa: FBT003
    known = together([recorded([ancient])])
    assert known is not None
    assert known.causes == ("late_event",)


def test_another_event_of_an_earlier_day_leaves_another_mark() -> None:
    one, other = fact(1, 1), fact(2, 1)
    found = [together([recorded([earlier, fact(3, 3)])]) for earlier in (one, other)]
    assert [known.before for known in found if known] == [1, 1]
    assert len({known.earlier for known in found if known}) == 2


def test_causes_of_moves_and_corrections() -> None:
    grounds = {
        "merged": "merge",
        "email": "merge",
        "split": "split",
        "fan_in": "split",
        "corrected": "correction",
    }
    for ground, cause in grounds.items():
        moved = msgspec.structs.replace(fact(1, 1, Code.LEAD_REBOUND), values=(ground,))
        known = together([recorded([moved])])
        assert known is not None
        assert known.causes == (cause,)
    corrected = together([recorded([fact(1, 1, Code.EVENT_CORRECTED)])])
    assert corrected is not None
    assert corrected.causes == ("correction",)


def test_days_are_those_of_a_zone_and_another_zone_is_another_version() -> None:
    # Half an hour before midnight UTC it is the next day in Berlin.
    midnight = day(0) // DAY_US * DAY_US
    berlin, moment = Days(ZoneInfo("Europe/Berlin")), midnight - DAY_US // 48
    assert berlin.number(moment) == UTC_DAYS.number(moment) + 1
    for fold in (LeadFold, DealFold):
        versions = {fold(days).version for days in (UTC_DAYS, berlin, Days(ZoneInfo("Pacific/Auckland")))}
        assert len(versions) == 3
        assert all(0 < version < 2**31 for version in versions)
