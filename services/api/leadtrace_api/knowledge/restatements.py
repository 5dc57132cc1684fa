"""`GET /v1/metrics/{metric}/restatements`: what changed a past number since it was first known."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from leadtrace.domain.definitions.metric_model import metrics_of
from leadtrace.domain.money import to_decimal
from leadtrace_api.knowledge.closing import check_closed
from leadtrace_api.knowledge.leads import day_of_zone
from leadtrace_api.knowledge.metrics import Metric, metric_named
from leadtrace_api.knowledge.restated import Asked, Difference, differences, examples, number_before
from leadtrace_api.knowledge.restatement_schemas import (
    CAUSES,
    EXAMPLE,
    KnownDay,
    MetricSaid,
    Restatement,
    Restatements,
    RestatementsEcho,
    RestatementsQuery,
)
from leadtrace_api.parameters import check_range
from leadtrace_api.problems import ParameterError, nearest
from leadtrace_api.projector.contribution import Measure
from leadtrace_api.projector.dimensions import DIMENSIONS, TOTAL
from leadtrace_api.projector.knowing import ON_THE_DAY
from leadtrace_api.reading import Reading, reading
from leadtrace_api.room import InRoom, Room

router = APIRouter()

_DAY = timedelta(days=1)
Group = tuple[str, str | None]


@router.get(
    "/v1/metrics/{metric}/restatements",
    summary="What changed a past number since it was first known, by cause",
    responses={200: {"content": {"application/json": {"example": EXAMPLE}}}},
)
async def restatements(
    room: InRoom,
    metric: Annotated[str, Path(description="<stage>_entered, _reached or _current, customers, revenue.")],
    query: Annotated[RestatementsQuery, Query()],
) -> Restatements:
    """The items sum exactly to the change, since both are sums of the same rows."""
    check_range(query.first, query.last, ("from", "to"))
    found = metric_named(metric)
    said = metrics_of(room.shelf.metrics)[found.name]
    async with reading(room) as now:
        asked = await _asked(room, now, found, query)
        before = await number_before(now, asked)
        changes = await differences(now, asked)
        grouped = _grouped(changes, asked)
        leads = await _examples(room, now, asked, grouped)
    items = [_item(asked, group, by_day, leads.get(group, ())) for group, by_day in grouped.items()]
    change = sum(one.change for one in changes if one.dimension == TOTAL)
    return Restatements(
        snapshot_at=now.at,
        definition_version=now.version,
        metric=MetricSaid(name=found.name, unit=said.unit, description=said.description),
        query=_echo(query, asked),
        before=_said(before, asked),
        after=_said(before + change, asked),
        change=_said(change, asked),
        items=tuple(items),
    )


async def _asked(room: Room, now: Reading, metric: Metric, query: RestatementsQuery) -> Asked:
    if query.by is not None and query.by not in DIMENSIONS:
        raise ParameterError(
            "by names no dimension that there is.",
            parameter="by",
            rule="Groups are by one dimension.",
            remedy=nearest(query.by, DIMENSIONS) or f"It knows {', '.join(DIMENSIONS)}.",
        )
    if query.known_from is None:
        await check_closed(room, now, query.last, "to")
    else:
        await check_closed(room, now, query.known_from - _DAY, "known_from")
    if query.known_to is not None:
        await check_closed(room, now, query.known_to, "known_to")
    known_from = query.known_from or query.last + _DAY
    check_range(known_from, query.known_to, ("known_from", "known_to"))
    return Asked(
        metric,
        metric.stage.value if metric.stage is not None else (query.currency or room.settings.currency),
        query.basis,
        query.first,
        query.last,
        known_from,
        query.known_to or date.max,
        query.by or TOTAL,
    )


def _grouped(changes: Iterable[Difference], asked: Asked) -> dict[Group, dict[date, int]]:
    """Changes by cause and key, then by day; what the keys leave of the total has none."""
    grouped: dict[Group, dict[date, int]] = {}
    for one in changes:
        total = one.dimension == TOTAL
        key = None if total else one.key
        _add(grouped.setdefault((one.cause, key), {}), one.known_day, one.change)
        if not total and asked.dimension != TOTAL:
            _add(grouped.setdefault((one.cause, None), {}), one.known_day, -one.change)
    told = {
        group: {day: change for day, change in sorted(by_day.items()) if change}
        for group, by_day in grouped.items()
    }
    ordered = sorted(told, key=lambda group: (CAUSES.index(group[0]), group[1] is None, group[1] or ""))
    return {group: told[group] for group in ordered if told[group]}


def _add(by_day: dict[date, int], day: date, change: int) -> None:
    by_day[day] = by_day.get(day, 0) + change


async def _examples(
    room: Room, now: Reading, asked: Asked, groups: Iterable[Group]
) -> dict[Group, tuple[UUID, ...]]:
    """Some leads behind each group; each cause is looked at once."""
    keys: dict[str, set[str | None]] = {}
    for cause, key in groups:
        keys.setdefault(cause, set()).add(key)
    day_of = day_of_zone(room.settings.timezone)
    return {
        (cause, key): tuple(leads)
        for cause, wanted in keys.items()
        if cause != ON_THE_DAY
        for key, leads in (await examples(now, asked, cause, wanted, day_of)).items()
    }


def _item(asked: Asked, group: Group, by_day: dict[date, int], leads: tuple[UUID, ...]) -> Restatement:
    cause, key = group
    return Restatement(
        cause=cause,
        key={asked.dimension: key} if asked.dimension != TOTAL else None,
        change=_said(sum(by_day.values()), asked),
        days=tuple(KnownDay(known_day=day, change=_said(change, asked)) for day, change in by_day.items()),
        leads=leads,
    )


def _said(number: int, asked: Asked) -> str:
    """A number as text, money in units of its currency: exact, whatever reads it."""
    return (
        f"{to_decimal(number, asked.name):f}"
        if asked.metric.measure in {Measure.REVENUE, Measure.RECURRING}
        else str(number)
    )


def _echo(query: RestatementsQuery, asked: Asked) -> RestatementsEcho:
    return RestatementsEcho(
        first=query.first,
        last=query.last,
        known_from=asked.known_from,
        known_to=query.known_to,
        basis=query.basis,
        by=query.by,
        currency=asked.name if asked.metric.stage is None else None,
    )
