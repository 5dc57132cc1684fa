"""The body of a lead's score from the fold's state, and what of it attribution listens to."""

import hashlib

import msgspec

from leadtrace.domain.definitions.bounds import BANDS
from leadtrace.domain.scoring.bands import PreparedGrades
from leadtrace.domain.scoring.card import PreparedCard
from leadtrace.domain.scoring.fit import fit_contributions
from leadtrace.domain.scoring.frozen import frozen_verdicts
from leadtrace.domain.scoring.intent import intent_contributions
from leadtrace.domain.scoring.state import ScoreState, Verdict
from leadtrace.domain.scoring.verdict import PreparedQualification
from leadtrace.events.snapshots import DefinitionRef, LeadScore, Predicted, Qualification, ScorePoint

_ENCODER = msgspec.msgpack.Encoder()
_DIGEST_BYTES = 16


class Renderer:
    """Bodies by one version of the definitions."""

    def __init__(
        self,
        definition: DefinitionRef,
        card: PreparedCard,
        grades: PreparedGrades,
        qualification: PreparedQualification,
    ) -> None:
        self._definition = definition
        self._card = card
        self._grades = grades
        self._qualification = qualification

    def absorbed(self, *, lead_id: str, redirect_to: str) -> LeadScore:
        """The body of a lead that is another one now."""
        return LeadScore(lead_id=lead_id, definition=self._definition, redirect_to=redirect_to)

    def render(self, state: ScoreState, *, lead_id: str, predicted: Predicted | None = None) -> LeadScore:
        """The complete body, judged at the state's latest event."""
        return LeadScore(
            lead_id=lead_id,
            definition=self._definition,
            at=state.at,
            fit=state.fit,
            intent=state.intent,
            band=BANDS[state.band],
            grade=self._grades.of(state.fit, state.intent),
            fit_contributions=tuple(fit_contributions(self._card, state)),
            intent_contributions=tuple(intent_contributions(self._card, state.accounts, state.at)),
            qualifications=self.qualifications(state),
            timeline=self.timeline(state),
            timeline_omitted=state.timeline_omitted,
            qualifications_omitted=state.verdicts_omitted,
            predicted=predicted,
            # Who is ruled out is nobody of the account: it neither adds to it nor gets of it.
            account=None if state.disqualified else state.member_of,
            touched_at=state.touched_at,
        )

    def timeline(self, state: ScoreState) -> tuple[ScorePoint, ...]:
        """Every change of the score that is kept, oldest first."""
        return tuple([ScorePoint(at, fit, intent, BANDS[band]) for at, fit, intent, band in state.timeline])

    def qualifications(self, state: ScoreState) -> tuple[Qualification, ...]:
        """Every change of a verdict that is kept, oldest first."""
        return tuple(map(self._said, state.verdicts))

    def _said(self, verdict: Verdict) -> Qualification:
        stage, at, mask = verdict
        qualification = self._qualification
        return Qualification(qualification.stages[stage], at, not mask, qualification.names(stage, mask))


def qualification_hash(body: LeadScore) -> bytes:
    """16 bytes that change only with band or qualifications, frozen ones included: what attribution hears."""
    told: tuple[object, ...] = (body.band, body.qualifications, body.qualifications_omitted)
    if body.frozen:
        told = (*told, frozen_verdicts(body.frozen))
    return hashlib.blake2b(_ENCODER.encode(told), digest_size=_DIGEST_BYTES).digest()
