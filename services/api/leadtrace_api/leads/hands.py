"""Whose hands a lead was in, and its handovers, as answers tell them."""

from collections.abc import Iterator
from datetime import datetime

from leadtrace.events.custody import Clock, Holding, Offer
from leadtrace.events.snapshots import LeadOutcome
from leadtrace.events.times import from_micros
from leadtrace_api.leads.current import moment
from leadtrace_api.leads.schemas import Hands, LeadOffer
from leadtrace_api.leads.trace_schemas import TraceEntry


def hands_of(holding: Holding) -> Hands:
    """The hands that a holding names."""
    return Hands(
        account=holding.account,
        team=holding.team,
        owner=holding.owner,
        partner=holding.partner,
        since=from_micros(holding.at),
    )


def offer_of(offer: Offer) -> LeadOffer:
    """One handover."""
    return LeadOffer(
        at=from_micros(offer.at),
        opened_by=offer.opened_by,
        terms_version=offer.version,
        route=offer.route,
        team=offer.team,
        owner=offer.owner,
        partner=offer.partner,
        answer=offer.answer,
        answered_at=moment(offer.answered_at),
        answered_by=offer.answered_by,
        reason=offer.reason,
        accept_due_at=_due(offer.accept),
        contacted_at=moment(offer.contact.stopped_at) if offer.contact is not None else None,
        contact_due_at=_due(offer.contact),
        outcome_due_at=_due(offer.outcome),
        ended_as=offer.ended_as,
        ended_at=moment(offer.ended_at),
        end_reason=offer.end_reason,
    )


def hand_entries(outcome: LeadOutcome) -> Iterator[TraceEntry]:
    """The hops of a journey from one pair of hands to the next."""
    for holding in outcome.holdings:
        source, _, event_id = holding.event.partition(" ")
        yield TraceEntry(
            kind="hands",
            at=from_micros(holding.at),
            dwell_s=None,
            source=source or None,
            id=event_id or None,
            hands=hands_of(holding),
        )


def _due(clock: Clock | None) -> datetime | None:
    return None if clock is None or clock.void else from_micros(clock.due_at)
