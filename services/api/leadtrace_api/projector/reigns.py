"""The verdicts on one lead by each version of the definitions, for as long as it was in force."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from leadtrace.domain.scoring.state import VERDICT_BOUND
from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import FrozenVerdicts, LeadOutcome, Qualification

Verdicts = Mapping[Stage, Sequence[Qualification]]
_FOR_EVER = 0


@dataclass(frozen=True, slots=True)
class Reign:
    """From `since` (µs) until the next one; `version` is None for that of the snapshot.

    `judges` are the stages on which it has clauses, also where none of its verdicts is kept.
    """

    version: int | None
    since: int
    verdicts: Verdicts
    judges: frozenset[Stage]

    def verdict(self, stage: Stage, at: int) -> Qualification | None:
        """What stood at a moment, the events of this moment included; None before the first kept."""
        judged = self.verdicts.get(stage, ())
        place = bisect_right([one.at for one in judged], at)
        return judged[place - 1] if place else None


def now_of(outcome: LeadOutcome) -> Reign:
    """All that the version of the snapshot says, of whatever time."""
    verdicts = _by_stage(outcome.qualifications)
    return Reign(None, _FOR_EVER, verdicts, frozenset(verdicts))


def earlier_of(outcome: LeadOutcome) -> list[Reign]:
    """The versions before that of the snapshot, oldest first.

    Only the newest verdicts of them are kept; once that may have cut some off, whatever any version judges
    counts as judged by all, so that a claim is told as unjudged rather than not at all.
    """
    told = outcome.frozen_qualifications
    kept = [said for one in told for said in one.qualifications]
    is_cut = len(kept) >= VERDICT_BOUND
    by_all = {one.stage for one in (*kept, *outcome.qualifications)} if is_cut else set()
    return [_earlier(one, by_all) for one in told]


def reign_at(reigns: Sequence[Reign], at: int) -> Reign:
    """The one of a moment; the first begins with whatever came before it."""
    place = bisect_right([one.since for one in reigns], at)
    return reigns[max(place - 1, 0)]


def _earlier(told: FrozenVerdicts, by_all: set[Stage]) -> Reign:
    verdicts = _by_stage(told.qualifications)
    return Reign(told.definition.version, told.since, verdicts, frozenset(by_all.union(verdicts)))


def _by_stage(said: Iterable[Qualification]) -> Verdicts:
    by_stage: dict[Stage, list[Qualification]] = {}
    for one in said:
        by_stage.setdefault(one.stage, []).append(one)
    return by_stage
