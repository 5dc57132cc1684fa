"""Leads: their own facts, their deals and their score's verdicts into outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias
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
from leadtrace.domain.definitions.canonical import reference_to
from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.domain.fact import Fact
from leadtrace.events.snapshots import LEAD_CONCLUDED, LeadOutcome
from leadtrace.runtime.absorb import Absorber, Stored
from leadtrace.runtime.attribution_terms import attribution_terms_by
from leadtrace.runtime.clock import Clock
from leadtrace.runtime.derive import body_of, record_of_row, revise
from leadtrace.runtime.handover_terms import terms_by
from leadtrace.store.connection import Connection
from leadtrace.store.entities import EntityRow
from leadtrace.store.generation.tables import is_beside
from leadtrace_attribution.deals import DerivedDeals
from leadtrace_attribution.notifications import Notification
from leadtrace_attribution.store import LEAD_DEALS, LEAD_QUALIFICATION, LEADS
from leadtrace_attribution.telling import tell, tell_due, tell_nothing

_pack = msgspec.msgpack.Encoder(order="sorted").encode
_DEALS = msgspec.msgpack.Decoder(dict[str, DealView | None])
_QUALIFICATION = msgspec.msgpack.Decoder(QualificationView)


# An outcome, and its body.
Concluded: TypeAlias = tuple[LeadOutcome, bytes]


@dataclass(slots=True)
class DerivedLeads:
    """What came of the leads of a batch."""

    folded: set[UUID] = field(default_factory=set)
    raised: list[UUID] = field(default_factory=list)
    outgoing: list[Outgoing] = field(default_factory=list)
    outcomes: dict[UUID, LeadOutcome] = field(default_factory=dict)
    told: list[Notification] = field(default_factory=list)


class LeadDeriver:
    """Folds lead rows and gives them new revisions."""

    def __init__(self, schedule: Schedule, clock: Clock, days: Days = UTC_DAYS) -> None:
        self._definition = reference_to(schedule.current)
        self._terms = terms_by(schedule)
        self._channel_of = attribution_terms_by(schedule).channel_of
        self._since = schedule.since
        self._clock = clock
        stored: Stored[LeadState] = Stored(LeadFold(days), extract_lead, encode_state, decode_state)
        self._absorber = Absorber(LEADS, stored, self._render)

    @staticmethod
    def pack_qualification(view: QualificationView) -> bytes:
        """The verdicts as a lead row keeps them: as ever where the definitions never changed."""
        fields = msgspec.structs.astuple(view)
        return _pack(fields if view.frozen else fields[:-1])

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
        concluded = await self._absorber.absorb(connection, rows, facts, stays)
        for lead, one in concluded.items():
            derived.folded.add(lead)
            if one is not None:
                outcome, body = one
                derived.outcomes[lead] = outcome
                self._tell(connection, rows[lead], outcome, derived)
                self._conclude(rows[lead], body, derived)
        return derived

    def _tell(
        self, connection: Connection, row: EntityRow, outcome: LeadOutcome, derived: DerivedLeads
    ) -> None:
        # Rows beside the live ones know a part of everything while they are filled.
        if self._since is None or is_beside(connection):
            tell_nothing(row, outcome)
        else:
            derived.told += tell(row, outcome, self._since)

    def tell_clocks(self, rows: Mapping[UUID, EntityRow], derived: DerivedLeads, until: int) -> None:
        """Tell what clocks came to up to a moment (µs)."""
        for lead, outcome in derived.outcomes.items():
            derived.told += tell_due(rows[lead], outcome, until)

    def _render(self, row: EntityRow, state: LeadState) -> Concluded | None:
        """Outcome and body; None for one of which nothing but a score or events of unknown types has come."""
        lead_id = str(row.entity_id)
        if row.redirect_to is not None:
            moved_to = str(row.redirect_to)
            known = together([state.recorded])
            return _concluded(
                absorbed_lead(lead_id=lead_id, redirect_to=moved_to, definition=self._definition, known=known)
            )
        deals = _deals_of(row)
        if row.event_count == row.ignored_count and not any(deals.values()) and row.body_hash is None:
            return None
        packed = row.extras[LEAD_QUALIFICATION]
        outcome = render_lead(
            state,
            lead_id=lead_id,
            deals=[view for view in deals.values() if view is not None],
            qualification=_QUALIFICATION.decode(packed) if isinstance(packed, bytes) else None,
            definition=self._definition,
            terms=self._terms,
            channel_of=self._channel_of,
        )
        return _concluded(outcome)

    def _conclude(self, row: EntityRow, body: bytes, derived: DerivedLeads) -> None:
        if revise(row, body, version=self._definition.version, now_us=self._clock.now_us()):
            derived.raised.append(row.entity_id)
            derived.outgoing.append(record_of_row(LEAD_CONCLUDED, row))


def _concluded(outcome: LeadOutcome) -> Concluded:
    return outcome, body_of(outcome)


def _deals_of(row: EntityRow) -> dict[str, DealView | None]:
    """The deals that the lead is linked to, and as None those that it was linked to."""
    packed = row.extras[LEAD_DEALS]
    return _DEALS.decode(packed) if isinstance(packed, bytes) else {}
