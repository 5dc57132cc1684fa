"""The scoring fold: a step per fact, judged at every event of the lead and at every midnight between them.

Facts of types that are not known yet and of deals change nothing. Beyond the first 10,000 touches further
ones are only counted.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import Final

from leadtrace.domain.calendar import DAY_US, UTC_DAYS, Days
from leadtrace.domain.definitions.canonical import reference_to
from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.fact import Fact
from leadtrace.domain.scoring.bands import PreparedBands, PreparedGrades
from leadtrace.domain.scoring.card import UNKNOWN, PreparedCard
from leadtrace.domain.scoring.fit import fit_of, set_property
from leadtrace.domain.scoring.history import note_score, note_verdicts
from leadtrace.domain.scoring.intent import add_touch, intent_of
from leadtrace.domain.scoring.midnights import Midnights
from leadtrace.domain.scoring.render import Renderer
from leadtrace.domain.scoring.state import SCORED_TOUCHES, ScoreState, decode_state, encode_state
from leadtrace.domain.scoring.verdict import PreparedQualification, rung_of
from leadtrace.events.catalogue import Code
from leadtrace.events.snapshots import LeadScore

# Raised whenever step or state changes.
CODE_VERSION: Final = 3
_HORIZON_US: Final = 3_650 * DAY_US


class ScoreFold:
    """`domain.fold.Fold` over the facts of a lead, by one version of the definitions."""

    def __init__(self, definitions: Definitions, days: Days = UTC_DAYS) -> None:
        self.days = days
        self.definition = reference_to(definitions)
        card = definitions.scorecard
        self._card = PreparedCard(card)
        self._bands = PreparedBands(card.bands)
        names = [disqualifier.name for disqualifier in self._card.disqualifiers]
        self._qualification = PreparedQualification(definitions.qualification, names)
        self._midnights = Midnights(days, self._card, self._bands, self._qualification)
        self._renderer = Renderer(
            self.definition, self._card, PreparedGrades(card.grades), self._qualification
        )
        self._steps: dict[int, Callable[[ScoreState, Fact], None]] = {
            Code.LEAD_CAPTURED: self._on_properties,
            Code.LEAD_UPDATED: self._on_properties,
            Code.LEAD_STAGE_CHANGED: self._on_stage,
            Code.LEAD_OWNER_CHANGED: self._judge,
            Code.LEAD_DELETED: self._judge,
            Code.LEAD_RESTORED: self._judge,
            Code.TOUCHPOINT_RECORDED: self._on_touch,
        }

    @property
    def version(self) -> int:
        """A 31-bit number of code, definitions and time zone: a state of another one is folded anew."""
        text = f"{CODE_VERSION}:{self.definition.hash}".encode()
        return self.days.version(int.from_bytes(hashlib.sha256(text).digest()[:4], "big") >> 1)

    def initial(self) -> ScoreState:
        """The state of the empty set: everything unknown, nothing judged."""
        state = ScoreState(
            at=0,
            touches=0,
            answers=[UNKNOWN] * len(self._card.rules),
            fit=0,
            disqualified=0,
            known=[False] * len(self._qualification.properties),
            rung=-1,
            accounts={},
            day=0,
            day_points=0,
            intent=0,
            band=0,
            timeline=[],
            timeline_omitted=0,
            failed=[],
            verdicts=[],
            verdicts_omitted=0,
        )
        state.fit = fit_of(self._card, state)
        return state

    def step(self, state: ScoreState, fact: Fact) -> None:
        """Take one more fact, later in order than all before it, into `state`."""
        take = self._steps.get(fact.code)
        if take is not None:
            self.pass_midnights(state, fact.at)
            take(state, fact)

    def pass_over(self, state: ScoreState, fact: Fact) -> None:
        """Nothing: what was corrected scores nothing."""

    def render(self, state: ScoreState, *, lead_id: str) -> LeadScore:
        """The body that the state amounts to."""
        return self._renderer.render(state, lead_id=lead_id)

    def absorbed(self, *, lead_id: str, redirect_to: str) -> LeadScore:
        """The body of a lead whose record belongs to another one now."""
        return self._renderer.absorbed(lead_id=lead_id, redirect_to=redirect_to)

    def judged(self, state: ScoreState, now: int) -> tuple[ScoreState, int | None]:
        """The state as judged at the midnights up to a moment (µs), a copy where that changes it.

        Beside it the first midnight after that moment which may judge otherwise though nothing happens; None
        where there is none within ten years.
        """
        following = next(self._crossings(state, now), None)
        if following is None or following > now:
            return state, following
        copied = decode_state(encode_state(state))
        self.pass_midnights(copied, now + 1)
        return copied, next((at for at in self._crossings(copied, now) if at > now), None)

    def _crossings(self, state: ScoreState, now: int) -> Iterator[int]:
        return (at for at, _ in self._midnights.between(state, now + _HORIZON_US))

    def _on_properties(self, state: ScoreState, fact: Fact) -> None:
        values = fact.values
        for place in range(0, len(values) - 1, 2):
            name = str(values[place])
            known = set_property(self._card, state, name, values[place + 1])
            asked = self._qualification.place_of.get(name)
            if asked is not None:
                state.known[asked] = known
        state.fit = fit_of(self._card, state)
        self._judge(state, fact)

    def _on_touch(self, state: ScoreState, fact: Fact) -> None:
        state.touches += 1
        if state.touches > SCORED_TOUCHES:
            return
        add_touch(self._card, state, fact.at, fact.values)
        self._judge(state, fact)

    def _on_stage(self, state: ScoreState, fact: Fact) -> None:
        if fact.values:
            stage, *asserted = fact.values
            rung = rung_of(str(stage))
            if asserted and rung <= state.rung:
                return  # nothing happened: a record said what is known
            state.rung = max(state.rung, rung)
        self._judge(state, fact)

    def _judge(self, state: ScoreState, fact: Fact) -> None:
        self._read(state, fact.at)

    def judge_at(self, state: ScoreState, at: int) -> None:
        """Read the score at a moment (µs) not before the latest event, and at the midnights until then."""
        self.pass_midnights(state, at)
        self._read(state, at)

    def _read(self, state: ScoreState, at: int) -> None:
        """Only here and at midnights band and verdicts move."""
        state.at = at
        state.intent = intent_of(self._card, state.accounts, at) if state.accounts else 0
        state.band = self._following(state)
        self._note(state, self._qualification.failed(state))

    def _note(self, state: ScoreState, failed: list[int]) -> None:
        note_score(state)
        note_verdicts(state, failed)

    def _following(self, state: ScoreState) -> int:
        return 0 if state.disqualified else self._bands.following(state.band, state.fit + state.intent)

    def pass_midnights(self, state: ScoreState, until: int) -> None:
        """Judge at each midnight before `until`; only those that change something leave a trace."""
        for at, intent in self._midnights.between(state, until):
            before = state.at, state.intent
            state.at, state.intent = at, intent
            band = self._following(state)
            changed, state.band = band != state.band, band
            failed = self._qualification.failed(state)
            if changed or failed != state.failed:
                self._note(state, failed)
            else:
                state.at, state.intent = before
