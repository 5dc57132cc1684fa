"""Deals: their facts into outcomes, and what each of their leads is to know of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias
from uuid import UUID

from leadtrace.bus.protocol import Outgoing
from leadtrace.domain.attribution.deal_fold import DealFold
from leadtrace.domain.attribution.deal_outcome import (
    Homes,
    absorbed_deal,
    deal_views,
    linked_leads,
    render_deal,
)
from leadtrace.domain.attribution.deal_state import DealState, decode_state, encode_state
from leadtrace.domain.attribution.extract import extract_deal
from leadtrace.domain.attribution.views import DealView
from leadtrace.domain.fact import Fact
from leadtrace.events.snapshots import DEAL_CONCLUDED, DefinitionRef
from leadtrace.runtime.absorb import Absorber, Stored
from leadtrace.runtime.clock import Clock
from leadtrace.runtime.derive import body_of, record_of_row, revise
from leadtrace.store.bindings import BindingStore
from leadtrace.store.connection import Connection
from leadtrace.store.entities import EntityRow
from leadtrace_attribution.batch import LINKS
from leadtrace_attribution.store import (
    DEAL_LEADS,
    DEALS,
    SCHEMA,
    keep_links,
    pack_ids,
    records_linked_with,
    unpack_ids,
)

Views: TypeAlias = dict[UUID, DealView | None]


@dataclass(slots=True)
class DerivedDeals:
    """What came of a batch's deals.

    `views` holds for each deal what each lead that it ever was linked to is to know; None where it no longer
    is. A lead remembers that too, so that link and unlink in one batch leave what they leave in two.
    """

    folded: set[UUID] = field(default_factory=set)
    raised: list[UUID] = field(default_factory=list)
    outgoing: list[Outgoing] = field(default_factory=list)
    views: dict[UUID, Views] = field(default_factory=dict)

    @property
    def concerned(self) -> set[UUID]:
        """Every lead whose row must be locked."""
        return {lead for leads in self.views.values() for lead in leads}


class DealDeriver:
    """Folds deal rows and gives them new revisions."""

    def __init__(self, definition: DefinitionRef, clock: Clock) -> None:
        self._definition = definition
        self._clock = clock
        self._bindings = BindingStore(SCHEMA)

    async def derive(
        self,
        connection: Connection,
        rows: Mapping[UUID, EntityRow],
        facts: Mapping[UUID, list[Fact]],
        stays: Mapping[UUID, list[Fact]],
    ) -> DerivedDeals:
        """Fold what arrived into locked rows; they are saved by the caller."""
        derived = DerivedDeals()
        homes = await self._homes(connection, rows, facts)
        stored = Stored(DealFold(), extract_deal, encode_state, decode_state)
        absorber = Absorber(DEALS, stored, partial(self._render, homes))
        concluded = await absorber.absorb(connection, rows, facts, stays)
        for deal, conclusion in concluded.items():
            derived.folded.add(deal)
            if conclusion is not None:
                self._conclude(rows[deal], *conclusion, derived)
        return derived

    async def _homes(
        self, connection: Connection, rows: Mapping[UUID, EntityRow], facts: Mapping[UUID, list[Fact]]
    ) -> Homes:
        """Where the records are now that the deals are or will be linked with."""
        links = {
            (deal, (str(fact.values[0]), str(fact.values[1])))
            for deal, some in facts.items()
            for fact in some
            if fact.code in LINKS
        }
        await keep_links(connection, links)
        names = await records_linked_with(connection, rows)
        held = await self._bindings.read(connection, names)
        return {name: (str(one.entity), one.revision) for name, one in held.items()}

    def _render(self, homes: Homes, row: EntityRow, state: DealState) -> tuple[bytes, Views] | None:
        """Body and views; None for a deal of which nothing but events of unknown types has come."""
        deal_id = str(row.entity_id)
        if row.redirect_to is not None:
            moved_to = str(row.redirect_to)
            return body_of(
                absorbed_deal(deal_id=deal_id, redirect_to=moved_to, definition=self._definition)
            ), {}
        if row.event_count == row.ignored_count and row.body_hash is None:
            return None
        outcome = render_deal(state, deal_id=deal_id, definition=self._definition, homes=homes)
        views: Views = {UUID(lead): None for lead in linked_leads(state, homes)}
        views |= {UUID(lead): view for lead, view in deal_views(outcome).items()}
        return body_of(outcome), views

    def _conclude(self, row: EntityRow, body: bytes, views: Views, derived: DerivedDeals) -> None:
        packed = row.extras[DEAL_LEADS]
        before = unpack_ids(packed if isinstance(packed, bytes) else None)
        views = {**dict.fromkeys(before), **views}
        derived.views[row.entity_id] = views
        row.extras[DEAL_LEADS] = pack_ids(views)
        if revise(row, body, version=self._definition.version, now_us=self._clock.now_us()):
            derived.raised.append(row.entity_id)
            derived.outgoing.append(record_of_row(DEAL_CONCLUDED, row))
