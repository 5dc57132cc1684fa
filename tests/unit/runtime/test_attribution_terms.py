"""Terms by a schedule: those of the version that restates, whichever was in force before it."""

import msgspec

from leadtrace.domain.definitions.attribution import Attribution
from leadtrace.domain.definitions.costs import Costs
from leadtrace.domain.definitions.schedule import Reign, Schedule
from leadtrace.runtime.attribution_terms import attribution_terms_by, cost_terms_by
from leadtrace.runtime.definitions import live_definitions

_SECOND = msgspec.structs.replace(
    live_definitions(), version=2, attribution=Attribution(lookback_days=30), costs=Costs(gross_margin=0.5)
)


def test_the_current_version_says_them_whatever_was_before() -> None:
    first, second = Schedule(live_definitions()), Schedule(_SECOND, 1_000, (Reign(live_definitions()),))
    assert [attribution_terms_by(one).lookback_days for one in (first, second)] == [90, 30]
    assert [cost_terms_by(one).gross_margin for one in (first, second)] == [None, 0.5]
    in_shadow = Schedule(_SECOND, None, (Reign(live_definitions()),))
    assert attribution_terms_by(in_shadow) is attribution_terms_by(second)
    assert cost_terms_by(in_shadow) is cost_terms_by(second)


def test_as_of_a_moment_before_the_change_they_are_those_of_then() -> None:
    schedule = Schedule(_SECOND, 1_000, (Reign(live_definitions()),))
    assert attribution_terms_by(schedule.as_of(999)).lookback_days == 90
