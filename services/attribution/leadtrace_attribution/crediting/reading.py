"""Reads what is to be credited: deals as they stand, and the leads that travelled with them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

import msgspec

from leadtrace.domain.attribution.extract import extract_lead
from leadtrace.domain.credits.grouping import ChannelOf
from leadtrace.domain.credits.journey import Traveller, touches_of
from leadtrace.domain.credits.touch import PathTouch
from leadtrace.domain.segments import unpack
from leadtrace.events.snapshots import DealOutcome
from leadtrace.runtime.arrivals import revived
from leadtrace.store.connection import Connection
from leadtrace_attribution.crediting.due import Due

_LEADS = """
select lead_id, revision, body from attribution.leads
where lead_id = any($1::uuid[]) and body is not null
"""
_DEALS = """
select deal_id, revision, body from attribution.deals
where deal_id = any($1::uuid[]) and body is not null
"""
_FACTS = "select lead_id, facts from attribution.leads where lead_id = any($1::uuid[])"

_lead = msgspec.json.Decoder(Traveller)
_deal = msgspec.json.Decoder(DealOutcome)


class SeenLead(NamedTuple):
    """A lead's snapshot and its revision."""

    revision: int
    lead: Traveller


class SeenDeal(NamedTuple):
    """A deal's snapshot and its revision."""

    revision: int
    deal: DealOutcome


@dataclass(frozen=True, slots=True)
class Seen:
    """All that is needed to credit: the leads of every deal among them, with their touches, oldest first."""

    deals: Mapping[UUID, SeenDeal]
    leads: Mapping[UUID, SeenLead]
    touches: Mapping[str, list[PathTouch]]


async def see(connection: Connection, due: Due, channel_of: ChannelOf) -> Seen:
    """Read what is due: a lead brings all of its deals with it, and a deal all of its leads."""
    leads = await _leads(connection, due.leads)
    linked = {UUID(deal) for seen in leads.values() for deal in seen.lead.standing_deals}
    deals = {
        row[0]: SeenDeal(row[1], _deal.decode(row[2]))
        for row in await connection.fetch(_DEALS, list(due.deals | linked))
    }
    others = {UUID(one.lead_id) for seen in deals.values() for one in seen.deal.leads} - leads.keys()
    leads |= await _leads(connection, others)
    touches = await _touches(connection, [seen.lead for seen in leads.values()], channel_of)
    return Seen(deals, leads, touches)


async def _leads(connection: Connection, ids: Collection[UUID]) -> dict[UUID, SeenLead]:
    rows = await connection.fetch(_LEADS, list(ids)) if ids else []
    return {row[0]: SeenLead(row[1], _lead.decode(row[2])) for row in rows}


async def _touches(
    connection: Connection, leads: Sequence[Traveller], channel_of: ChannelOf
) -> dict[str, list[PathTouch]]:
    asked = [UUID(lead.lead_id) for lead in leads if not lead.tells_all]
    rows = await connection.fetch(_FACTS, asked) if asked else []
    sets = {str(row[0]): revived(unpack(row[1]), extract_lead) for row in rows}
    return {lead.lead_id: touches_of(lead, sets.get(lead.lead_id, ()), channel_of) for lead in leads}
