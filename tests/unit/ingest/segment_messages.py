"""Messages of Segment's form for tests: one call makes one, with only what matters spelt out."""

import base64
from functools import cache
from typing import Any

import msgspec

from leadtrace.runtime.shipped import shipped_path
from leadtrace_ingest.senders.item import ItemResult
from leadtrace_ingest.senders.mapping.compiled import Mapping, load_mapping
from leadtrace_ingest.senders.segment.adapter import SegmentAdapter
from leadtrace_ingest.senders.segment.webhook import SegmentWebhookAdapter
from tests.unit.ingest import deliveries

WRITE_KEY = "wk-website"
SECRET = "the shared secret"
LARGEST = 1_048_576
AT = "2026-01-02T11:59:58.500Z"


@cache
def shipped_mapping() -> Mapping:
    """The shipped mapping of messages."""
    return load_mapping(shipped_path("mappings", "segment.yaml"), "EUR")


def api_adapter(*keys: str, trusted: bool = True) -> SegmentAdapter:
    """The adapter of the HTTP API with the shipped mapping."""
    live = [key.encode() for key in keys or (WRITE_KEY,)]
    return SegmentAdapter("website", live, shipped_mapping(), largest=LARGEST, trusted=trusted)


def webhook_adapter(*path_secrets: str) -> SegmentWebhookAdapter:
    """The adapter of the webhook destination with the shipped mapping."""
    paths = [one.encode() for one in path_secrets]
    return SegmentWebhookAdapter(
        "forwarded", [b"another live secret", SECRET.encode()], paths, shipped_mapping()
    )


def message(type_: str, **fields: Any) -> dict[str, Any]:
    """A message of user u1; a field given as None is left out."""
    made = {"type": type_, "messageId": "m1", "userId": "u1", "timestamp": AT, **fields}
    return {name: value for name, value in made.items() if value is not None}


def capture(event: str, properties: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """An event of PostHog's form of person p1."""
    made = {"event": event, "distinct_id": "p1", "uuid": "m1", "timestamp": AT, **fields}
    return {**made, "properties": properties or {}}


def raw(value: object) -> bytes:
    """The value as a client sends it."""
    return msgspec.json.encode(value)


def result_of(value: object, route: str = "batch") -> ItemResult:
    """What the shipped adapter makes of one message."""
    (result,) = deliveries.results_of(api_adapter(), raw(value), route=route)
    return result


def told(value: object, route: str = "batch") -> list[deliveries.Told]:
    """The drafts as (name of the type, subject, data)."""
    return deliveries.told(result_of(value, route))


def touch(value: object) -> dict[str, Any]:
    """The data of the only event, which must be a touchpoint."""
    ((kind, _, data),) = told(value)
    assert kind == "touchpoint.recorded"
    found: dict[str, Any] = data
    return found


def basic(key: str, password: str = "") -> dict[str, str]:
    """The header of HTTP Basic authentication with a write key."""
    return {"Authorization": "Basic " + base64.b64encode(f"{key}:{password}".encode()).decode()}
