"""Leads: their own facts, their deals and their score's verdicts into outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

import msgspec

from leadtrace.bus.protocol import Outgoing
from leadtrace.domain.attribution.extract import extract_lead
from leadtrace.domain.attribution.lead_fold import LeadFold
from leadtrace.domain.attribution.lead_outcome import absorbed_lead, render_lead
from leadtrace.domain.attribution.lead_state import LeadState, decode_state, encode_state
from leadtrace.domain.attribution.recorded import together
from leadtrace.domain.attribution.views import DealView, QualificationView
from leadtrace.domain.calendar import UTC_DAYS, Days
from leadtrace.domain.fact import Fact
from leadtrace.events.snapshots import LEAD_CONCLUDED, DefinitionRef
from leadtrace.runtime.absorb import Absorber, Stored
from leadtrace.runtime.clock import Clock
from leadtrace.runtime.derive import body_of, record_of_row, revise
from leadtrace.store.connection import Connection
from leadtrace.store.entities import EntityRow
from leadtrace_attribution.deals import DerivedDeals
from leadtrace_attribution.store import LEAD_DEALS, LEAD_QUALIFICATION, LEADS

_pack = msgspec.msgpack.Encoder(order="sorted").encode
_DEALS = msgspec.msgpack.Decoder(dict[str, DealView | None])
_QUALIFICATION = msgspec.msgpack.Decoder(QualificationView)


@dataclass(slots=True)
class DerivedLeads:
    """What came of the leads of a batch."""

    folded: set[UUID] = field(default_factory=set)
    raised: list[UUID] = field(default_factory=list)
    outgoing: list[Outgoing] = field(default_factory=list)


class LeadDeriver:
    """Folds lead rows and gives them new revisions."""

    def __init__(self, definition: DefinitionRef, clock: Clock, days: Days = UTC_DAYS) -> None:
        self._definition = definition
        self._clock = clock
        stored: Stored[LeadState] = Stored(LeadFold(days), extract_lead, encode_state, decode_state)
        self._absorber = Absorber(LEADS, stored, self._render)

    @staticmethod
    def pack_qualification(view: QualificationView) -> bytes:
        """The verdicts as a lead row keeps them."""
        return _pack(view)

    def write_deals(self, leads: Mapping[UUID, EntityRow], derived: DerivedDeals) -> set[UUID]:
        """Write what each lead is to know of its deals into its row; the leads for which that changed."""
        held = {lead: _deals_of(leads[lead]) for lead in derived.concerned}
        changed: set[UUID] = set()
        for deal_id, views in derived.views.items():
            deal = str(deal_id)
            for lead, view in views.items():
                if deal not in held[lead] or held[lead][deal] != view:
                    held[lead][deal] = view
                    changed.add(lead)
        for lead in changed:
            leads[lead].extras[LEAD_DEALS] = _pack(held[lead])
        return changed

    async def derive(
        self,
        connection: Connection,
        rows: Mapping[UUID, EntityRow],
        facts: Mapping[UUID, list[Fact]],
        stays: Mapping[UUID, list[Fact]],
    ) -> DerivedLeads:
        """Fold what arrived into locked rows; they are saved by the caller."""
        derived = DerivedLeads()
        bodies = await self._absorber.absorb(connection, rows, facts, stays)
        for lead, body in bodies.items():
            derived.folded.add(lead)
            if body is not None:
                self._conclude(rows[lead], body, derived)
        return derived

    def _render(self, row: EntityRow, state: LeadState) -> bytes | None:
        """The body; None for a lead of which nothing but a score or events of unknown types has come."""
        lead_id = str(row.entity_id)
        if row.redirect_to is not None:
            moved_to = str(row.redirect_to)
            known = together([state.recorded])
            return body_of(
                absorbed_lead(lead_id=lead_id, redirect_to=moved_to, definition=self._definition, known=known)
            )
        deals = _deals_of(row)
        if row.event_count == row.ignored_count and not deals and row.body_hash is None:
            return None
        packed = row.extras[LEAD_QUALIFICATION]
        outcome = render_lead(
            state,
            lead_id=lead_id,
            deals=[view for view in deals.values() if view is not None],
            qualification=_QUALIFICATION.decode(packed) if isinstance(packed, bytes) else None,
            definition=self._definition,
        )
        return body_of(outcome)

    def _conclude(self, row: EntityRow, body: bytes, derived: DerivedLeads) -> None:
        if revise(row, body, version=self._definition.version, now_us=self._clock.now_us()):
            derived.raised.append(row.entity_id)
            derived.outgoing.append(record_of_row(LEAD_CONCLUDED, row))


def _deals_of(row: EntityRow) -> dict[str, DealView | None]:
    """The deals that the lead is linked to, and as None those that it was linked to."""
    packed = row.extras[LEAD_DEALS]
    return _DEALS.decode(packed) if isinstance(packed, bytes) else {}
