"""The scoring fold: a step per fact, judged at every event of the lead and at every midnight between them.

Facts of types that are not known yet and of deals change nothing. Beyond the first 10,000 touches further
ones are only counted.
"""

import hashlib
from collections.abc import Callable
from typing import Final

from leadtrace.domain.calendar import UTC_DAYS, Days
from leadtrace.domain.definitions.bounds import SCORED_TOUCHES
from leadtrace.domain.definitions.canonical import reference_to
from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.fact import Fact
from leadtrace.domain.predict.features import Plan
from leadtrace.domain.predict.keeper import Keeper
from leadtrace.domain.predict.telling import Teller
from leadtrace.domain.scoring.bands import PreparedBands, PreparedGrades
from leadtrace.domain.scoring.card import UNKNOWN, PreparedCard
from leadtrace.domain.scoring.fit import fit_of, set_property
from leadtrace.domain.scoring.history import note_score, note_verdicts
from leadtrace.domain.scoring.intent import add_touch, intent_of
from leadtrace.domain.scoring.membership import Membership
from leadtrace.domain.scoring.midnights import Midnights
from leadtrace.domain.scoring.render import Renderer
from leadtrace.domain.scoring.state import ScoreState, decode_state, encode_state
from leadtrace.domain.scoring.verdict import PreparedQualification, rung_of
from leadtrace.events.catalogue import Code
from leadtrace.events.snapshots import LeadScore, Predicted

# Raised whenever step or state changes.
CODE_VERSION: Final = 5


def version_of(label: str, days: Days, plan: Plan | None) -> int:
    """A 31-bit number of code, definitions, plan and time zone: a state of another one is folded anew."""
    text = f"{CODE_VERSION}:{label}{'' if plan is None else f':{plan.digest}'}".encode()
    return days.version(int.from_bytes(hashlib.sha256(text).digest()[:4], "big") >> 1)


class ScoreFold:
    """`domain.fold.Fold` over the facts of a lead, by one version of the definitions.

    With a `plan` it remembers what features are made of by it, so that models of that plan can be asked.
    """

    def __init__(self, definitions: Definitions, days: Days = UTC_DAYS, plan: Plan | None = None) -> None:
        self.days = days
        self.plan = plan
        self._keeper = None if plan is None else Keeper(plan)
        self.definition = reference_to(definitions)
        card = definitions.scorecard
        self._card = PreparedCard(card)
        self._membership = Membership(self._card, card.account)
        self._bands = PreparedBands(card.bands)
        names = [disqualifier.name for disqualifier in self._card.disqualifiers]
        self._qualification = PreparedQualification(definitions.qualification, names)
        self._midnights = Midnights(days, self._card, self._bands, self._qualification)
        self.renderer = Renderer(
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
        self.version = version_of(self.definition.hash, days, plan)

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
            memory=None if self._keeper is None else self._keeper.initial(),
        )
        state.fit = fit_of(self._card, state)
        return state

    def step(self, state: ScoreState, fact: Fact) -> None:
        """Take one more fact, later in order than all before it, into `state`."""
        take = self._steps.get(fact.code)
        if take is not None:
            self.pass_midnights(state, fact.at)
            take(state, fact)
            if self._keeper is not None and state.memory is not None:
                self._keeper.take(state.memory, fact)

    def pass_over(self, state: ScoreState, fact: Fact) -> None:
        """Nothing: what was corrected scores nothing."""

    def render(self, state: ScoreState, *, lead_id: str, model: Teller | None = None) -> LeadScore:
        """The body that the state amounts to; with a `model` of the fold's plan also what that predicts."""
        return self.renderer.render(state, lead_id=lead_id, predicted=self._predicted(state, model))

    def _predicted(self, state: ScoreState, model: Teller | None) -> Predicted | None:
        """What the model says of a lead that is open as far as its record tells."""
        keeper, memory = self._keeper, state.memory
        if model is None or keeper is None or memory is None or memory.ended:
            return None
        # Nothing is said of a lead of which nothing is known, or that was never judged.
        known = memory.first is not None and state.at
        return model.tell(keeper.features(memory, state.at)) if known else None

    def absorbed(self, *, lead_id: str, redirect_to: str) -> LeadScore:
        """The body of a lead whose record belongs to another one now."""
        return self.renderer.absorbed(lead_id=lead_id, redirect_to=redirect_to)

    def judged(self, state: ScoreState, now: int) -> tuple[ScoreState, int | None]:
        """The state as judged at the midnights up to a moment (µs), a copy where that changes it.

        Beside it a midnight after that moment before which none judges otherwise though nothing happens; None
        where none ever does.
        """
        if next(self._midnights.between(state, now + 1), None) is not None:
            state = decode_state(encode_state(state))
            self.pass_midnights(state, now + 1)
        return state, self._midnights.earliest(state, now)

    def _on_properties(self, state: ScoreState, fact: Fact) -> None:
        values = fact.values
        for place in range(0, len(values) - 1, 2):
            name = str(values[place])
            known = set_property(self._card, state, name, values[place + 1])
            self._membership.set_property(state, name, values[place + 1])
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
        self._membership.add_touch(state, fact)
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

    def intent_at(self, state: ScoreState, at: int) -> int:
        """Intent at a moment (µs) not before the latest event, whatever it was when it was last judged."""
        return intent_of(self._card, state.accounts, at) if state.accounts else 0

    def stand_at(self, state: ScoreState, at: int) -> None:
        """Bring a state to a moment (µs) not before the latest event: intent is that of the moment.

        Band and verdicts stay as the event or midnight before it judged them.
        """
        self.pass_midnights(state, at + 1)
        state.at, state.intent = at, self.intent_at(state, at)

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
