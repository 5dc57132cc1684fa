"""How an event names another record: by its own subject, and by the entity that this is bound to."""

from typing import Annotated, TypeAlias

import msgspec

from leadtrace.events.envelope import Number

EntityId: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


class LeadRef(msgspec.Struct, frozen=True, gc=False):
    """A lead subject as another event names it, with the lead it is bound to."""

    source: str
    subject: str
    lead_id: EntityId
    bindingrev: Number


class DealRef(msgspec.Struct, frozen=True, gc=False):
    """A deal subject as another event names it, with the deal it is bound to."""

    source: str
    subject: str
    deal_id: EntityId
    bindingrev: Number


class AccountRef(msgspec.Struct, frozen=True, gc=False):
    """An account subject as another event names it, with the account it is bound to."""

    source: str
    subject: str
    account_id: EntityId
    bindingrev: Number
