"""Mautic's webhooks for tests: one call makes one event, with only what matters spelt out."""

from typing import Any

import msgspec

from leadtrace.runtime.shipped import shipped_path
from leadtrace_ingest.senders.auth.body_hmac import BodyHmac
from leadtrace_ingest.senders.item import ItemResult
from leadtrace_ingest.senders.mapping.compiled import load_mapping
from leadtrace_ingest.senders.mautic.map import SIGNATURE_HEADER, MauticAdapter
from tests.unit.ingest import deliveries

SECRET = "a secret of Mautic's form"
AT = "2026-01-02T03:04:05+00:00"
CONTACT: dict[str, Any] = {
    "id": 52,
    "isPublished": True,
    "dateAdded": AT,
    "createdBy": 1,
    "points": 12,
    "owner": {"id": 3, "username": "ada"},
    "stage": {"id": 7, "name": "hot"},
    "tags": [{"id": 1, "tag": "fair"}, {"id": 2, "tag": "vip"}],
    "doNotContact": [],
    "ipAddresses": [{"ip": "10.0.0.1"}],
    "fields": {
        "core": {
            "email": {"id": 6, "alias": "email", "value": "ada@engine.example"},
            "firstname": {"alias": "firstname", "value": "Ada"},
            "phone": {"alias": "phone", "value": None},
            "country": {"alias": "country", "value": "Estonia"},
            "shoe_size": {"alias": "shoe_size", "value": 38},
            "hat_size": {"alias": "hat_size", "value": None},
        },
        "social": [],
    },
}
HIT: dict[str, Any] = {
    "id": 501,
    "dateHit": "2026-01-02T03:04:04+00:00",
    "url": "https://www.engine.example/pricing?utm_source=news&utm_medium=cpc&email=ada%40engine.example",
    "lead": {"id": 52, "points": 12},
    "source": None,
    "query": [],
}
SUBMISSION: dict[str, Any] = {
    "id": 89,
    "dateSubmitted": "2026-01-02T03:04:03+00:00",
    "form": {"id": 4, "name": "Ask us", "alias": "askus"},
    "lead": {"id": 52},
    "referer": "https://www.engine.example/contact?utm_campaign=spring",
    "results": {
        "email": "ada@engine.example",
        "country": "Estonia",
        "question": "how much?",
        "topics": ["a", "b"],
    },
}
STAT: dict[str, Any] = {
    "id": 8,
    "lastOpened": "2026-01-02T03:04:02+00:00",
    "openCount": 1,
    "lead": {"id": 52},
    "email": {"id": 5, "name": "January news", "utmTags": {"utmCampaign": "winter", "utmSource": None}},
}


def event(**parts: Any) -> dict[str, Any]:
    """An event at the usual moment."""
    return {**parts, "timestamp": AT}


def body(trigger: str, *events: object) -> bytes:
    """A body that holds events of one trigger."""
    return msgspec.json.encode({f"mautic.{trigger}": list(events)})


def shipped_adapter(sender: str = "mautic") -> MauticAdapter:
    """The adapter with the shipped mapping."""
    mapping = load_mapping(shipped_path("mappings", "mautic.yaml"), "EUR")
    return MauticAdapter(sender, BodyHmac(SIGNATURE_HEADER, [b"the next secret", SECRET.encode()]), mapping)


def result_of(trigger: str, one: object) -> ItemResult:
    """What becomes of one event."""
    (result,) = deliveries.results_of(shipped_adapter(), body(trigger, one))
    return result


def told(trigger: str, one: object) -> list[deliveries.Told]:
    """The drafts of one event as (name of the type, subject, data)."""
    return deliveries.told(result_of(trigger, one))
