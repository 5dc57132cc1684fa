"""Applies lead events, deal events and scores: deals first, then the leads that they are linked to.

A lead's row keeps what its history needs of each of its deals, so an event of the lead needs no deal; a
deal that changes is written into the rows of all its leads, which are locked before it.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from leadtrace.bus.protocol import Outgoing, Record
from leadtrace.domain.attribution.views import QualificationView
from leadtrace.domain.calendar import UTC_DAYS, Days
from leadtrace.domain.fact import Fact
from leadtrace.events.snapshots import DEAL_CONCLUDED, LEAD_CONCLUDED, DefinitionRef
from leadtrace.events.topics import Topic
from leadtrace.runtime.absorb import new_facts
from leadtrace.runtime.clock import Clock
from leadtrace.runtime.derive import record_of_stored
from leadtrace.runtime.handler import Applied, MoreNeededError
from leadtrace.store.connection import Connection
from leadtrace.store.entities import EntityRow
from leadtrace.store.seen import SeenStore
from leadtrace_attribution.batch import Batch, sort_out
from leadtrace_attribution.deals import DealDeriver
from leadtrace_attribution.leads import LeadDeriver
from leadtrace_attribution.store import (
    DEALS,
    LEAD_QUALIFICATION,
    LEAD_QUALIFICATION_REVISION,
    LEADS,
    SCHEMA,
    linked_leads,
)

NOTED_LEADS, NOTED_DEALS = "leads", "deals"

Rows = Mapping[UUID, EntityRow]
Facts = Mapping[UUID, list[Fact]]
_NO_ROWS: Rows = MappingProxyType({})
_NOTHING: Facts = MappingProxyType({})


class AttributionHandler:
    """Derives the outcomes of the leads and deals that a batch touches."""

    topics = (Topic.LEAD_EVENTS.value, Topic.DEAL_EVENTS.value, Topic.LEAD_SCORES.value)

    def __init__(self, definition: DefinitionRef, clock: Clock, days: Days = UTC_DAYS) -> None:
        self._seen = SeenStore(SCHEMA)
        self._leads = LeadDeriver(definition, clock, days)
        self._deals = DealDeriver(definition, clock, days)

    async def apply(
        self, connection: Connection, records: Sequence[Record], also: frozenset[UUID]
    ) -> Applied:
        """Take a batch in; `also` are leads to lock beside those that the batch names."""
        batch = sort_out(records)
        linked = batch.linked_leads() | await linked_leads(connection, batch.deals.facts)
        leads = await LEADS.lock(connection, {*batch.leads.facts, *batch.scores, *linked, *also})
        deals = await DEALS.lock(connection, batch.deals.facts)
        numbers = batch.leads.numbers() + batch.deals.numbers()
        first_time = await self._seen.first_time(connection, numbers)
        lead_facts = new_facts(batch.leads.facts, first_time)
        deal_facts = new_facts(batch.deals.facts, first_time)
        qualified = _take_scores(leads, batch)
        applied = await self._derive(
            connection,
            leads=leads,
            touched={*lead_facts, *qualified},
            lead_facts=lead_facts,
            deals={deal: deals[deal] for deal in deal_facts},
            deal_facts=deal_facts,
        )
        applied.dead = batch.dead
        applied.applied += len(qualified)
        applied.duplicate = len(records) - len(batch.dead) - applied.applied - applied.stuck
        return applied

    async def refold(
        self, connection: Connection, kind: str, ids: Sequence[UUID], also: frozenset[UUID]
    ) -> Applied:
        """Fold leads or deals again from their sets, as after a fix of what had them stuck.

        Raises:
            MoreNeededError: a deal turns out to be linked to leads beside `also`.
        """
        if kind == NOTED_LEADS:
            leads = await LEADS.lock(connection, ids)
            return await self._derive(connection, leads=leads, touched=leads)
        leads = await LEADS.lock(connection, await linked_leads(connection, ids) | also)
        return await self._derive(connection, leads=leads, deals=await DEALS.lock(connection, ids))

    async def noted(self, connection: Connection, kind: str, ids: Sequence[UUID]) -> list[Outgoing]:
        """The outcomes of noted leads or deals as they now stand."""
        table, snapshot = (LEADS, LEAD_CONCLUDED) if kind == NOTED_LEADS else (DEALS, DEAL_CONCLUDED)
        return [record_of_stored(snapshot, stored) for stored in await table.bodies(connection, ids)]

    async def _derive(
        self,
        connection: Connection,
        *,
        leads: Rows,
        touched: Iterable[UUID] = (),
        lead_facts: Facts = _NOTHING,
        deals: Rows = _NO_ROWS,
        deal_facts: Facts = _NOTHING,
    ) -> Applied:
        derived_deals = await self._deals.derive(connection, deals, deal_facts)
        missing = derived_deals.concerned - leads.keys()
        if missing:
            raise MoreNeededError(frozenset(missing))
        changed = self._leads.write_deals(leads, derived_deals)
        rows = {lead: leads[lead] for lead in {*touched, *changed}}
        derived_leads = await self._leads.derive(connection, rows, lead_facts)
        await LEADS.save(connection, list(rows.values()))
        await DEALS.save(connection, list(deals.values()))
        folded = derived_leads.folded | derived_deals.folded
        arrived = (*lead_facts.items(), *deal_facts.items())
        return Applied(
            notes={NOTED_LEADS: derived_leads.raised, NOTED_DEALS: derived_deals.raised},
            outgoing=[*derived_leads.outgoing, *derived_deals.outgoing],
            applied=sum(len(facts) for entity, facts in arrived if entity in folded),
            stuck=sum(len(facts) for entity, facts in arrived if entity not in folded),
        )


def _take_scores(leads: Rows, batch: Batch) -> list[UUID]:
    """Write newer verdicts into the lead rows; the leads whose band or qualifications moved."""
    moved: list[UUID] = []
    for lead, (revision, news) in batch.scores.items():
        extras = leads[lead].extras
        held = extras[LEAD_QUALIFICATION_REVISION]
        if isinstance(held, int) and held >= revision:
            continue
        extras[LEAD_QUALIFICATION_REVISION] = revision
        view = QualificationView(news.band, news.qualifications)
        extras[LEAD_QUALIFICATION] = LeadDeriver.pack_qualification(view)
        moved.append(lead)
    return moved
