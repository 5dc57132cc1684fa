"""What one lead's stays at stages are: a pure function of its newest outcome snapshot.

A visit begins with a recorded entry and ends with the next one: a lead has as many as its snapshot lists
entries, and they follow each other without a gap. Change what is told and `VERSION` rises: the projector then
makes them anew.
"""

from dataclasses import dataclass, replace

from leadtrace.domain.attribution.marks import Mark
from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import LeadOutcome, LeadStatus, Transition

VERSION = 1

# Paths longer than this are cut; leads that wander further are few, and each has a way of its own.
LONGEST_PATH = 12
LEFT_OUT = "…"
PATH_SEPARATOR = ">"

_LOOPING = Mark.LOOPING.value


@dataclass(frozen=True, slots=True)
class Visit:
    """A stay at a stage, in µs: without `left_at` it lasts, or nobody watches since `gone_at`.

    `kind` and `marks` are those of the entry, `actor` who made it, if the CRM claims it. The first visit
    of a lead has the `path` of all.
    """

    stage: Stage
    entered_at: int
    kind: str
    marks: tuple[str, ...] = ()
    actor: str | None = None
    left_at: int | None = None
    gone_at: int | None = None
    path: str | None = None


def visits(outcome: LeadOutcome | None) -> tuple[Visit, ...]:
    """Those of a lead, oldest first; none of a visitor, of an absorbed lead and of one not known yet."""
    if outcome is None or outcome.captured_at is None or outcome.redirect_to is not None:
        return ()
    entries = outcome.transitions
    if not entries:
        return ()
    ends = [*(following.at for following in entries[1:]), None]
    seen: set[Stage] = set()
    made: list[Visit] = []
    for entry, left_at in zip(entries, ends, strict=True):
        made.append(_visit(entry, left_at, again=entry.stage in seen))
        seen.add(entry.stage)
    if outcome.status is LeadStatus.DELETED:
        made[-1] = replace(made[-1], gone_at=max(entries[-1].at, outcome.latest_at))
    made[0] = replace(made[0], path=_path(outcome))
    return tuple(made)


def _visit(entry: Transition, left_at: int | None, *, again: bool) -> Visit:
    # Snapshots that were made before there were marks show their loops too.
    missing = again and _LOOPING not in entry.marks
    return Visit(
        entry.stage,
        entry.at,
        entry.kind,
        (_LOOPING, *entry.marks) if missing else entry.marks,
        entry.actor if entry.claimed is not None else None,
        left_at,
    )


def _path(outcome: LeadOutcome) -> str:
    stages = [entry.stage.value for entry in outcome.transitions]
    before = [LEFT_OUT] if outcome.transitions_omitted else []
    after = [LEFT_OUT] if len(stages) > LONGEST_PATH else []
    return PATH_SEPARATOR.join([*before, *stages[:LONGEST_PATH], *after])
