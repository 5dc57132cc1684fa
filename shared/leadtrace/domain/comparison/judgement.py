"""What a lead comes to by one version of the definitions at one moment, in the words that are compared."""

from collections.abc import Sequence
from dataclasses import dataclass

from leadtrace.domain.calendar import UTC_DAYS, Days
from leadtrace.domain.definitions.bounds import BANDS
from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.fact import Fact
from leadtrace.domain.fold import refold
from leadtrace.domain.scoring.bands import PreparedGrades
from leadtrace.domain.scoring.fold import ScoreFold
from leadtrace.domain.scoring.history_fold import decode_history
from leadtrace.domain.scoring.state import ScoreState
from leadtrace.events.lead import Stage


@dataclass(frozen=True, slots=True)
class Judgement:
    """Band, grade, score (thousandths of a point), and the stages whose clauses hold now and ever held.

    Grade and score are those of the moment, the band is that of the last midnight or event.

    `truncated` says that older verdicts are no longer kept: of such a lead a stage may have held unseen.
    """

    band: str
    grade: str
    score: int
    now: frozenset[Stage]
    ever: frozenset[Stage]
    truncated: bool = False


class Judge:
    """Judges leads by one version, all at the same moment (µs).

    `saved_by` is the version of the fold that scoring keeps, if that is by these definitions.
    """

    def __init__(
        self, definitions: Definitions, at: int, days: Days = UTC_DAYS, saved_by: int | None = None
    ) -> None:
        self.definitions = definitions
        self.stages = tuple(row.stage for row in definitions.qualification)
        self._fold = ScoreFold(definitions, days)
        self._grades = PreparedGrades(definitions.scorecard.grades)
        self._at = at
        self.saved_by = saved_by

    def of(self, facts: Sequence[Fact]) -> Judgement:
        """What the set of a lead's facts comes to."""
        state, _ = refold(self._fold, facts)
        return self._told(state)

    def of_saved(self, state: bytes) -> Judgement:
        """The same from the state that a fold of version `saved_by` saved of the set."""
        return self._told(decode_history(state).current)

    def _told(self, state: ScoreState) -> Judgement:
        # The state is nobody else's, so it need not be copied as `ScoreFold.judged` does.
        self._fold.pass_midnights(state, self._at + 1)
        stages = self.stages
        # Intent fades from day to day, and is judged anew only where that changes a band or a verdict.
        intent = self._fold.intent_at(state, max(self._at, state.at))
        return Judgement(
            band=BANDS[state.band],
            grade=self._grades.of(state.fit, intent),
            score=state.fit + intent,
            # Nothing failed of a lead that was never judged, and nothing held.
            now=frozenset(stage for stage, mask in zip(stages, state.failed, strict=False) if not mask),
            ever=frozenset(stages[place] for place, _, mask in state.verdicts if not mask),
            truncated=bool(state.verdicts_omitted),
        )
