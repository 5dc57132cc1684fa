"""What an earlier version of the definitions said while it was in force, cut out of all that it says."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from leadtrace.domain.scoring.state import TIMELINE_BOUND, VERDICT_BOUND
from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import (
    DefinitionRef,
    FrozenPeriod,
    FrozenVerdicts,
    LeadScore,
    Qualification,
    ScorePoint,
)

Told = TypeVar("Told", ScorePoint, Qualification)


def period(
    definition: DefinitionRef,
    timeline: Sequence[ScorePoint],
    qualifications: Sequence[Qualification],
    *,
    since: int,
    until: int | None,
) -> FrozenPeriod:
    """The part of both from `since` (µs) until `until`; what stood at the begin stands from there on."""
    by_stage: dict[Stage, list[Qualification]] = {}
    for one in qualifications:
        by_stage.setdefault(one.stage, []).append(one)
    of_stages = [_cut(said, since, until) for said in by_stage.values()]
    return FrozenPeriod(
        definition=definition,
        since=since,
        timeline=tuple(_cut(timeline, since, until)),
        qualifications=tuple(sorted((one for some in of_stages for one in some), key=_moment)),
    )


def bounded(periods: Sequence[FrozenPeriod]) -> tuple[tuple[FrozenPeriod, ...], int]:
    """The periods with the newest points and verdicts that fit, and how many points do not."""
    kept: list[FrozenPeriod] = []
    points, verdicts, omitted = TIMELINE_BOUND, VERDICT_BOUND, 0
    for one in reversed(periods):
        timeline, said = _newest(one.timeline, points), _newest(one.qualifications, verdicts)
        omitted += len(one.timeline) - len(timeline)
        points, verdicts = points - len(timeline), verdicts - len(said)
        kept.append(msgspec.structs.replace(one, timeline=timeline, qualifications=said))
    return tuple(reversed(kept)), omitted


def as_frozen(body: LeadScore, since: int) -> list[FrozenPeriod]:
    """What was said by each version while it was in force; that of the body is so since `since` (µs)."""
    now = period(body.definition, body.timeline, body.qualifications, since=since, until=None)
    ends = [*(one.since for one in body.frozen[1:]), since]
    before = [
        period(one.definition, one.timeline, one.qualifications, since=one.since, until=until)
        for one, until in zip(body.frozen, ends, strict=bool(body.frozen))
    ]
    return [*before, now]


def frozen_verdicts(periods: Sequence[FrozenPeriod]) -> tuple[FrozenVerdicts, ...]:
    """The periods without their points."""
    return tuple(
        FrozenVerdicts(definition=one.definition, since=one.since, qualifications=one.qualifications)
        for one in periods
    )


def _newest(told: tuple[Told, ...], room: int) -> tuple[Told, ...]:
    return told[max(0, len(told) - room) :]


def _cut(told: Sequence[Told], since: int, until: int | None) -> list[Told]:
    cut = [one for one in told if since < one.at and (until is None or one.at < until)]
    before = [one for one in told if one.at <= since]
    if before:
        cut.insert(0, msgspec.structs.replace(before[-1], at=since))
    return cut


def _moment(one: Qualification) -> int:
    return one.at
