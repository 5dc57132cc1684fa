"""Reads of `api.leads` and `api.deals`, and of the events behind them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Row, and_, or_, select

from leadtrace.events.lead import LADDER
from leadtrace.events.snapshots import DealOutcome, LeadScore
from leadtrace_api.leads.order import Order, Place
from leadtrace_api.leads.schemas import LeadsQuery
from leadtrace_api.leads.trace import StoredEvent
from leadtrace_api.projector.dimensions import DIMENSIONS
from leadtrace_api.reading import Reading, asking, fetched
from leadtrace_api.tables import DEALS, LEADS

MOST_EVENTS = 10_000
# What the columns that an order compares are called in a row.
COMPARED = ("compared_1", "compared_2", "compared_3")

_SCORE = msgspec.json.Decoder(LeadScore)
_DEAL = msgspec.json.Decoder(DealOutcome)
_ROW = [
    LEADS.c[name]
    for name in (
        "lead_id",
        "status",
        "captured_at",
        "cohort_day",
        "stage",
        *DIMENSIONS,
        "fit",
        "intent",
        "band",
        "won_at",
        "lost_at",
        "revenue",
        "flags",
        "account",
    )
]

_LEAD = """
select redirect_to, outcome_body, score_body from api.leads where definition_version = $1 and lead_id = $2
"""

# Of the lead, what was absorbed into it and its deals, and wherever their records ever belonged. Asked of the
# driver: they are up to ten thousand. Each row says before when others lapsed; where there is no event, one
# row says that alone.
_EVENTS = """
with recursive same (lead_id) as (
  select cast($1 as uuid)
  union
  select absorbed.lead_id from api.leads absorbed join same on absorbed.redirect_to = same.lead_id
), own (entity_id) as (
  select lead_id from same
  union
  select unnest(cast($2 as uuid[]))
), entities (entity_id) as (
  select entity_id from own
  union
  select b.entity_id from ingest.pub_subjects s join ingest.pub_bindings b using (subject_key)
  where s.entity_id = any (array(select entity_id from own))
), elsewhere as (
  select b.source, b.subject from ingest.pub_bindings b join ingest.pub_subjects s using (subject_key)
  where b.entity_id = any (array(select entity_id from entities))
    and s.entity_id <> all (array(select entity_id from own))
), lapsed as (
  select max(received_before) as before from ingest.pub_lapsed_entities
  where entity_id = any (array(select entity_id from entities))
)
select lapsed.before, e.source, e.id, e.type, e.subject, e.occurred_at, e.recorded_at, e.body, e.intake_id,
       e.item, e.mapping
from lapsed left join ingest.pub_events e
  on e.entity_id = any (array(select entity_id from entities))
  and (e.source, e.subject) not in (select source, subject from elsewhere)
  and (e.source <> 'leadtrace/ingest' or e.entity_id = any (array(select entity_id from own)))
order by e.occurred_at, e.event_no
limit $3
"""

_EVENTS_NUMBERED = """
select e.source, e.id, e.type, e.subject, e.occurred_at, e.recorded_at, e.body, e.intake_id, e.item, e.mapping
from ingest.pub_events e where e.event_no = any($1)
order by e.occurred_at, e.event_no
limit $2
"""


async def page(
    now: Reading,
    query: LeadsQuery,
    order: Order,
    after: Place | None,
    found_by: Sequence[ColumnElement[bool]] = (),
) -> Sequence[Row[Any]]:
    """One page of captured leads that the filters let pass, and one row more if there is another page."""
    place = [order.after(after)] if after is not None else []
    conditions = [*_conditions(now, query), *found_by, *place]
    compared = [one.label(name) for one, name in zip(order.columns(), COMPARED, strict=False)]
    statement = select(*_ROW, *compared).where(and_(*conditions)).order_by(*order.clauses())
    return (await now.connection.execute(statement.limit(query.limit + 1))).all()


def place_in(order: Order, row: Row[Any]) -> str:
    """The cursor that a page ends with whose last row this is."""
    return order.cursor(row, COMPARED[: len(order.columns())])


def _conditions(now: Reading, query: LeadsQuery) -> list[ColumnElement[bool]]:
    leads = LEADS.c
    conditions = [
        leads.definition_version == now.version,
        leads.captured_at.is_not(None),
        leads.redirect_to.is_(None),
        *(has_key(leads[name], keys) for name, keys in query.filters().items()),
        *_days(leads.cohort_day, query.captured_from, query.captured_to),
    ]
    if query.reached is not None:
        # PostgreSQL counts the elements of an array from 1.
        reached: ColumnElement[date] = leads.reached_days[LADDER.index(query.reached) + 1]
        conditions += [reached.is_not(None), *_days(reached, query.reached_from, query.reached_to)]
    if query.short_of is not None:
        conditions.append(leads.reached_days[LADDER.index(query.short_of) + 1].is_(None))
    if query.status:
        conditions.append(leads.status.in_([one.value for one in query.status]))
    if query.band:
        conditions.append(has_key(leads.band, [one or None for one in query.band]))
    if query.stage is not None:
        conditions += [
            leads.stage == query.stage.value,
            *_days(leads.stage_day, query.stage_from, query.stage_to),
        ]
    return conditions


def has_key(column: ColumnElement[str | None], keys: Sequence[str | None]) -> ColumnElement[bool]:
    """The column holds one of the keys; None stands for null."""
    present = [key for key in keys if key is not None]
    missing = [column.is_(None)] if None in keys else []
    return or_(column.in_(present), *missing) if present else or_(*missing)


def _days(day: ColumnElement[date], first: date | None, last: date | None) -> list[ColumnElement[bool]]:
    return [*([day >= first] if first else []), *([day <= last] if last else [])]


class StoredLead(NamedTuple):
    """What is stored of a lead: its snapshots as they came, or where it went."""

    redirect_to: UUID | None
    outcome_body: bytes | None
    score_body: bytes | None


async def stored_lead(now: Reading, lead_id: UUID) -> StoredLead | None:
    """What is stored of a lead, or None."""
    found = await fetched(now, _LEAD, lead_id)
    return StoredLead(*found[0]) if found else None


async def deal_outcomes(now: Reading, ids: Sequence[UUID]) -> dict[UUID, DealOutcome]:
    """The outcomes of deals, of those whose own arrived."""
    if not ids:
        return {}
    deals = DEALS.c
    statement = select(deals.deal_id, deals.outcome_body).where(
        deals.deal_id.in_(ids), deals.definition_version == now.version, deals.outcome_body.is_not(None)
    )
    found = await now.connection.execute(statement)
    return {row.deal_id: _DEAL.decode(row.outcome_body) for row in found}


async def events(
    now: Reading, lead_id: UUID, deals: Sequence[UUID]
) -> tuple[list[StoredEvent], datetime | None]:
    """The events of a lead, of leads absorbed into it and of its deals; one more than shown if there are.

    And the moment before which some of these events came that are kept no longer; None if all are kept.
    """
    rows = await asking(now.connection)(_EVENTS, lead_id, deals, MOST_EVENTS + 1)
    found = [StoredEvent(*row[1:]) for row in rows if row["id"] is not None]
    return found, rows[0]["before"]


async def stored_score(now: Reading, lead_id: UUID) -> LeadScore | None:
    """The newest score of a lead, or None."""
    stored = await stored_lead(now, lead_id)
    return _SCORE.decode(stored.score_body) if stored is not None and stored.score_body else None


async def events_numbered(now: Reading, numbers: Sequence[int]) -> list[StoredEvent]:
    """The events of these numbers; one more than shown if there are."""
    rows = await asking(now.connection)(_EVENTS_NUMBERED, numbers, MOST_EVENTS + 1)
    return [StoredEvent(*row) for row in rows]
