"""Reads of `api.judgements`: totals over everything asked for, and one page of what differs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Row,
    Select,
    and_,
    distinct,
    func,
    select,
    text,
    tuple_,
)

from leadtrace_api.days import within
from leadtrace_api.disagreements.schemas import DisagreementsQuery, Kind
from leadtrace_api.disagreements.views import judgements_in
from leadtrace_api.leads.queries import has_key
from leadtrace_api.projector.judgements import VERSION
from leadtrace_api.reading import Reading
from leadtrace_api.tables import LEADS

Cursor = tuple[datetime, UUID, int]

_ARE_MADE = text("select contribution_version from api.projections where name = 'judgements'")


async def are_made(now: Reading) -> bool:
    """Whether every lead has been judged since the update that began to."""
    return (await now.connection.execute(_ARE_MADE)).scalar_one_or_none() == VERSION


async def totals(now: Reading, query: DisagreementsQuery, zone: str) -> Sequence[Row[Any]]:
    """By stage: entries and distinct leads of each group."""
    rows = judgements_in(now, query.view)
    counts = [
        counted.filter(condition).label(f"{name}_{what}")
        for name, condition in _groups(rows).items()
        for what, counted in (("entries", func.count()), ("leads", func.count(distinct(rows.c.lead_id))))
    ]
    conditions = _conditions(rows, query, zone)
    # Without a question about leads their rows need not be read.
    read = _with_leads(now, rows) if query.filters() else rows
    statement = select(rows.c.stage, *counts).select_from(read).where(*conditions).group_by(rows.c.stage)
    return (await now.connection.execute(statement)).all()


async def page(
    now: Reading, query: DisagreementsQuery, zone: str, after: Cursor | None
) -> Sequence[Row[Any]]:
    """What differs, newest first, and one row more if there is another page."""
    rows = judgements_in(now, query.view)
    conditions = [*_conditions(rows, query, zone), rows.c.differs]
    if query.kind is not None:
        conditions.append(rows.c.claimed.is_(query.kind is Kind.CLAIMED_UNVERIFIED))
    if after is not None:
        conditions.append(tuple_(rows.c.at, rows.c.lead_id, rows.c.place) < after)
    statement: Select[Any] = (
        select(*rows.c, LEADS.c.owner, LEADS.c.team)
        .select_from(_with_leads(now, rows))
        .where(*conditions)
        .order_by(rows.c.at.desc(), rows.c.lead_id.desc(), rows.c.place.desc())
        .limit(query.limit + 1)
    )
    found: Sequence[Row[Any]] = (await now.connection.execute(statement)).all()
    return found


def _with_leads(now: Reading, rows: FromClause) -> FromClause:
    # The version is named: through a union the planner does not see that it is one for all rows.
    same = and_(LEADS.c.lead_id == rows.c.lead_id, LEADS.c.definition_version == now.version)
    return rows.join(LEADS, same)


def _groups(rows: FromClause) -> dict[str, ColumnElement[bool]]:
    claimed, verified, differs = rows.c.claimed, rows.c.verified, rows.c.differs
    return {
        "claims": claimed.is_(True),
        "verified": and_(claimed, verified.is_(True)),
        "unjudged": and_(claimed, verified.is_(None)),
        "claimed_unverified": and_(claimed, differs),
        "verified_unclaimed": and_(~claimed, differs),
    }


def _conditions(rows: FromClause, query: DisagreementsQuery, zone: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        has_key(LEADS.c[name], keys) for name, keys in query.filters().items()
    ]
    if query.stage is not None:
        conditions.append(rows.c.stage == query.stage.value)
    if query.sender:
        conditions.append(rows.c.sender.in_(query.sender))
    return [*conditions, *within(rows.c.at, query.first, query.last, zone)]
