"""What one lead's claims come to beside the verdicts on them: a pure function of its newest outcome snapshot.

A claim is the CRM's word for a stage on which the definitions have clauses; the verdict is what these
clauses came to at that very moment. Change what is told and `VERSION` rises: the projector then judges anew.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import LeadOutcome, Qualification, Transition
from leadtrace_api.projector.contribution import reached_at

VERSION = 1


@dataclass(frozen=True, slots=True)
class Judgement:
    """A claim with the verdict of its moment, or a verdict that came to hold of a stage that nobody claimed.

    `verified` is None where the verdict of that moment is kept no longer; `claimed_as` is the CRM's own
    word, `actor` who said so, `sender` and `event_id` the event behind it.
    """

    stage: Stage
    at: int
    claimed: bool
    verified: bool | None
    failed: tuple[str, ...] = ()
    claimed_as: str | None = None
    actor: str | None = None
    sender: str | None = None
    event_id: str | None = None

    @property
    def differs(self) -> bool:
        """Whether claim and verdict say different things."""
        return self.verified is not None and self.claimed is not self.verified


def judgements(outcome: LeadOutcome | None) -> tuple[Judgement, ...]:
    """Those of a lead, oldest first; none of a visitor, of an absorbed lead and of one not known yet."""
    if outcome is None or outcome.captured_at is None or outcome.redirect_to is not None:
        return ()
    verdicts: dict[Stage, list[Qualification]] = {}
    for one in outcome.qualifications:
        verdicts.setdefault(one.stage, []).append(one)
    made = [*_claims(outcome.transitions, verdicts), *_unclaimed(outcome, verdicts)]
    return tuple(sorted(made, key=_moment))


def _moment(one: Judgement) -> int:
    return one.at


def _claims(
    transitions: Sequence[Transition], verdicts: dict[Stage, list[Qualification]]
) -> Iterator[Judgement]:
    for entry in transitions:
        if entry.claimed is None or entry.stage not in verdicts:
            continue
        verdict = _at(verdicts[entry.stage], entry.at)
        sender, _, event_id = entry.event.partition(" ")
        yield Judgement(
            stage=entry.stage,
            at=entry.at,
            claimed=True,
            verified=verdict.holds if verdict is not None else None,
            failed=verdict.failed if verdict is not None else (),
            claimed_as=entry.claimed,
            actor=entry.actor,
            sender=sender,
            event_id=event_id,
        )


def _at(verdicts: Sequence[Qualification], at: int) -> Qualification | None:
    """The verdict that stood at a moment, the events of this moment included; None before the first kept."""
    place = bisect_right([one.at for one in verdicts], at)
    return verdicts[place - 1] if place else None


def _unclaimed(outcome: LeadOutcome, verdicts: dict[Stage, list[Qualification]]) -> Iterator[Judgement]:
    """Each time that the clauses of a stage came to hold, if the lead never reached it or a later one."""
    reached = reached_at(outcome)
    for stage, judged in verdicts.items():
        if stage in reached:
            continue
        before = False
        for verdict in judged:
            if verdict.holds and not before:
                yield Judgement(stage=stage, at=verdict.at, claimed=False, verified=True)
            before = verdict.holds
