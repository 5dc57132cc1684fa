"""HubSpot items for tests: one call makes one item, with only what matters spelt out."""

from typing import Any

import msgspec

from leadtrace.runtime.shipped import shipped_path
from leadtrace_ingest.senders.hubspot.map import HubSpotAdapter
from leadtrace_ingest.senders.item import Draft, ItemResult, Mapped
from leadtrace_ingest.senders.mapping.compiled import load_mapping
from tests.unit.ingest import deliveries

SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
AT_MS = 1_767_312_000_000  # 2026-01-02T00:00:00Z
PORTAL = 33


def item(kind: str, **fields: Any) -> dict[str, Any]:
    """An item of this subscription type about object 501."""
    return {
        "eventId": 1,
        "subscriptionId": 25,
        "portalId": PORTAL,
        "appId": 1160452,
        "occurredAt": AT_MS,
        "subscriptionType": kind,
        "attemptNumber": 0,
        "objectId": 501,
        "changeSource": "CRM_UI",
        **fields,
    }


def contact_property(name: str, value: str | None, **fields: Any) -> dict[str, Any]:
    """One property of contact 501 changed."""
    return item("contact.propertyChange", propertyName=name, propertyValue=value, **fields)


def deal_property(name: str, value: str | None, **fields: Any) -> dict[str, Any]:
    """One property of deal 9001 changed."""
    changed = {"objectId": 9001, "propertyName": name, "propertyValue": value}
    return item("deal.propertyChange", **changed | fields)


def association(kind: str, **fields: Any) -> dict[str, Any]:
    """A link of deal 9001 with contact 501, told from the side that `kind` names."""
    from_deal = kind == "DEAL_TO_CONTACT"
    made = item(
        "deal.associationChange" if from_deal else "contact.associationChange",
        associationType=kind,
        fromObjectId=9001 if from_deal else 501,
        toObjectId=501 if from_deal else 9001,
        associationRemoved=False,
        isPrimaryAssociation=False,
    )
    del made["objectId"]
    return made | fields


def raw(value: object) -> bytes:
    """The item as HubSpot sends it."""
    return msgspec.json.encode(value)


def shipped_adapter(sender: str = "hubspot") -> HubSpotAdapter:
    """The adapter with the shipped mapping, amounts in BRL."""
    mapping = load_mapping(shipped_path("mappings", "hubspot.yaml"), "BRL")
    return HubSpotAdapter(sender, [SECRET.encode()], mapping)


def result_of(value: object) -> ItemResult:
    """What the shipped adapter makes of one item."""
    return deliveries.map_raw(shipped_adapter(), raw(value))


def drafts_of(value: object) -> tuple[Draft, ...]:
    """The drafts of an item that maps."""
    result = result_of(value)
    assert isinstance(result, Mapped), result
    return result.drafts


def told(value: object) -> list[deliveries.Told]:
    """The drafts as (name of the type, subject, data)."""
    return deliveries.told(result_of(value))
