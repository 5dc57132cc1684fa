"""The body of a lead's score from the fold's state, and what of it attribution listens to."""

import hashlib

import msgspec

from leadtrace.domain.scoring.bands import BANDS, PreparedGrades
from leadtrace.domain.scoring.card import PreparedCard
from leadtrace.domain.scoring.fit import fit_contributions
from leadtrace.domain.scoring.intent import intent_contributions
from leadtrace.domain.scoring.state import ScoreState, Verdict
from leadtrace.domain.scoring.verdict import PreparedQualification
from leadtrace.events.snapshots import DefinitionRef, LeadScore, Qualification, ScorePoint

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

    def render(self, state: ScoreState, *, lead_id: str) -> LeadScore:
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
            qualifications=tuple(map(self._said, state.verdicts)),
            timeline=tuple(
                [ScorePoint(at, fit, intent, BANDS[band]) for at, fit, intent, band in state.timeline]
            ),
            timeline_omitted=state.timeline_omitted,
            qualifications_omitted=state.verdicts_omitted,
        )

    def _said(self, verdict: Verdict) -> Qualification:
        stage, at, mask = verdict
        qualification = self._qualification
        return Qualification(qualification.stages[stage], at, not mask, qualification.names(stage, mask))


def qualification_hash(body: LeadScore) -> bytes:
    """16 bytes that change only with band or qualifications: what attribution is told of."""
    told = _ENCODER.encode((body.band, body.qualifications, body.qualifications_omitted))
    return hashlib.blake2b(told, digest_size=_DIGEST_BYTES).digest()
