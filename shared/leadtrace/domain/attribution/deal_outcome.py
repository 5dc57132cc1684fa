"""A deal's outcome: its fold written as one complete snapshot, its amount divided among its leads."""

from decimal import Decimal, InvalidOperation

import msgspec

from leadtrace.domain.attribution.deal_state import DealState
from leadtrace.domain.attribution.views import DealView
from leadtrace.domain.money import split, to_minor
from leadtrace.events.snapshots import DealOutcome, DealStatus, DefinitionRef, LinkedLead

# An amount with more digits before the point is no deal's, and its minor units would not fit 64 bits.
_INTEGER_DIGITS = 14


def render_deal(state: DealState, *, deal_id: str, definition: DefinitionRef) -> DealOutcome:
    """The body of a deal's snapshot; `state` is left as it is."""
    currency = state.currency or state.default_currency
    amount = _amount(state.amount, currency)
    leads = _divide(amount, _roles(state))
    return DealOutcome(
        deal_id=deal_id,
        definition=definition,
        status=DealStatus.DELETED if state.deleted else state.status,
        created_at=state.first_at if state.created_at is None else state.created_at,
        closed_at=state.closed_at,
        amount=amount,
        currency=currency,
        stage=state.stage,
        reason=state.reason,
        leads=leads,
        flags=_flags(state, amount, currency, leads),
        latest_at=state.latest_at,
    )


def kept_views(outcome: DealOutcome, state: DealState) -> dict[str, DealView]:
    """What each lead keeps of a deal that it is or once was linked to, by lead id."""
    recorded = msgspec.structs.replace(state.recorded)
    former = DealView(outcome.deal_id, outcome.status, 0, recorded=recorded, linked=False)
    views = dict.fromkeys([link.lead_id for link in state.links.values()], former)
    for lead, view in deal_views(outcome).items():
        views[lead] = msgspec.structs.replace(view, recorded=recorded)
    return views


def deal_views(outcome: DealOutcome) -> dict[str, DealView]:
    """What each linked lead is to know of the deal, by lead id."""
    if outcome.created_at is None:
        return {}
    return {
        lead.lead_id: DealView(
            outcome.deal_id,
            outcome.status,
            outcome.created_at,
            outcome.closed_at,
            lead.share,
            outcome.currency,
            outcome.latest_at,
        )
        for lead in outcome.leads
    }


def _amount(text: str | None, currency: str | None) -> int | None:
    if text is None or currency is None:
        return None
    try:
        if Decimal(text).adjusted() >= _INTEGER_DIGITS:
            return None
        return to_minor(text, currency)
    except (InvalidOperation, ValueError):
        return None


def _roles(state: DealState) -> dict[str, str | None]:
    """The role of each linked lead, in lead id order; of several subjects' roles the primary one's."""
    links = [(not link.primary, subject, link) for subject, link in state.links.items() if link.linked]
    links.sort(key=lambda row: row[:2])
    roles: dict[str, str | None] = {}
    for _, _, link in links:
        roles[link.lead_id] = roles.get(link.lead_id) or link.role
    return dict(sorted(roles.items()))


def _divide(amount: int | None, roles: dict[str, str | None]) -> tuple[LinkedLead, ...]:
    if not roles:
        return ()
    shares = split(amount or 0, [1] * len(roles))
    return tuple(
        LinkedLead(lead_id, share, roles[lead_id]) for lead_id, share in zip(roles, shares, strict=True)
    )


def _flags(
    state: DealState, amount: int | None, currency: str | None, leads: tuple[LinkedLead, ...]
) -> tuple[str, ...]:
    raised = {
        "bad_amount": state.amount is not None and currency is not None and amount is None,
        "clock_skew": state.skewed,
        "no_currency": state.amount is not None and currency is None,
        "unhydrated": state.created_at is None and state.first_at is not None,
        "unlinked": not leads,
    }
    return tuple(flag for flag, holds in raised.items() if holds)
