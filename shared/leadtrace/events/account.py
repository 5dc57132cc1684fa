"""What happens to an account: the company behind leads and deals."""

import msgspec

from leadtrace.events.personal import Personal
from leadtrace.events.reference import AccountRef, DealRef, LeadRef


class AccountUpdated(msgspec.Struct, frozen=True, omit_defaults=True):
    """The account became known or its properties changed; None clears one."""

    created: bool = False
    properties: dict[str, str | None] = {}
    personal: Personal = Personal()


class AccountLinked(msgspec.Struct, frozen=True, omit_defaults=True):
    """A lead or a deal belongs to the account."""

    lead: LeadRef | None = None
    deal: DealRef | None = None
    role: str | None = None
    primary: bool = False


class AccountUnlinked(msgspec.Struct, frozen=True, omit_defaults=True):
    """A lead or a deal no longer belongs to the account."""

    lead: LeadRef | None = None
    deal: DealRef | None = None


class AccountDeleted(msgspec.Struct, frozen=True, omit_defaults=True):
    """The CRM deleted the record."""

    actor: str | None = None


class AccountRestored(msgspec.Struct, frozen=True, omit_defaults=True):
    """The CRM brought a deleted record back."""

    actor: str | None = None


class AccountMerged(msgspec.Struct, frozen=True, omit_defaults=True):
    """The CRM says that other records were merged into this one."""

    absorbed: tuple[AccountRef, ...]
    actor: str | None = None


class AccountSplit(msgspec.Struct, frozen=True, omit_defaults=True):
    """Other records are not this company: undoes a merge that was wrong."""

    apart: tuple[AccountRef, ...]
    reason: str | None = None
    actor: str | None = None


class AccountStale(msgspec.Struct, frozen=True, omit_defaults=True):
    """Changes of the record were missed: what is known of it may be out of date; `change` says which kind."""

    change: str
