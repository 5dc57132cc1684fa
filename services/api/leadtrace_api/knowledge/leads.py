"""One lead as it was known at a moment, folded from the events that were recorded by then."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import text

from leadtrace.domain.calendar import DayOf, Days, calendar
from leadtrace.events.snapshots import LeadOutcome
from leadtrace.runtime.definitions import live_definitions
from leadtrace_api.knowledge.folding import Folds
from leadtrace_api.knowledge.history import Ask, History, histories
from leadtrace_api.knowledge.parameters import micros
from leadtrace_api.leads.answers import Snapshots
from leadtrace_api.problems import NotFoundError
from leadtrace_api.reading import Reading
from leadtrace_api.room import Room

# A lead that was absorbed hands its deals on: those of the lead that stays are asked too.
_OUTCOMES = text("""
with recursive same (lead_id) as (
  select cast(:lead as uuid)
  union
  select l.redirect_to from api.leads l join same on l.lead_id = same.lead_id where l.redirect_to is not null
)
select outcome_body from api.leads
where lead_id in (select lead_id from same) and definition_version = :version and outcome_body is not null
""")
_OUTCOME = msgspec.json.Decoder(LeadOutcome)


@lru_cache(maxsize=8)
def folds_of(timezone: str) -> Folds:
    """The folds by the definitions in force, with days of this time zone."""
    return Folds(live_definitions(), Days(ZoneInfo(timezone)))


@lru_cache(maxsize=8)
def day_of_zone(timezone: str) -> DayOf:
    """The days of a time zone."""
    return calendar(ZoneInfo(timezone))


def asking(now: Reading) -> Ask:
    """Statements with numbered parameters within the snapshot of an answer."""

    async def ask(statement: str, *values: object) -> Sequence[Any]:
        return (await now.connection.exec_driver_sql(statement, values)).all()

    return ask


async def history_of(room: Room, now: Reading, lead_id: UUID, as_of: datetime | None) -> History:
    """What was recorded of a lead and its deals by then.

    Raises:
        ParameterError: some of it may still be on its way.
    """
    if as_of is not None:
        await room.reconciled.check(now.connection, now.at, as_of)
    deals = await _deals_ever(now, lead_id)
    found = await histories(asking(now), {lead_id: deals}, micros(as_of))
    return found[lead_id]


async def snapshots_then(room: Room, now: Reading, lead_id: UUID, as_of: datetime) -> Snapshots:
    """Score, outcome and deals as known then.

    Raises:
        NotFoundError: nothing was known of the lead.
        ParameterError: as `history_of`.
    """
    history = await history_of(room, now, lead_id, as_of)
    known = folds_of(room.settings.timezone).lead(lead_id, history)
    if known.score is None and known.outcome is None:
        raise unknown(lead_id, as_of)
    amounts = {UUID(deal.deal_id): (deal.amount, deal.currency) for deal in known.deals}
    return Snapshots(known.outcome, known.score, amounts, as_of)


def unknown(lead_id: UUID, as_of: datetime | None) -> NotFoundError:
    """Nothing was known of the lead at that moment."""
    when = f" as of {as_of.isoformat()}" if as_of is not None else ""
    return NotFoundError(
        f"Nothing was known of a lead {lead_id}{when}.",
        parameter="lead_id",
        remedy="/v1/leads lists those that are known now; the trace of one tells when it was recorded.",
    )


async def _deals_ever(now: Reading, lead_id: UUID) -> set[UUID]:
    found = await now.connection.execute(_OUTCOMES, {"lead": lead_id, "version": now.version})
    outcomes = [_OUTCOME.decode(body) for (body,) in found]
    return {deal for outcome in outcomes for deal in deals_ever(outcome)}


def deals_ever(outcome: LeadOutcome) -> set[UUID]:
    """The deals that a lead is or once was linked to."""
    return {UUID(deal) for deal in (*(one.deal_id for one in outcome.deals), *outcome.former_deals)}
