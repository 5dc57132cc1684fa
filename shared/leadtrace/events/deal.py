"""What happens to a deal: an entity of its own, linked to the lead subjects of its buying group."""

from typing import Annotated

import msgspec

from leadtrace.events.envelope import Number
from leadtrace.events.personal import Personal

EntityId = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


class LeadRef(msgspec.Struct, frozen=True, gc=False):
    """A lead subject as another event names it, with the lead it is bound to."""

    source: str
    subject: str
    lead_id: EntityId
    bindingrev: Number


class DealCreated(msgspec.Struct, frozen=True, omit_defaults=True):
    """A deal was opened."""

    properties: dict[str, str | None] = {}
    personal: Personal = Personal()


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


class DealStageChanged(msgspec.Struct, frozen=True, omit_defaults=True):
    """The deal moved to another open stage of its pipeline, in the CRM's own words."""

    claimed: str
    actor: str | None = None


class DealWon(msgspec.Struct, frozen=True, omit_defaults=True):
    """The deal was won."""

    claimed: str
    actor: str | None = None


class DealLost(msgspec.Struct, frozen=True, omit_defaults=True):
    """The deal was lost, with the reason if one was given."""

    claimed: str
    reason: str | None = None
    actor: str | None = None


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
