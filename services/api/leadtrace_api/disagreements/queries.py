"""Reads of `api.judgements`: totals over everything asked for, and one page of what differs."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Row,
    Select,
    and_,
    cast,
    distinct,
    func,
    select,
    text,
    tuple_,
)

from leadtrace_api.disagreements.schemas import DisagreementsQuery, Kind
from leadtrace_api.leads.queries import has_key
from leadtrace_api.projector.judgements import VERSION
from leadtrace_api.reading import Reading
from leadtrace_api.tables import JUDGEMENTS, LEADS

Cursor = tuple[datetime, UUID, int]

_J = JUDGEMENTS.c
_JOINED = JUDGEMENTS.join(
    LEADS,
    and_(_J.lead_id == LEADS.c.lead_id, _J.definition_version == LEADS.c.definition_version),
)
_NEWEST_FIRST = (_J.at.desc(), _J.lead_id.desc(), _J.place.desc())
_ARE_MADE = text("select contribution_version from api.projections where name = 'judgements'")
_GROUPS: dict[str, ColumnElement[bool]] = {
    "claims": _J.claimed,
    "verified": and_(_J.claimed, _J.verified.is_(True)),
    "unjudged": and_(_J.claimed, _J.verified.is_(None)),
    "claimed_unverified": and_(_J.claimed, _J.differs),
    "verified_unclaimed": and_(~_J.claimed, _J.differs),
}


async def are_made(now: Reading) -> bool:
    """Whether every lead has been judged since the update that began to."""
    return (await now.connection.execute(_ARE_MADE)).scalar_one_or_none() == VERSION


async def totals(now: Reading, query: DisagreementsQuery, zone: str) -> Sequence[Row[Any]]:
    """By stage: entries and distinct leads of each group."""
    counts = [
        counted.filter(condition).label(f"{name}_{what}")
        for name, condition in _GROUPS.items()
        for what, counted in (("entries", func.count()), ("leads", func.count(distinct(_J.lead_id))))
    ]
    conditions = _conditions(now, query, zone)
    # Without a question about leads their rows need not be read.
    rows = _JOINED if query.filters() else JUDGEMENTS
    statement = select(_J.stage, *counts).select_from(rows).where(*conditions).group_by(_J.stage)
    return (await now.connection.execute(statement)).all()


async def page(
    now: Reading, query: DisagreementsQuery, zone: str, after: Cursor | None
) -> Sequence[Row[Any]]:
    """What differs, newest first, and one row more if there is another page."""
    conditions = [*_conditions(now, query, zone), _J.differs]
    if query.kind is not None:
        conditions.append(_J.claimed.is_(query.kind is Kind.CLAIMED_UNVERIFIED))
    if after is not None:
        conditions.append(tuple_(_J.at, _J.lead_id, _J.place) < after)
    statement: Select[Any] = (
        select(*_J, LEADS.c.owner, LEADS.c.team)
        .select_from(_JOINED)
        .where(*conditions)
        .order_by(*_NEWEST_FIRST)
        .limit(query.limit + 1)
    )
    found: Sequence[Row[Any]] = (await now.connection.execute(statement)).all()
    return found


def _conditions(now: Reading, query: DisagreementsQuery, zone: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        _J.definition_version == now.version,
        *(has_key(LEADS.c[name], keys) for name, keys in query.filters().items()),
    ]
    if query.stage is not None:
        conditions.append(_J.stage == query.stage.value)
    if query.sender:
        conditions.append(_J.sender.in_(query.sender))
    if query.first is not None:
        conditions.append(_J.at >= _start_of(query.first, 0, zone))
    if query.last is not None:
        conditions.append(_J.at < _start_of(query.last, 1, zone))
    return conditions


def _start_of(day: date, later: int, zone: str) -> ColumnElement[datetime]:
    """The first moment of a day in the time zone, or of one later; the driver knows the calendar's ends."""
    start: ColumnElement[datetime] = func.timezone(zone, cast(cast(day, Date) + later, DateTime))
    return start
