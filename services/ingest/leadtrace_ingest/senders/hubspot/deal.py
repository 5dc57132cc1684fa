"""What HubSpot's deal items mean: stages, wins and losses, amounts, and links to contacts."""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from leadtrace.events.deal import (
    DealCreated,
    DealDeleted,
    DealLost,
    DealRestored,
    DealStageChanged,
    DealUpdated,
    DealWon,
)
from leadtrace.events.personal import Personal
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.hubspot.contact import Drafts, personal_of
from leadtrace_ingest.senders.hubspot.drafting import CONTACT, Drafting, IgnoredError, RefusedError, shown
from leadtrace_ingest.senders.hubspot.mapping import Mapping, period_at
from leadtrace_ingest.senders.hubspot.mapping_file import DealVerdict, Meaning, PropertyRule
from leadtrace_ingest.senders.item import LinkedSubject

DEAL_TO_CONTACT = "DEAL_TO_CONTACT"
CONTACT_TO_DEAL = "CONTACT_TO_DEAL"
_CURRENCY = re.compile(r"[A-Z]{3}")
_LARGEST_AMOUNT = Decimal(10) ** 18
_MOST_DECIMALS = 12
_LONGEST_AMOUNT = 64


def on_creation(drafting: Drafting, _: Mapping) -> Drafts:
    """The deal was opened."""
    return (drafting.deal(DealCreated()),)


def on_deletion(drafting: Drafting, _: Mapping) -> Drafts:
    """The deal was deleted in the CRM."""
    return (drafting.deal(DealDeleted(actor=drafting.actor)),)


def on_restore(drafting: Drafting, _: Mapping) -> Drafts:
    """The deal was brought back."""
    return (drafting.deal(DealRestored(actor=drafting.actor)),)


def on_association_change(drafting: Drafting, _: Mapping) -> Drafts:
    """A deal and a contact were linked or unlinked, told from either side."""
    item = drafting.item
    if item.from_object_id is None or item.to_object_id is None:
        missing = "fromObjectId" if item.from_object_id is None else "toObjectId"
        raise RefusedError(Reason.INVALID_ITEM, f"{missing}: required for {item.type}")
    match item.association_type:
        case "DEAL_TO_CONTACT":
            deal_id, contact_id = item.from_object_id, item.to_object_id
        case "CONTACT_TO_DEAL":
            deal_id, contact_id = item.to_object_id, item.from_object_id
        case None | "":
            raise RefusedError(Reason.INVALID_ITEM, f"associationType: required for {item.type}")
        case other:
            raise RefusedError(Reason.UNSUPPORTED_ASSOCIATION, f"associationType: {shown(other)}")
    contact = LinkedSubject(
        CONTACT,
        str(contact_id),
        removed=bool(item.association_removed),
        primary=bool(item.is_primary_association),
    )
    return (drafting.link(deal_id, contact),)


def on_property_change(drafting: Drafting, mapping: Mapping) -> Drafts:
    """One property changed; what it means is in the mapping file."""
    name = drafting.item.property_name
    if not name:
        raise RefusedError(Reason.INVALID_ITEM, "propertyName: required for deal.propertyChange")
    rule = mapping.deal.get(name)
    if rule is None:
        return (drafting.deal(DealUpdated(personal=Personal(other={name: drafting.text}))),)
    return _MEANINGS[rule.means](drafting, mapping, rule)


def _stage(drafting: Drafting, mapping: Mapping, _: PropertyRule) -> Drafts:
    claimed = drafting.name()
    period = period_at(mapping.deal_stages.get(claimed), drafting.time)
    if period is None:
        raise RefusedError(
            Reason.UNMAPPED_STAGE,
            f"deal_stages has no row for {shown(claimed)} at {drafting.time:%Y-%m-%d}",
        )
    match period.value:
        case DealVerdict.WON:
            return (drafting.deal(DealWon(claimed=claimed, actor=drafting.actor)),)
        case DealVerdict.LOST:
            return (drafting.deal(DealLost(claimed=claimed, actor=drafting.actor)),)
        case DealVerdict.OPEN:
            return (drafting.deal(DealStageChanged(claimed=claimed, actor=drafting.actor)),)
        case DealVerdict.IGNORED:
            raise IgnoredError(Reason.STAGE_IGNORED)


def _amount(drafting: Drafting, mapping: Mapping, _: PropertyRule) -> Drafts:
    amount = plain_decimal(drafting.text.strip())
    return (drafting.deal(DealUpdated(amount=amount, default_currency=mapping.default_currency)),)


def plain_decimal(text: str) -> str:
    """A decimal number without exponent, its digits kept; empty stays empty.

    Raises:
        RefusedError: it is no decimal number, or beyond what money is kept in.
    """
    if not text:
        return ""
    try:
        number = Decimal(text) if len(text) <= _LONGEST_AMOUNT and text.isascii() else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or "_" in text:
        raise RefusedError(Reason.INVALID_ITEM, "propertyValue: an amount must be a decimal number")
    exponent = number.as_tuple().exponent
    if abs(number) >= _LARGEST_AMOUNT or not isinstance(exponent, int) or exponent < -_MOST_DECIMALS:
        raise RefusedError(
            Reason.INVALID_ITEM,
            f"propertyValue: an amount has at most 18 digits and {_MOST_DECIMALS} decimals",
        )
    return f"{number:f}"


def _currency(drafting: Drafting, _: Mapping, __: PropertyRule) -> Drafts:
    code = drafting.name().upper()
    if not _CURRENCY.fullmatch(code):
        raise RefusedError(Reason.INVALID_ITEM, "propertyValue: a currency is an ISO 4217 code of 3 letters")
    return (drafting.deal(DealUpdated(currency=code)),)


def _property(drafting: Drafting, _: Mapping, rule: PropertyRule) -> Drafts:
    return (drafting.deal(DealUpdated(properties={str(rule.name): drafting.text or None})),)


def _personal(drafting: Drafting, _: Mapping, rule: PropertyRule) -> Drafts:
    return (drafting.deal(DealUpdated(personal=personal_of(str(rule.name), drafting.text))),)


def _ignored(_: Drafting, __: Mapping, ___: PropertyRule) -> Drafts:
    raise IgnoredError(Reason.PROPERTY_IGNORED)


_MEANINGS: dict[Meaning, Callable[[Drafting, Mapping, PropertyRule], Drafts]] = {
    Meaning.STAGE: _stage,
    Meaning.AMOUNT: _amount,
    Meaning.CURRENCY: _currency,
    Meaning.PROPERTY: _property,
    Meaning.PERSONAL: _personal,
    Meaning.IGNORED: _ignored,
}
