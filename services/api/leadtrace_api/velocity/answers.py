"""From what was found to the numbers of a group, in the words and the order of the answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from leadtrace.events.lead import Stage
from leadtrace_api.projector.visits import PATH_SEPARATOR
from leadtrace_api.schemas import RATE_DIGITS, Duration, rate
from leadtrace_api.velocity.found import Found, OfStage
from leadtrace_api.velocity.links import Links
from leadtrace_api.velocity.queries import KINDS, LEAST_FINISHED, WORKED
from leadtrace_api.velocity.schemas import (
    Bottleneck,
    Bottlenecks,
    Conformance,
    OtherVariants,
    Rework,
    StageVelocity,
    Stalled,
    StalledLead,
    Unranked,
    Variant,
    Variants,
    VelocityNumbers,
)
from leadtrace_api.velocity.times import Reckoned

# With fewer visits one more can change the order.
LEAST_RANKED = 30
RULE = (
    "By the time by which half of the visits have been left, in calendar time, the longest first; where "
    "fewer have been, by the longest time that one of them was watched. Stages with fewer visits than "
    "least_n are not ranked."
)
_MARKS = ("looping", "bulk", "backdated", "same_second")
_ORDER = {stage.value: place for place, stage in enumerate(Stage)}
_SECOND_DIGITS = 6


def numbers(found: Found | None, links: Links) -> VelocityNumbers:
    """All numbers of one group; None: of no visits."""
    if found is None:
        return _nothing()
    stages = sorted(found.stages.items(), key=lambda item: _ORDER[item[0]])
    told = tuple(_stage(name, one, links) for name, one in stages)
    entries = _sum_of([one.entries for one in told])
    return VelocityNumbers(
        leads=found.leads,
        visits=sum(one.visits for one in told),
        stages=told,
        entries=entries,
        rework=_rework(entries.looping, found.looped_leads, found.leads),
        bottlenecks=_bottlenecks({name: one for name, one in stages if name in WORKED}),
        variants=_variants(found.variants),
    )


def _nothing() -> VelocityNumbers:
    return VelocityNumbers(
        leads=0,
        visits=0,
        stages=(),
        entries=_sum_of([]),
        rework=_rework(0, 0, 0),
        bottlenecks=_bottlenecks({}),
        variants=Variants(top=(), other=OtherVariants(ways=0, leads=0)),
    )


def _stage(name: str, one: OfStage, links: Links) -> StageVelocity:
    row = one.counts
    return StageVelocity(
        stage=name,
        visits=row.visits,
        leads=one.leads,
        open=row.open,
        gone=row.gone,
        time=_duration(one.clocks["time"]),
        business_time=_duration(one.clocks["business_time"]),
        entries=_entries(row, one.mass),
        stalled=_stalled(one) if name in WORKED else None,
        drill=links.standing_at(name),
    )


def _entries(row: Row[Any], mass: int) -> Conformance:
    counted = row._mapping  # noqa: SLF001 - SQLAlchemy's public name
    return Conformance(**{name: counted[name] for name in (*KINDS, *_MARKS)}, mass=mass)


def _sum_of(parts: Sequence[Conformance]) -> Conformance:
    names = Conformance.model_fields
    return Conformance(**{name: sum(getattr(one, name) for one in parts) for name in names})


def _duration(one: Reckoned) -> Duration:
    quantiles = {f"{name}_s": _seconds(time) for name, time in one.quantiles.items()}
    return Duration(**quantiles, n=one.n, censored=one.n - one.finished)


def _seconds(value: float | None) -> float | None:
    return round(value, _SECOND_DIGITS) if value is not None else None


def _stalled(one: OfStage) -> Stalled:
    row = one.clocks["time"]
    if row.after is None or row.finished < LEAST_FINISHED:
        return Stalled(n=row.finished, after_s=None, leads=None, longest=())
    return Stalled(
        n=row.finished,
        after_s=_seconds(row.after),
        leads=row.late,
        longest=tuple(
            StalledLead(lead_id=lead.lead_id, since=lead.entered_at, href=f"/v1/leads/{lead.lead_id}")
            for lead in one.oldest
            if lead.time > row.after
        ),
    )


def _rework(loops: int, looped: int, leads: int) -> Rework:
    return Rework(
        loops=loops,
        loops_per_lead=round(loops / leads, RATE_DIGITS) if leads else None,
        looped_leads=rate(looped, leads, "plain_ratio"),
    )


@dataclass(frozen=True, slots=True)
class _Held:
    stage: str
    held_s: float
    at_least: bool
    n: int

    def place(self) -> tuple[float, bool, int, int]:
        """Where it stands among others, the first held longest."""
        return -self.held_s, not self.at_least, -self.n, _ORDER[self.stage]


def _bottlenecks(stages: dict[str, OfStage]) -> Bottlenecks:
    held = sorted((_held(name, one) for name, one in stages.items()), key=_Held.place)
    ranked = [one for one in held if one.n >= LEAST_RANKED]
    return Bottlenecks(
        rule=RULE,
        least_n=LEAST_RANKED,
        ranked=tuple(
            Bottleneck(rank=rank, stage=one.stage, held_s=one.held_s, at_least=one.at_least, n=one.n)
            for rank, one in enumerate(ranked, start=1)
        ),
        unranked=tuple(
            Unranked(stage=name, n=one.counts.visits)
            for name, one in stages.items()
            if one.counts.visits < LEAST_RANKED
        ),
    )


def _held(name: str, one: OfStage) -> _Held:
    reckoned = one.clocks["time"]
    half = reckoned.quantiles["p50"]
    lasted = half if half is not None else reckoned.watched
    return _Held(name, round(lasted, _SECOND_DIGITS), half is None, one.counts.visits)


def _variants(rows: list[Row[Any]]) -> Variants:
    others = [row for row in rows if row.path is None]
    return Variants(
        top=tuple(
            Variant(path=tuple(row.path.split(PATH_SEPARATOR)), leads=int(row.leads))
            for row in rows
            if row.path is not None
        ),
        other=OtherVariants(
            ways=sum(row.ways for row in others), leads=sum(int(row.leads) for row in others)
        ),
    )
