"""Which object of the mapping an item is about: by the type's own word, or by the id of the object's type."""

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import IgnoredError, RefusedError, shown
from leadtrace_ingest.senders.hubspot.decode import HubSpotItem
from leadtrace_ingest.senders.mapping.compiled import Mapping

GENERIC = "object"
KNOWN = ("contact", "company", "deal", "ticket", "product", "line_item")
# HubSpot's ids of its own object types; those of custom objects begin with `2-`.
_BY_TYPE_ID = {
    "0-1": "contact",
    "0-2": "company",
    "0-3": "deal",
    "0-5": "ticket",
    "0-7": "product",
    "0-8": "line_item",
}
_ASSOCIATION = "_TO_"


def object_of(item: HubSpotItem, word: str, mapping: Mapping) -> str:
    """The mapping's object for the first part of a subscription type.

    Raises:
        IgnoredError: HubSpot has the object and the mapping says nothing of it.
        RefusedError: it is a custom object that the mapping does not know, or its type is missing.
    """
    name = named(item.object_type_id, "objectTypeId") if word == GENERIC else word
    if name in mapping.objects:
        return name
    if name in KNOWN:
        raise IgnoredError(Reason.OBJECT_IGNORED)
    raise RefusedError(Reason.UNMAPPED_OBJECT, f"objectTypeId: the mapping has no object {shown(name)}")


def named(type_id: str | None, field: str) -> str:
    """The name of an object type: HubSpot's own word, or the id itself for a custom object.

    Raises:
        RefusedError: it is missing.
    """
    if not type_id:
        raise RefusedError(Reason.INVALID_ITEM, f"{field}: required for object.*")
    return _BY_TYPE_ID.get(type_id, type_id)


def associated(item: HubSpotItem) -> tuple[str, str]:
    """The objects that an association goes from and to.

    Raises:
        RefusedError: the item does not say.
    """
    if item.from_object_type_id and item.to_object_type_id:
        return (
            named(item.from_object_type_id, "fromObjectTypeId"),
            named(item.to_object_type_id, "toObjectTypeId"),
        )
    if not item.association_type:
        raise RefusedError(Reason.INVALID_ITEM, f"associationType: required for {item.type}")
    one, between, other = item.association_type.partition(_ASSOCIATION)
    if not between:
        raise IgnoredError(Reason.UNSUPPORTED_ASSOCIATION)
    return one.lower(), other.lower()
