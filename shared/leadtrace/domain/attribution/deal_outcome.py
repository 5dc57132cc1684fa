"""A deal's outcome: its fold written as one complete snapshot, its amount divided among its leads."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

import msgspec

from leadtrace.domain.attribution.deal_state import DealState, Link
from leadtrace.domain.attribution.ledger import Ledger, Win, divide, keep_ledger, read_amount
from leadtrace.domain.attribution.presence import is_gone
from leadtrace.domain.attribution.views import LONGEST_REASON, DealView
from leadtrace.domain.money import split
from leadtrace.domain.rates import NO_RATES, Rates
from leadtrace.events.money import MoneyKind
from leadtrace.events.snapshots import DealOutcome, DealStatus, DefinitionRef, LinkedLead

# Of linked records, by source and subject: the lead and the revision of the binding.
Homes: TypeAlias = Mapping[tuple[str, str], tuple[str, int]]
_AT_HOME: Homes = MappingProxyType({})
# The contact weights of leads by their roles in a deal.
Weigh: TypeAlias = Callable[[Sequence[str | None]], Sequence[int]]


def equally(roles: Sequence[str | None]) -> Sequence[int]:
    """Everybody counts the same."""
    return [1] * len(roles)


def render_deal(
    state: DealState,
    *,
    deal_id: str,
    definition: DefinitionRef,
    homes: Homes = _AT_HOME,
    rates: Rates = NO_RATES,
    weigh: Weigh = equally,
) -> DealOutcome:
    """The body of a deal's snapshot; `state` is left as it is.

    `homes` says of linked records that were bound anew to which lead, and by which revision; `weigh` by which
    weights the deal is divided among leads of these roles.
    """
    currency = state.currency or state.default_currency
    amount = read_amount(state.amount, currency)
    status = DealStatus.DELETED if is_gone(state.records) else state.status
    ledger = _ledger(state, status, Win(state.closed_at or 0, amount or 0, currency), rates)
    told = _is_told(ledger)
    net = ledger.left.get(currency, 0) if told and currency is not None else None
    leads = _divide(amount if net is None else net, _roles(state, homes), weigh)
    return DealOutcome(
        deal_id=deal_id,
        definition=definition,
        status=status,
        created_at=state.first_at if state.created_at is None else state.created_at,
        closed_at=state.closed_at,
        amount=amount,
        currency=currency,
        stage=state.stage,
        reason=state.reason,
        leads=leads,
        unlinked_since=state.unlinked_since,
        flags=_flags(state, amount, currency, leads) + _money_flags(state, status, ledger),
        latest_at=state.latest_at,
        refunded=ledger.refunded(currency),
        net=net,
        bookings=tuple(ledger.bookings) if told else (),
    )


def former_view(deal_id: str, state: DealState) -> DealView:
    """What a lead keeps of a deal that it is linked to no more."""
    recorded = msgspec.structs.replace(state.recorded)
    return DealView(deal_id, DealStatus.OPEN, 0, recorded=recorded, linked=False)


def kept_views(
    outcome: DealOutcome, state: DealState, homes: Homes = _AT_HOME, weigh: Weigh = equally
) -> dict[str, DealView]:
    """What each lead keeps of a deal that it is or once was linked to, by lead id."""
    former = former_view(outcome.deal_id, state)
    views = dict.fromkeys(linked_leads(state, homes), former)
    for lead, view in deal_views(outcome, weigh).items():
        views[lead] = msgspec.structs.replace(view, recorded=former.recorded)
    return views


def deal_views(outcome: DealOutcome, weigh: Weigh = equally) -> dict[str, DealView]:
    """What each linked lead is to know of the deal, by lead id."""
    if outcome.created_at is None:
        return {}
    bookings = divide(outcome.bookings, weigh([lead.role for lead in outcome.leads]))
    return {
        lead.lead_id: DealView(
            outcome.deal_id,
            outcome.status,
            outcome.created_at,
            outcome.closed_at,
            lead.share,
            outcome.currency,
            outcome.latest_at,
            bookings=tuple(own),
            reason=outcome.reason[:LONGEST_REASON] if outcome.reason else None,
        )
        for lead, own in zip(outcome.leads, bookings, strict=True)
    }


def is_foreign(outcome: DealOutcome, rates: Rates) -> bool:
    """Whether a won deal brings money in another currency than the one reported in."""
    currencies: set[str | None] = {one.currency for one in outcome.bookings} or {outcome.currency}
    won = outcome.status == DealStatus.WON
    return won and any(one is not None and rates.is_foreign(one) for one in currencies)


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


def _divide(amount: int | None, roles: dict[str, str | None], weigh: Weigh) -> tuple[LinkedLead, ...]:
    if not roles:
        return ()
    shares = split(amount or 0, weigh(list(roles.values())))
    return tuple(
        LinkedLead(lead_id, share, roles[lead_id]) for lead_id, share in zip(roles, shares, strict=True)
    )


def _ledger(state: DealState, status: DealStatus, win: Win, rates: Rates) -> Ledger:
    """What a won deal brings; of all others nothing is booked."""
    return keep_ledger(win, state.money, rates) if status == DealStatus.WON else Ledger()


def _is_told(ledger: Ledger) -> bool:
    """Whether there is more to tell than that all of the amount came as it was won."""
    return any(one.kind is not MoneyKind.WIN or one.counted_in != one.currency for one in ledger.bookings)


def _money_flags(state: DealState, status: DealStatus, ledger: Ledger) -> tuple[str, ...]:
    pending = any(one.kind == MoneyKind.REFUND for one in state.money)
    raised = set(ledger.flags)
    if state.money_truncated:
        raised.add("money_truncated")
    if state.refunds_void or (pending and status != DealStatus.WON):
        raised.add("refund_without_win")
    return tuple(sorted(raised))


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
