"""Deals: their facts into outcomes, and what each of their leads is to know of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from leadtrace.bus.protocol import Outgoing
from leadtrace.domain.attribution.deal_fold import DealFold
from leadtrace.domain.attribution.deal_outcome import deal_views, render_deal
from leadtrace.domain.attribution.deal_state import DealState, decode_state, encode_state
from leadtrace.domain.attribution.extract import extract_deal
from leadtrace.domain.attribution.views import DealView
from leadtrace.domain.fact import Fact
from leadtrace.events.codec import encode
from leadtrace.events.snapshots import DEAL_CONCLUDED, DefinitionRef
from leadtrace.runtime.absorb import Absorber, Stored
from leadtrace.runtime.clock import Clock
from leadtrace.runtime.derive import record_of_row, revise
from leadtrace.store.connection import Connection
from leadtrace.store.entities import EntityRow
from leadtrace_attribution.store import DEAL_LEADS, DEALS, pack_ids, unpack_ids


@dataclass(slots=True)
class DerivedDeals:
    """What came of a batch's deals.

    `views` holds for each deal what each of its leads is to know; `left` the leads that it was linked to
    before and no longer is.
    """

    raised: list[UUID] = field(default_factory=list)
    outgoing: list[Outgoing] = field(default_factory=list)
    views: dict[UUID, dict[UUID, DealView]] = field(default_factory=dict)
    left: dict[UUID, set[UUID]] = field(default_factory=dict)
    stuck: int = 0

    @property
    def concerned(self) -> set[UUID]:
        """Every lead whose row must be written."""
        return {lead for leads in (*self.views.values(), *self.left.values()) for lead in leads}


class DealDeriver:
    """Folds deal rows and gives them new revisions."""

    def __init__(self, definition: DefinitionRef, clock: Clock) -> None:
        self._definition = definition
        self._clock = clock
        stored: Stored[DealState] = Stored(DealFold(), extract_deal, encode_state, decode_state)
        self._absorber: Absorber[DealState] = Absorber(DEALS, stored)

    async def derive(
        self, connection: Connection, rows: Mapping[UUID, EntityRow], facts: Mapping[UUID, list[Fact]]
    ) -> DerivedDeals:
        """Fold what arrived into locked rows; they are saved by the caller."""
        derived = DerivedDeals()
        states = await self._absorber.absorb(connection, rows, facts)
        for deal, state in states.items():
            self._conclude(rows[deal], state, derived)
        derived.stuck = len(rows) - len(states)
        return derived

    def _conclude(self, row: EntityRow, state: DealState, derived: DerivedDeals) -> None:
        outcome = render_deal(state, deal_id=str(row.entity_id), definition=self._definition)
        views = {UUID(lead): view for lead, view in deal_views(outcome).items()}
        packed = row.extras[DEAL_LEADS]
        before = set(unpack_ids(packed if isinstance(packed, bytes) else None))
        derived.views[row.entity_id] = views
        derived.left[row.entity_id] = before - views.keys()
        row.extras[DEAL_LEADS] = pack_ids(views)
        body = encode(outcome)
        if revise(row, body, version=self._definition.version, now_us=self._clock.now_us()):
            derived.raised.append(row.entity_id)
            derived.outgoing.append(record_of_row(DEAL_CONCLUDED, row))
