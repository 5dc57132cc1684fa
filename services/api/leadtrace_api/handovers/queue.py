"""What asks for somebody now: running clocks, what is due first before all else."""

from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import BigInteger, Row, Select, and_, cast, literal, or_, select, tuple_, union_all

from leadtrace_api.cursors import foreign, packed, unpacked
from leadtrace_api.handovers.schemas import Queue, QueueQuery, RunningClock
from leadtrace_api.journey_tables import OFFERS
from leadtrace_api.leads.queries import has_key
from leadtrace_api.parameters import filter_items
from leadtrace_api.reading import Reading
from leadtrace_api.schemas import money
from leadtrace_api.tables import LEADS

PATH = "/v1/handovers/queue"
CLOCKS = ("accept", "contact", "outcome")
_O = OFFERS.c


class Place(NamedTuple):
    """Where a page ended."""

    due_at: datetime
    lead: UUID
    clock: str


def cursor_of(text: str) -> Place:
    """The place that a link carried.

    Raises:
        ParameterError: it is not one that this api made.
    """
    try:
        due_at, lead, clock = unpacked(text)
        place = Place(datetime.fromisoformat(due_at), UUID(lead), clock)
    except ValueError as error:
        raise foreign() from error
    if place.due_at.tzinfo is None or place.clock not in CLOCKS:
        raise foreign()
    return place._replace(due_at=place.due_at.astimezone(UTC))


async def answer(now: Reading, query: QueueQuery, after: Place | None, currency: str) -> Queue:
    """A page of the clocks that run."""
    rows = (await now.connection.execute(_statement(now, query, after, currency))).all()
    shown, more = rows[: query.limit], len(rows) > query.limit
    return Queue(
        snapshot_at=now.at,
        definition_version=now.version,
        at=now.at,
        clocks=tuple([_clock(now, row, currency) for row in shown]),
        next=_next(query, shown[-1]) if more else None,
    )


def _statement(now: Reading, query: QueueQuery, after: Place | None, currency: str) -> Select[Any]:
    running = union_all(*(_running(now, query, clock) for clock in CLOCKS)).cte("running")
    value = cast(LEADS.c.open_amounts[currency].astext, BigInteger).label("value")
    same = and_(LEADS.c.lead_id == running.c.lead_id, LEADS.c.definition_version == now.version)
    statement = (
        select(running, LEADS.c.stage, value)
        .select_from(running.join(LEADS, same))
        .where(LEADS.c.redirect_to.is_(None))
        .order_by(running.c.due_at, running.c.lead_id, running.c.clock)
        .limit(query.limit + 1)
    )
    if after is not None:
        statement = statement.where(tuple_(running.c.due_at, running.c.lead_id, running.c.clock) > after)
    return statement


def _running(now: Reading, query: QueueQuery, clock: str) -> Select[Any]:
    since, stopped, void = (_O[f"{clock}_{name}"] for name in ("since", "at", "void"))
    return select(
        _O.lead_id,
        literal(clock).label("clock"),
        since.label("since"),
        _O[f"{clock}_risk_at"].label("risk_at"),
        _O[f"{clock}_due_at"].label("due_at"),
        _O.team,
        _O.owner,
        _O.partner,
        _O.at.label("offered_at"),
    ).where(
        _O.definition_version == now.version,
        # As the partial index has it.
        or_(_O.answer == "open", and_(_O.answer == "accepted", _O.ended_as.is_(None))),
        since.is_not(None),
        stopped.is_(None),
        ~void,
        _O.answer == "open" if clock == "accept" else _O.ended_as.is_(None),
        *(has_key(_O[name], keys) for name, keys in query.filters().items()),
    )


def _clock(now: Reading, row: Row[Any], currency: str) -> RunningClock:
    state = "overdue" if row.due_at < now.at else "at_risk" if row.risk_at < now.at else "running"
    return RunningClock(
        lead_id=row.lead_id,
        clock=row.clock,
        state=state,
        since=row.since,
        risk_at=row.risk_at,
        due_at=row.due_at,
        team=row.team,
        owner=row.owner,
        partner=row.partner,
        offered_at=row.offered_at,
        stage=row.stage,
        open_value=None if row.value is None else money(row.value, currency),
        href=f"/v1/leads/{row.lead_id}",
    )


def _next(query: QueueQuery, last: Row[Any]) -> str:
    cursor = packed(last.due_at.isoformat(), str(last.lead_id), last.clock)
    items = [*filter_items(query.filters()), ("limit", str(query.limit)), ("cursor", cursor)]
    return f"{PATH}?{urlencode(items)}"
