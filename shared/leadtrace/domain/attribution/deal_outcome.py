"""A deal's outcome: its fold written as one complete snapshot, its amount divided among its leads."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import TypeAlias

import msgspec

from leadtrace.domain.attribution.deal_state import DealState, Link
from leadtrace.domain.attribution.presence import is_gone
from leadtrace.domain.attribution.views import DealView
from leadtrace.domain.money import split, to_minor
from leadtrace.events.snapshots import DealOutcome, DealStatus, DefinitionRef, LinkedLead

# Of linked records, by source and subject: the lead and the revision of the binding.
Homes: TypeAlias = Mapping[tuple[str, str], tuple[str, int]]
_AT_HOME: Homes = MappingProxyType({})
# An amount with more digits before the point is no deal's, and its minor units would not fit 64 bits.
_INTEGER_DIGITS = 14


def render_deal(
    state: DealState,
    *,
    deal_id: str,
    definition: DefinitionRef,
    homes: Homes = _AT_HOME,
) -> DealOutcome:
    """The body of a deal's snapshot; `state` is left as it is.

    `homes` says of linked records that were bound anew to which lead, and by which revision.
    """
    currency = state.currency or state.default_currency
    amount = _amount(state.amount, currency)
    leads = _divide(amount, _roles(state, homes))
    return DealOutcome(
        deal_id=deal_id,
        definition=definition,
        status=DealStatus.DELETED if is_gone(state.records) else state.status,
        created_at=state.first_at if state.created_at is None else state.created_at,
        closed_at=state.closed_at,
        amount=amount,
        currency=currency,
        stage=state.stage,
        reason=state.reason,
        leads=leads,
        unlinked_since=state.unlinked_since,
        flags=_flags(state, amount, currency, leads),
        latest_at=state.latest_at,
    )


def former_view(deal_id: str, state: DealState) -> DealView:
    """What a lead keeps of a deal that it is linked to no more."""
    recorded = msgspec.structs.replace(state.recorded)
    return DealView(deal_id, DealStatus.OPEN, 0, recorded=recorded, linked=False)


def kept_views(outcome: DealOutcome, state: DealState, homes: Homes = _AT_HOME) -> dict[str, DealView]:
    """What each lead keeps of a deal that it is or once was linked to, by lead id."""
    former = former_view(outcome.deal_id, state)
    views = dict.fromkeys(linked_leads(state, homes), former)
    for lead, view in deal_views(outcome).items():
        views[lead] = msgspec.structs.replace(view, recorded=former.recorded)
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


def linked_leads(state: DealState, homes: Homes = _AT_HOME) -> set[str]:
    """Every lead that the deal ever was linked to, as its records are bound now."""
    return {_lead_of(subject, link, homes) for subject, link in state.links.items()}


def absorbed_deal(*, deal_id: str, redirect_to: str, definition: DefinitionRef) -> DealOutcome:
    """The body of a deal whose record belongs to another one now."""
    return DealOutcome(deal_id=deal_id, definition=definition, redirect_to=redirect_to)


def _lead_of(subject: tuple[str, str], link: Link, homes: Homes) -> str:
    home = homes.get(subject)
    return home[0] if home is not None and home[1] >= link.bindingrev else link.lead_id


def _roles(state: DealState, homes: Homes) -> dict[str, str | None]:
    """The role of each linked lead, in lead id order; of several subjects' roles the primary one's."""
    links = [(not link.primary, subject, link) for subject, link in state.links.items() if link.linked]
    links.sort(key=lambda row: row[:2])
    roles: dict[str, str | None] = {}
    for _, subject, link in links:
        lead_id = _lead_of(subject, link, homes)
        roles[lead_id] = roles.get(lead_id) or link.role
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
