"""Applies lead events, deal events and scores: deals first, then the leads that they are linked to.

A lead's row keeps what its history needs of each of its deals, so an event of the lead needs no deal; a
deal that changes is written into the rows of all its leads, which are locked before it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from leadtrace.bus.protocol import Outgoing, Record
from leadtrace.domain.attribution.views import QualificationView
from leadtrace.domain.calendar import UTC_DAYS, Days
from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.domain.fact import Fact
from leadtrace.domain.rates import NO_RATES, Rates
from leadtrace.events.snapshots import DEAL_CONCLUDED, LEAD_CONCLUDED
from leadtrace.events.times import to_micros
from leadtrace.events.topics import Topic
from leadtrace.runtime.clock import Clock
from leadtrace.runtime.derive import record_of_stored
from leadtrace.runtime.gathering import Gatherer
from leadtrace.runtime.handler import Applied, MoreNeededError
from leadtrace.runtime.routing import spoken_of
from leadtrace.store.connection import Connection
from leadtrace.store.entities import EntityRow
from leadtrace.store.generation.tables import is_beside
from leadtrace_attribution.batch import Batch, sort_out
from leadtrace_attribution.crediting import due
from leadtrace_attribution.deals import DealDeriver
from leadtrace_attribution.leads import LeadDeriver
from leadtrace_attribution.notifications import notify
from leadtrace_attribution.store import (
    DEALS,
    LEAD_QUALIFICATION,
    LEAD_QUALIFICATION_REVISION,
    LEADS,
    SCHEMA,
    consumed_until,
    deals_among,
    deals_linked_with,
    linked_leads,
)
from leadtrace_attribution.telling import nothing_due

_ASK_AGAIN_US = 30_000_000
NOTED_LEADS, NOTED_DEALS = "leads", "deals"

Rows = Mapping[UUID, EntityRow]
Facts = Mapping[UUID, list[Fact]]


@dataclass(slots=True)
class Touched:
    """Locked rows of one table, those of them to derive anew, and what arrived for them."""

    locked: Rows = field(default_factory=dict)
    touched: set[UUID] = field(default_factory=set)
    facts: Facts = field(default_factory=dict)
    stays: Facts = field(default_factory=dict)

    def touched_rows(self) -> dict[UUID, EntityRow]:
        """The rows to derive anew."""
        return {one: self.locked[one] for one in sorted(self.touched)}


@dataclass(frozen=True, slots=True)
class Derived:
    """What came of the touched rows, and which of them folded."""

    notes: dict[str, list[UUID]]
    outgoing: list[Outgoing]
    folded: set[UUID]


class AttributionHandler:
    """Derives the outcomes of the leads and deals that a batch touches."""

    topics = (Topic.LEAD_EVENTS.value, Topic.DEAL_EVENTS.value, Topic.LEAD_SCORES.value)

    def __init__(
        self, schedule: Schedule, clock: Clock, days: Days = UTC_DAYS, rates: Rates = NO_RATES
    ) -> None:
        self._lead_gatherer = Gatherer(SCHEMA, LEADS)
        self._deal_gatherer = Gatherer(SCHEMA, DEALS)
        self._version = schedule.version
        self._clock = clock
        self._consumed = self._consumed_asked = 0
        self._leads = LeadDeriver(schedule, clock, days)
        self._deals = DealDeriver(schedule, clock, days, rates)

    async def apply(
        self, connection: Connection, records: Sequence[Record], also: frozenset[UUID]
    ) -> Applied:
        """Take a batch in; `also` are leads to lock beside those that the batch names."""
        batch = sort_out(records, self._version)
        deal_ids = spoken_of(batch.deals) | await deals_among(connection, also)
        linked = batch.linked_leads() | await linked_leads(connection, deal_ids)
        lead_ids = spoken_of(batch.leads) | batch.scores.keys() | linked | also - deal_ids
        leads = await LEADS.lock(connection, lead_ids)
        of_leads = await self._lead_gatherer.gather(connection, batch.leads, leads)
        following = await deals_linked_with(connection, of_leads.routed.bindings)
        deals = await DEALS.lock(connection, deal_ids | following)
        of_deals = await self._deal_gatherer.gather(connection, batch.deals, deals)
        qualified = _take_scores(leads, batch)
        derived = await self._derive(
            connection,
            Touched(leads, {*of_leads.rows, *qualified}, of_leads.facts, of_leads.stays),
            Touched(deals, {*of_deals.rows, *following}, of_deals.facts, of_deals.stays),
        )
        done = [of_leads.counted(derived.folded), of_deals.counted(derived.folded)]
        applied = Applied(derived.notes, derived.outgoing, batch.dead)
        applied.applied = len(qualified) + sum(count for count, _ in done)
        applied.stuck = sum(count for _, count in done)
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
            until = await self._clocks_until(connection, leads)
            derived = await self._derive(connection, Touched(leads, {*leads}), Touched(), until)
        else:
            leads = await LEADS.lock(connection, await linked_leads(connection, ids) | also)
            deals = await DEALS.lock(connection, ids)
            derived = await self._derive(connection, Touched(leads), Touched(deals, {*deals}))
        return Applied(derived.notes, derived.outgoing)

    async def _clocks_until(self, connection: Connection, leads: Rows) -> int | None:
        """Up to when (µs) clocks of these leads are to be told of; None where none has come to anything.

        A contact that was recorded by then and is on its way still would make a breach of what was none.
        """
        now = self._clock.now_us()
        if is_beside(connection) or nothing_due(leads.values(), now):
            return None
        # An older answer only has a clock wait for the next look; page after page would count all events.
        if now - self._consumed_asked > _ASK_AGAIN_US:
            self._consumed, self._consumed_asked = to_micros(await consumed_until(connection)), now
        return self._consumed

    async def noted(self, connection: Connection, kind: str, ids: Sequence[UUID]) -> list[Outgoing]:
        """The outcomes of noted leads or deals as they now stand."""
        table, snapshot = (LEADS, LEAD_CONCLUDED) if kind == NOTED_LEADS else (DEALS, DEAL_CONCLUDED)
        return [record_of_stored(snapshot, stored) for stored in await table.bodies(connection, ids)]

    async def _derive(
        self, connection: Connection, leads: Touched, deals: Touched, clocks_until: int | None = None
    ) -> Derived:
        derived_deals = await self._deals.derive(connection, deals.touched_rows(), deals.facts, deals.stays)
        missing = derived_deals.concerned - leads.locked.keys()
        if missing:
            raise MoreNeededError(frozenset(missing))
        leads.touched |= self._leads.write_deals(leads.locked, derived_deals)
        rows = leads.touched_rows()
        derived_leads = await self._leads.derive(connection, rows, leads.facts, leads.stays)
        if clocks_until is not None:
            self._leads.tell_clocks(rows, derived_leads, clocks_until)
        await notify(connection, derived_leads.told)
        await LEADS.save(connection, list(rows.values()))
        await DEALS.save(connection, list(deals.touched_rows().values()))
        if not is_beside(connection):
            await due.mark(connection, deals=derived_deals.raised, leads=derived_leads.raised)
        return Derived(
            notes={NOTED_LEADS: derived_leads.raised, NOTED_DEALS: derived_deals.raised},
            outgoing=[*derived_leads.outgoing, *derived_deals.outgoing],
            folded=derived_leads.folded | derived_deals.folded,
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
        view = QualificationView(news.band if news.at else None, news.qualifications, news.frozen)
        extras[LEAD_QUALIFICATION] = LeadDeriver.pack_qualification(view)
        moved.append(lead)
    return moved
