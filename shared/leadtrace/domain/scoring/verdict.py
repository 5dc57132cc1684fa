"""What stages require, prepared: the clauses that fail on a state, as bits."""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from leadtrace.domain.definitions.bounds import BANDS
from leadtrace.domain.definitions.millipoints import millipoints
from leadtrace.domain.definitions.model import Clause, StageClauses
from leadtrace.domain.scoring.state import ScoreState
from leadtrace.events.lead import LADDER

# (state, the failed bits of the stages before) -> whether the clause holds.
Holds: TypeAlias = Callable[[ScoreState, list[int]], bool]

RUNGS: Final = {stage.value: rung for rung, stage in enumerate(LADDER)}


class PreparedQualification:
    """The clauses of every stage; a disqualifier that holds fails each stage by a bit after its clauses'."""

    def __init__(self, rows: Sequence[StageClauses], disqualifiers: Sequence[str]) -> None:
        self.stages = tuple(row.stage for row in rows)
        self.properties = tuple(
            dict.fromkeys(c.known for row in rows for c in row.clauses if c.known is not None)
        )
        self.place_of = {name: place for place, name in enumerate(self.properties)}
        self._clauses = tuple(
            tuple((1 << bit, self._prepared(clause)) for bit, clause in enumerate(row.clauses))
            for row in rows
        )
        self._names = tuple((*(clause.id for clause in row.clauses), *disqualifiers) for row in rows)
        clauses = [clause for row in rows for clause in row.clauses]
        self.score_thresholds = frozenset(
            millipoints(one.score_at_least) for one in clauses if one.score_at_least is not None
        )
        self.intent_thresholds = frozenset(
            millipoints(one.intent_at_least) for one in clauses if one.intent_at_least is not None
        )
        self._named: dict[tuple[int, int], tuple[str, ...]] = {}

    def failed(self, state: ScoreState) -> list[int]:
        """For each stage the clauses that fail, as bits; 0 means that it is qualified."""
        masks: list[int] = []
        for clauses in self._clauses:
            mask = state.disqualified << len(clauses)
            for bit, holds in clauses:
                if not holds(state, masks):
                    mask |= bit
            masks.append(mask)
        return masks

    def names(self, stage: int, mask: int) -> tuple[str, ...]:
        """The words of failed bits."""
        known = self._named.get((stage, mask))
        if known is None:
            known = tuple(name for bit, name in enumerate(self._names[stage]) if mask >> bit & 1)
            self._named[stage, mask] = known
        return known

    def _prepared(self, clause: Clause) -> Holds:
        if clause.known is not None:
            place = self.place_of[clause.known]
            return lambda state, _: state.known[place]
        if clause.qualified is not None:
            before = self.stages.index(clause.qualified)
            return lambda _, masks: not masks[before]
        if clause.reached is not None:
            rung = LADDER.index(clause.reached)
            return lambda state, _: state.rung >= rung
        return _threshold(clause)


def _threshold(clause: Clause) -> Holds:
    if clause.score_at_least is not None:
        score = millipoints(clause.score_at_least)
        return lambda state, _: state.fit + state.intent >= score
    if clause.fit_at_least is not None:
        fit = millipoints(clause.fit_at_least)
        return lambda state, _: state.fit >= fit
    if clause.intent_at_least is not None:
        intent = millipoints(clause.intent_at_least)
        return lambda state, _: state.intent >= intent
    if clause.touches_at_least is not None:
        touches = clause.touches_at_least
        return lambda state, _: state.touches >= touches
    band = BANDS.index(clause.band_at_least or BANDS[0])
    return lambda state, _: state.band >= band


def rung_of(stage: str) -> int:
    """The rung of a claimed stage; -1 for one beside the ladder."""
    return RUNGS.get(stage, -1)
