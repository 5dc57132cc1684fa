"""HubSpot events of single contacts, small enough to be read in a test."""

import json
from typing import Any

EVENT_MS = 1_760_000_000_000


def creation(contact: int, **more: object) -> dict[str, Any]:
    """A contact comes into being."""
    return event("contact.creation", contact, changeFlag="CREATED", **more)


def change(contact: int, name: str, value: str, **more: object) -> dict[str, Any]:
    """A property of a contact gets a value."""
    return event("contact.propertyChange", contact, propertyName=name, propertyValue=value, **more)


def event(subscription: str, subject: int, **more: object) -> dict[str, Any]:
    """Any event; its id and time follow from what it says, so that the same call makes a duplicate."""
    said = json.dumps([subscription, subject, more], sort_keys=True, default=str)
    number = sum(place * byte for place, byte in enumerate(said.encode(), start=7)) + subject * 1_000_003
    return {
        "eventId": number,
        "subscriptionId": 11,
        "portalId": 62_515,
        "appId": 54_321,
        "occurredAt": EVENT_MS + number % 1_000_000,
        "subscriptionType": subscription,
        "attemptNumber": 0,
        "objectId": subject,
        "changeSource": "CRM_UI",
        **more,
    }


def body(*events: dict[str, Any]) -> bytes:
    """One delivery of these."""
    return json.dumps(events, separators=(",", ":")).encode()
