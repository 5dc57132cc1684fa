"""Sums what two versions of the definitions make of the same leads; comparisons of disjoint leads add up."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

from leadtrace.domain.comparison.judgement import Judgement
from leadtrace.domain.comparison.movement import NOTHING_WON, Matrix, Tally, Won
from leadtrace.events.lead import Stage

# A place in the matrix of a stage: its clauses hold.
HOLDS: Final = True


class LeftOut(StrEnum):
    """Why a lead is not compared."""

    ABSORBED = "absorbed"  # its record belongs to another lead now
    WITHOUT_FACTS = "without_facts"  # nothing of a known type is known of it
    FAILED = "failed"  # one of the two could not fold it


@dataclass(slots=True)
class StageMatrix:
    """Leads of which a stage's clauses hold, by both versions: at the moment, and at any time until then."""

    now: Matrix[bool] = field(default_factory=Matrix)
    ever: Matrix[bool] = field(default_factory=Matrix)


class Comparison:
    """What became of each compared lead, `sample` ids of each movement, and how many were left out."""

    def __init__(self, stages: Iterable[Stage], *, sample: int) -> None:
        wanted = set(stages)
        self.sample = sample
        self.left_out: Counter[LeftOut] = Counter()
        self.failed: list[UUID] = []
        self.all = Tally()
        self.truncated = 0
        self.score_changed = 0
        self.score_change = 0
        self.bands: Matrix[str] = Matrix()
        self.grades: Matrix[str] = Matrix()
        self.stages = {stage: StageMatrix() for stage in Stage if stage in wanted}

    def take(self, lead_id: UUID, before: Judgement, after: Judgement, won: Won = NOTHING_WON) -> None:
        """Count one more lead, as both versions judge it at the same moment."""
        told = lead_id, won, self.sample
        self.all.count(lead_id, won, 0)
        self.truncated += before.truncated or after.truncated
        self.score_changed += before.score != after.score
        self.score_change += after.score - before.score
        self.bands.count(before.band, after.band, *told)
        self.grades.count(before.grade, after.grade, *told)
        for stage, matrix in self.stages.items():
            matrix.now.count(stage in before.now, stage in after.now, *told)
            matrix.ever.count(stage in before.ever, stage in after.ever, *told)

    def leave_out(self, lead_id: UUID, why: LeftOut) -> None:
        """Count a lead that is not compared."""
        self.left_out[why] += 1
        if why is LeftOut.FAILED:
            self.failed = sorted([*self.failed, lead_id])[: self.sample]

    def add(self, other: "Comparison") -> None:
        """Take in the comparison of other leads, of the same stages and with samples as large."""
        sample = self.sample
        self.left_out.update(other.left_out)
        self.failed = sorted([*self.failed, *other.failed])[:sample]
        self.all.add(other.all, 0)
        self.truncated += other.truncated
        self.score_changed += other.score_changed
        self.score_change += other.score_change
        self.bands.add(other.bands, sample)
        self.grades.add(other.grades, sample)
        for stage, matrix in self.stages.items():
            matrix.now.add(other.stages[stage].now, sample)
            matrix.ever.add(other.stages[stage].ever, sample)

    @property
    def rows(self) -> int:
        """All leads that were looked at."""
        return self.all.leads + self.left_out.total()
