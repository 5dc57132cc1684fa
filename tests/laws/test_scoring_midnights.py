"""Laws of midnights: a lead is judged as if somebody looked at it at each of them, and nobody has to."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.calendar import Days
from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.fact import Fact, union
from leadtrace.domain.scoring.fold import ScoreFold
from leadtrace.domain.scoring.intent import fading_of, intent_of
from leadtrace.domain.scoring.state import ScoreState, decode_state, encode_state
from leadtrace.runtime.definitions import live_definitions
from leadtrace.testing.scorecards import definitions, scoring_values
from leadtrace.testing.strategies import facts
from tests.unit.domain.scoring.scored import touch

_ZONES = st.sampled_from(("UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia")).map(ZoneInfo)
_FACTS = facts(scoring_values())


class _EveryMidnight(ScoreFold):
    """The same fold, which looks at every midnight there is."""

    def pass_midnights(self, state: ScoreState, until: int) -> None:
        if not state.at:
            return
        days = self.days
        for number in range(days.number(state.at) + 1, days.number(until - 1) + 1):
            self._look(state, days.start(number))

    def _look(self, state: ScoreState, at: int) -> None:
        """What a judgement is by its own words, and whether it says anything else than before."""
        before = state.at, state.intent, state.band
        state.at = at
        state.intent = intent_of(self._card, state.accounts, at) if state.accounts else 0
        assert fading_of(self._card, state.accounts, at).intent == state.intent
        state.band = self._following(state)
        failed = self._qualification.failed(state)
        if (state.band, failed) == (before[2], state.failed):
            state.at, state.intent, state.band = before
            return
        self._note(state, failed)


@given(definitions(), _FACTS, _ZONES, st.integers(0, 400))
def test_it_is_as_if_each_midnight_had_been_looked_at(
    given_definitions: Definitions, events: list[Fact], zone: ZoneInfo, later: int
) -> None:
    quick, slow = ScoreFold(given_definitions, Days(zone)), _EveryMidnight(given_definitions, Days(zone))
    states = quick.initial(), slow.initial()
    for fact in union(events):
        for fold, state in zip((quick, slow), states, strict=True):
            fold.step(state, fact)
        assert states[0] == states[1]
    at = states[0].at + later * 86_400_000_000
    for fold, state in zip((quick, slow), states, strict=True):
        fold.stand_at(state, at)
    assert states[0] == states[1]


@given(definitions(), _FACTS, st.lists(st.integers(0, 300), max_size=5))
def test_looking_in_between_changes_nothing_that_is_judged_at_midnight(
    given_definitions: Definitions, events: list[Fact], looks: list[int]
) -> None:
    """Whoever asks for a moment gets what it was then; a later answer does not depend on who asked before."""
    fold = ScoreFold(given_definitions)
    once, often = fold.initial(), fold.initial()
    for fact in union(events):
        fold.step(once, fact)
        fold.step(often, fact)
    start = fold.days.number(once.at) if once.at else 0
    for days in sorted(looks):
        fold.pass_midnights(often, fold.days.start(start + days + 1))
    end = fold.days.start(start + 400)
    fold.stand_at(once, end)
    fold.stand_at(often, end)
    assert once == often


@given(definitions(), _FACTS, _ZONES, st.integers(0, 300))
def test_before_a_lead_is_due_no_midnight_judges_it_otherwise(
    given_definitions: Definitions, events: list[Fact], zone: ZoneInfo, later: int
) -> None:
    quick, slow = ScoreFold(given_definitions, Days(zone)), _EveryMidnight(given_definitions, Days(zone))
    state = quick.initial()
    for fact in union(events):
        quick.step(state, fact)
    now = state.at + later * 86_400_000_000
    judged, due = quick.judged(state, now)
    end = now + 500 * 86_400_000_000 if due is None else due
    assert end > now
    watched = decode_state(encode_state(judged))
    slow.pass_midnights(watched, end)
    assert watched == judged


@pytest.mark.parametrize("fit", [24_000, 25_000, 26_000])
def test_a_lead_whose_interest_is_gone_is_due_no_more(fit: int) -> None:
    """Also where fit alone is exactly what its band must not fall below."""
    fold = ScoreFold(live_definitions())
    state = fold.initial()
    fold.step(state, touch(1, signal="demo_request"))
    state.fit, state.band = fit, 1
    _, due = fold.judged(state, state.at)
    for _ in range(20):
        if due is None:
            return
        state, due = fold.judged(state, due)
    pytest.fail(f"due again at {due}")


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Pacific/Apia", "America/Sao_Paulo"])
def test_a_day_begins_with_its_first_moment(zone: str) -> None:
    """Also where a change of the clock leaves out midnight, or a whole day."""
    days = Days(ZoneInfo(zone))
    for number in range(733_000, 737_600):
        start = days.start(number)
        assert days.number(start) >= number
        assert days.number(start - 1) < number
