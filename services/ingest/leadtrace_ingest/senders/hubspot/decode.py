"""HubSpot's webhook items as structs, and what makes an item itself.

`attemptNumber`, subscription and app say how an item was delivered, not what it is: they stay outside.
"""

from typing import Annotated

import msgspec

from leadtrace_ingest.senders.drafting import MAX_NAME
from leadtrace_ingest.senders.identity import hash_of_few, identity_of
from leadtrace_ingest.senders.item import Identity, Item
from leadtrace_ingest.senders.reading import read_json

MAX_MERGED = 1_000  # each becomes some 114 bytes of an event

Id = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Name = Annotated[str, msgspec.Meta(max_length=MAX_NAME)]


class HubSpotItem(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """One element of a webhook body; what is not listed here is kept raw in the intake log."""

    event_id: Id
    portal_id: Id
    occurred_at: int | float | str | None = None
    subscription_type: Name = ""
    event_type: Name = ""
    object_id: Id | None = None
    object_type_id: Name | None = None
    property_name: Name | None = None
    property_value: str | None = None
    change_source: Name | None = None
    source_id: Name | int | None = None
    change_flag: Name | None = None
    association_type: Name | None = None
    from_object_id: Id | None = None
    to_object_id: Id | None = None
    from_object_type_id: Name | None = None
    to_object_type_id: Name | None = None
    association_removed: bool | None = None
    is_primary_association: bool | None = None
    primary_object_id: Id | None = None
    merged_object_ids: Annotated[list[Id], msgspec.Meta(max_length=MAX_MERGED)] | None = None
    new_object_id: Id | None = None
    number_of_properties_moved: int | None = None

    @property
    def type(self) -> str:
        """`subscriptionType`; HubSpot's documentation sometimes calls it `eventType`."""
        return self.subscription_type or self.event_type


_ITEM = msgspec.json.Decoder(HubSpotItem)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])


def split(body: bytes) -> list[Item]:
    """The items of a body: the elements of an array, else the whole body as one item."""
    try:
        return [Item(bytes(raw)) for raw in _LIST.decode(body)]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return [Item(body)]


def count(body: bytes) -> int:
    """How many items `split` would give."""
    try:
        return len(_LIST.decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return 1


def decode_item(raw: bytes) -> HubSpotItem:
    """The item of these bytes.

    Raises:
        RefusedError: not an object, a field is missing or holds what it must not.
    """
    return read_json(_ITEM, raw)


def item_identity(sender: str, item: HubSpotItem, occurred_ms: int) -> Identity:
    """Key and comparable part of a readable item."""
    key = (
        item.portal_id,
        item.type,
        item.object_type_id,
        item.object_id,
        item.from_object_type_id,
        item.from_object_id,
        item.to_object_type_id,
        item.to_object_id,
        item.association_type,
        item.association_removed,
        item.primary_object_id,
        item.merged_object_ids,
        item.event_id,
        occurred_ms,
        item.property_name,
        item.property_value,
    )
    comparable = hash_of_few(
        item.change_source,
        item.change_flag,
        item.source_id,
        item.is_primary_association,
        item.new_object_id,
        item.number_of_properties_moved,
    )
    return Identity(identity_of(sender, key).key, comparable)
