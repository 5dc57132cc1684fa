"""What one lead's claims come to beside the verdicts on them: a pure function of its newest outcome snapshot.

A claim is the CRM's word for a stage on which the definitions have clauses; the verdict is what these
clauses came to at that very moment. Change what is told and `VERSION` rises: the projector then judges anew.

The moment at which the version of the snapshot was activated stands in no snapshot: what the versions before
said is told as if the last of them were in force for ever, and whoever reads cuts it there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import LeadOutcome, Transition
from leadtrace_api.projector.contribution import reached_at
from leadtrace_api.projector.judgement import Judgement, Told
from leadtrace_api.projector.reigns import Reign, earlier_of, now_of, reign_at
from leadtrace_api.projector.takeover import takeovers

VERSION = 2


def judgements(outcome: LeadOutcome | None) -> tuple[Judgement, ...]:
    """Those of a lead, oldest first; none of a visitor, of an absorbed lead and of one not known yet.

    All are restated; those by earlier versions, and what is told of the takeover, follow where there are any.
    """
    if outcome is None or outcome.captured_at is None or outcome.redirect_to is not None:
        return ()
    now, earlier, reached = now_of(outcome), earlier_of(outcome), reached_at(outcome)
    told = [_in_order(_judged(outcome.transitions, [now], reached))]
    if earlier:
        frozen = _judged(outcome.transitions, earlier, reached)
        told += [_in_order(frozen), _in_order(takeovers(earlier[-1], now, reached))]
    return tuple(chain.from_iterable(told))


def _in_order(made: Iterator[Judgement]) -> list[Judgement]:
    return sorted(made, key=_moment)


def _moment(one: Judgement) -> int:
    return one.at


def _judged(
    transitions: Sequence[Transition], reigns: Sequence[Reign], reached: dict[Stage, int]
) -> Iterator[Judgement]:
    yield from _claims(transitions, reigns)
    yield from _unclaimed(reigns, reached)


def _claims(transitions: Sequence[Transition], reigns: Sequence[Reign]) -> Iterator[Judgement]:
    for entry in transitions:
        reign = reign_at(reigns, entry.at)
        if entry.claimed is None or entry.stage not in reign.judges:
            continue
        verdict = reign.verdict(entry.stage, entry.at)
        sender, _, event_id = entry.event.partition(" ")
        yield replace(
            _by(reign, entry.stage, entry.at),
            claimed=True,
            verified=verdict.holds if verdict is not None else None,
            failed=verdict.failed if verdict is not None else (),
            claimed_as=entry.claimed,
            actor=entry.actor,
            sender=sender,
            event_id=event_id,
        )


def _unclaimed(reigns: Sequence[Reign], reached: dict[Stage, int]) -> Iterator[Judgement]:
    """Each time that the clauses of a stage came to hold, if the lead never reached it or a later one.

    They go on holding where one version takes over from another by which they held as well.
    """
    stages = dict.fromkeys(stage for reign in reigns for stage in reign.verdicts)
    for stage in stages:
        if stage in reached:
            continue
        before = False
        for reign in reigns:
            judged = reign.verdicts.get(stage, ())
            if not judged or judged[0].at > reign.since:
                before = False
            for verdict in judged:
                if verdict.holds and not before:
                    yield _by(reign, stage, verdict.at)
                before = verdict.holds


def _by(reign: Reign, stage: Stage, at: int) -> Judgement:
    told = Told.RESTATED if reign.version is None else Told.FROZEN
    return Judgement(stage=stage, at=at, claimed=False, verified=True, told=told, judged_by=reign.version)
