"""Deals: their facts into outcomes, and what each of their leads is to know of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias
from uuid import UUID

from leadtrace.bus.protocol import Outgoing
from leadtrace.domain.attribution.deal_fold import DealFold
from leadtrace.domain.attribution.deal_outcome import kept_views, render_deal
from leadtrace.domain.attribution.deal_state import DealState, decode_state, encode_state
from leadtrace.domain.attribution.extract import extract_deal
from leadtrace.domain.attribution.views import DealView
from leadtrace.domain.calendar import UTC_DAYS, Days
from leadtrace.domain.fact import Fact
from leadtrace.events.snapshots import DEAL_CONCLUDED, DefinitionRef
from leadtrace.runtime.absorb import Absorber, Stored
from leadtrace.runtime.clock import Clock
from leadtrace.runtime.derive import body_of, record_of_row, revise
from leadtrace.store.connection import Connection
from leadtrace.store.entities import EntityRow
from leadtrace_attribution.store import DEAL_LEADS, DEALS, pack_ids, unpack_ids

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

    def __init__(self, definition: DefinitionRef, clock: Clock, days: Days = UTC_DAYS) -> None:
        self._definition = definition
        self._clock = clock
        stored: Stored[DealState] = Stored(DealFold(days), extract_deal, encode_state, decode_state)
        self._absorber = Absorber(DEALS, stored, self._render)

    async def derive(
        self, connection: Connection, rows: Mapping[UUID, EntityRow], facts: Mapping[UUID, list[Fact]]
    ) -> DerivedDeals:
        """Fold what arrived into locked rows; they are saved by the caller."""
        derived = DerivedDeals()
        concluded = await self._absorber.absorb(connection, rows, facts)
        for deal, conclusion in concluded.items():
            derived.folded.add(deal)
            if conclusion is not None:
                self._conclude(rows[deal], *conclusion, derived)
        return derived

    def _render(self, row: EntityRow, state: DealState) -> tuple[bytes, Views] | None:
        """Body and views; None for a deal of which nothing but events of unknown types has come."""
        if row.event_count == row.ignored_count:
            return None
        outcome = render_deal(state, deal_id=str(row.entity_id), definition=self._definition)
        views: Views = {UUID(lead): view for lead, view in kept_views(outcome, state).items()}
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
