"""Reads of `api.visits`: counts, time in stage, what stalls, who edited in masses, and the ways taken."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Row,
    Select,
    and_,
    any_,
    case,
    distinct,
    func,
    literal,
    literal_column,
    select,
    text,
    tuple_,
)

from leadtrace.domain.attribution.marks import Mark
from leadtrace.events.lead import LADDER
from leadtrace_api.journey_tables import VISITS
from leadtrace_api.projector.contribution import Basis
from leadtrace_api.projector.visits import VERSION
from leadtrace_api.reading import Reading
from leadtrace_api.velocity.selection import Selection

Rows = Sequence[Row[Any]]

KINDS = ("forward", "skipped", "backward", "beside")
CLOCKS = ("time", "business_time")
ENDINGS = ("ended", "lasting", "gone")
# Stages that leads are to leave for the next one: rungs below customer.
WORKED = tuple(stage.value for stage in LADDER[:-1])
# So many finished visits say how long is long.
LEAST_FINISHED = 20
MOST_LISTED = 10
MASS_LEADS = 10
TOP_VARIANTS = 10

_V = VISITS.c
_NO_BYTES: ColumnElement[bytes] = literal_column("''::bytea")
_SORT_IN_MEMORY = text("set local work_mem = '64MB'")
_ARE_MADE = text("select contribution_version, timezone from api.projections where name = 'visits'")


async def are_made(now: Reading, mark: str) -> bool:
    """Whether every lead has its visits, by clocks of this zone and these holidays."""
    row = (await now.connection.execute(_ARE_MADE)).one_or_none()
    return row is not None and row[0] == VERSION and row[1] in {"", mark}


async def make_room(now: Reading) -> None:
    """Let the statements of this transaction sort in memory."""
    await now.connection.execute(_SORT_IN_MEMORY)


async def counts(asked: Selection) -> Rows:
    """By group and stage: visits, and entries of each kind and with each mark."""
    visit = asked.visits
    keys = asked.keys(visit)
    marked = {mark.value: literal(mark.value) == any_(visit.c.marks) for mark in Mark}
    statement = select(
        asked.is_total(keys),
        *keys,
        visit.c.stage,
        func.count().label("visits"),
        func.count().filter(visit.c.open).label("open"),
        func.count().filter(~visit.c.finished, ~visit.c.open).label("gone"),
        *(func.count().filter(visit.c.kind == kind).label(kind) for kind in KINDS),
        *(func.count().filter(holds).label(name) for name, holds in marked.items()),
    ).group_by(asked.sets(keys), visit.c.stage)
    return await _all(asked, statement)


async def loops(asked: Selection) -> Rows:
    """By group and stage, and by group alone, where `whole` is 1: leads with loops, and visits that repeat.

    A visit repeats another one that was asked for too; only such are not of leads of their own.
    """
    visit = asked.visits
    keys = asked.keys(visit)
    earlier = and_(
        _V.lead_id == visit.c.lead_id,
        _V.definition_version == asked.now.version,
        _V.stage == visit.c.stage,
        _V.place < visit.c.place,
        *asked.activity(),
    )
    statement = (
        select(
            asked.is_total(keys),
            *keys,
            visit.c.stage,
            func.grouping(visit.c.stage).label("whole"),
            func.count(distinct(visit.c.lead_id)).label("leads"),
            func.count().filter(select(_V.lead_id).where(earlier).exists()).label("repeats"),
        )
        .where(literal(Mark.LOOPING.value) == any_(visit.c.marks))
        .group_by(asked.sets(keys), func.grouping_sets(tuple_(visit.c.stage), tuple_()))
    )
    return await _all(asked, statement)


async def times(asked: Selection) -> Rows:
    """By group and stage the times of all visits in both clocks, packed, by how they end; no totals."""
    visit = asked.visits
    keys = asked.keys(visit)
    endings = (visit.c.finished, visit.c.open, and_(~visit.c.finished, ~visit.c.open))
    # As doubles on end: they come as one value, and a million of them are read at once.
    packed = [
        func.string_agg(func.float8send(visit.c[clock]), _NO_BYTES).filter(holds).label(f"{clock}_{ending}")
        for clock in CLOCKS
        for ending, holds in zip(ENDINGS, endings, strict=True)
    ]
    return await _all(asked, select(*keys, visit.c.stage, *packed).group_by(*keys, visit.c.stage))


async def oldest(asked: Selection, *, total: bool) -> Rows:
    """By worked stage, of the total or of each group: the open visits that have lasted longest."""
    visit = asked.visits
    keys = [] if total else asked.keys(visit)
    order = [visit.c.entered_at, visit.c.lead_id]
    ranked = (
        select(
            *keys,
            visit.c.stage,
            visit.c.lead_id,
            visit.c.entered_at,
            visit.c.time,
            func.row_number().over(partition_by=[*keys, visit.c.stage], order_by=order).label("rank"),
        )
        .where(visit.c.open, visit.c.stage.in_(WORKED))
        .cte("ranked")
    )
    statement = (
        select(literal(int(total)).label("total"), *ranked.c)
        .where(ranked.c.rank <= MOST_LISTED)
        .order_by(ranked.c.rank)
    )
    return await _all(asked, statement)


async def mass_edits(asked: Selection) -> Rows:
    """By group and stage: edits that one actor made of many leads in the same second, all leads counted."""
    second = func.date_trunc("second", _V.entered_at)
    edits = and_(_V.definition_version == asked.now.version, _V.actor.is_not(None), *asked.activity())
    # Counted roughly first: nearly all seconds have few edits.
    many = (
        select(_V.actor, second.label("second"))
        .where(edits)
        .group_by(_V.actor, second)
        .having(func.count() >= MASS_LEADS)
        .cte("many")
    )
    masses = (
        select(many.c.actor, many.c.second)
        .join(VISITS, and_(edits, _V.actor == many.c.actor, second == many.c.second))
        .group_by(many.c.actor, many.c.second)
        .having(func.count(distinct(_V.lead_id)) >= MASS_LEADS)
        .cte("masses")
    )
    visit = asked.visits
    keys = asked.keys(visit)
    edited = and_(
        visit.c.actor == masses.c.actor, func.date_trunc("second", visit.c.entered_at) == masses.c.second
    )
    statement = (
        select(asked.is_total(keys), *keys, visit.c.stage, func.count().label("mass"))
        .select_from(visit.join(masses, edited))
        .group_by(asked.sets(keys), visit.c.stage)
    )
    return await _all(asked, statement)


async def variants(asked: Selection) -> Rows:
    """By group: the paths of most leads, and in the row without a path how many others and their leads."""
    first = _first_visits(asked)
    keys = asked.keys(first)
    ways = (
        select(asked.is_total(keys), *keys, first.c.path, func.count().label("leads"))
        .group_by(asked.sets(keys), first.c.path)
        .cte("ways")
    )
    group = [ways.c.total, *asked.keys(ways)]
    most = [ways.c.leads.desc(), ways.c.path]
    rank = func.row_number().over(partition_by=group, order_by=most).label("rank")
    ranked = select(*ways.c, rank).cte("ranked")
    path = case((ranked.c.rank <= TOP_VARIANTS, ranked.c.path)).label("path")
    group = [ranked.c.total, *asked.keys(ranked)]
    statement = (
        select(*group, path, func.count().label("ways"), func.sum(ranked.c.leads).label("leads"))
        .group_by(*group, path)
        .order_by(func.min(ranked.c.rank))
    )
    return await _all(asked, statement)


def _first_visits(asked: Selection) -> CTE:
    """The first visit of each lead with any visit that is asked for."""
    visit = asked.visits
    if asked.query.basis is Basis.COHORT:
        return select(visit.c.path, *asked.keys(visit)).where(visit.c.place == 0).cte("first")
    whose = select(visit.c.lead_id, *asked.keys(visit)).distinct().cte("whose")
    first = and_(_V.lead_id == whose.c.lead_id, _V.definition_version == asked.now.version, _V.place == 0)
    return select(_V.path, *asked.keys(whose)).select_from(whose.join(VISITS, first)).cte("first")


async def _all(asked: Selection, statement: Select[Any]) -> Rows:
    rows: Rows = (await asked.now.connection.execute(statement)).all()
    return rows
