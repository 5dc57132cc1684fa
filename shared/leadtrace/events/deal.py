"""What happens to a deal: an entity of its own, linked to the lead subjects of its buying group."""

from enum import StrEnum

import msgspec

from leadtrace.events.personal import Personal
from leadtrace.events.reference import DealRef, LeadRef


class DealCreated(msgspec.Struct, frozen=True, omit_defaults=True):
    """A deal was opened."""

    properties: dict[str, str | None] = {}
    personal: Personal = Personal()
    bulk: bool = False
    origin: str | None = None


class DealUpdated(msgspec.Struct, frozen=True, omit_defaults=True):
    """Properties of a deal changed.

    `amount` is a decimal number as text (None leaves it, "" clears it); `currency` an ISO 4217 code,
    `default_currency` the one that the mapping assumes while no event has named another.
    """

    amount: str | None = None
    currency: str | None = None
    default_currency: str | None = None
    properties: dict[str, str | None] = {}
    personal: Personal = Personal()
    bulk: bool = False
    origin: str | None = None


class DealStageChanged(msgspec.Struct, frozen=True, omit_defaults=True):
    """The deal moved to another open stage of its pipeline, in the CRM's own words.

    `asserted` says that a record as it stands was read, not a change seen: it never undoes a change.
    `bulk` and `origin` as for a lead's stage: many records at once, and what changed them.
    """

    claimed: str
    actor: str | None = None
    asserted: bool = False
    bulk: bool = False
    origin: str | None = None


class DealWon(msgspec.Struct, frozen=True, omit_defaults=True):
    """The deal was won; `asserted` as for a stage."""

    claimed: str
    actor: str | None = None
    asserted: bool = False
    bulk: bool = False
    origin: str | None = None


class DealLost(msgspec.Struct, frozen=True, omit_defaults=True):
    """The deal was lost, with the reason if one was given; `asserted` as for a stage."""

    claimed: str
    reason: str | None = None
    actor: str | None = None
    asserted: bool = False
    bulk: bool = False
    origin: str | None = None


class DealDeleted(msgspec.Struct, frozen=True, omit_defaults=True):
    """The CRM deleted the deal: it counts nowhere until it is restored."""

    actor: str | None = None


class DealRestored(msgspec.Struct, frozen=True, omit_defaults=True):
    """The CRM brought a deleted deal back."""

    actor: str | None = None


class DealLinked(msgspec.Struct, frozen=True, omit_defaults=True):
    """A lead subject belongs to the deal's buying group."""

    lead: LeadRef
    role: str | None = None
    primary: bool = False


class DealUnlinked(msgspec.Struct, frozen=True, omit_defaults=True):
    """A lead subject no longer belongs to the deal's buying group."""

    lead: LeadRef
    role: str | None = None


class DealReopened(msgspec.Struct, frozen=True, omit_defaults=True):
    """A deal that had ended is open again, in the CRM's own words."""

    claimed: str
    actor: str | None = None
    bulk: bool = False
    origin: str | None = None


class DealRefunded(msgspec.Struct, frozen=True, omit_defaults=True):
    """Money of a won deal was paid back: `amount` is a decimal number as text, `currency` ISO 4217.

    Without an amount all of it was, without a currency in that of the deal.
    """

    amount: str | None = None
    currency: str | None = None
    reason: str | None = None
    actor: str | None = None


class DealMerged(msgspec.Struct, frozen=True, omit_defaults=True):
    """The CRM says that other records were merged into this one."""

    absorbed: tuple[DealRef, ...]
    actor: str | None = None


class DealSplit(msgspec.Struct, frozen=True, omit_defaults=True):
    """Other records are not this deal: undoes a merge that was wrong."""

    apart: tuple[DealRef, ...]
    reason: str | None = None
    actor: str | None = None


class DealStale(msgspec.Struct, frozen=True, omit_defaults=True):
    """Changes of the record were missed: what is known of it may be out of date; `change` says which kind."""

    change: str


class RevenueKind(StrEnum):
    """What happened to the revenue of a customer after the first sale."""

    RENEWAL = "renewal"
    EXPANSION = "expansion"
    CHURN = "churn"


class RevenueRecorded(msgspec.Struct, frozen=True, omit_defaults=True):
    """Revenue of a deal's customer was renewed, expanded or lost: `amount` is a decimal number as text."""

    kind: RevenueKind
    amount: str
    currency: str
    actor: str | None = None
