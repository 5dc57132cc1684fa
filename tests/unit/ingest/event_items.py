"""Events of the catalogue for tests, as a sender of kind `events` writes them."""

from collections.abc import Mapping
from typing import Any

import msgspec

from leadtrace_ingest.senders.auth.bearer import Bearer
from leadtrace_ingest.senders.events.adapter import EventsAdapter
from leadtrace_ingest.senders.events.map import EventRules
from leadtrace_ingest.senders.item import ItemResult, Mapped, Refused
from tests.unit.ingest.deliveries import results_of

KEY = "a live key of the sender"
JSON = "application/json"
LINES = "application/x-ndjson"
STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
TIME = "2026-01-02T03:04:05Z"


def type_of(name: str) -> str:
    """The CloudEvents type of a name of the catalogue."""
    return f"io.leadtrace.{name}.v1"


def event(name: str = "lead.captured", data: object = None, **fields: Any) -> dict[str, Any]:
    """An event of contact 123."""
    made = {"type": type_of(name), "id": "e-1", "source": "app", "subject": "contact/123", "time": TIME}
    return {**made, "data": {} if data is None else data, **fields}


def cloud_event(name: str = "lead.captured", data: object = None, **fields: Any) -> dict[str, Any]:
    """The same as CloudEvents demands it."""
    return {"specversion": "1.0", **event(name, data, **fields)}


def without(given: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The same event without these attributes."""
    return {name: value for name, value in given.items() if name not in names}


def binary_headers(given: Mapping[str, Any]) -> dict[str, str]:
    """The attributes of an event as headers, as they are."""
    headers = {f"ce-{name}": str(value) for name, value in given.items() if name != "data"}
    return {"content-type": JSON, **headers}


def events_adapter(
    sender: str = "app", others: tuple[str, ...] = ("hubspot", "crm"), *, trusted: bool = False
) -> EventsAdapter:
    """The adapter of one sender among others."""
    return EventsAdapter(
        sender, Bearer([KEY.encode()]), EventRules(sender, frozenset(others), trusted=trusted)
    )


def posted(body: object, content_type: str = JSON, **headers: str) -> list[ItemResult]:
    """What becomes of each item of a body, given as bytes or as a value for JSON."""
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    given = {"content-type": content_type, **{name.replace("_", "-"): one for name, one in headers.items()}}
    return results_of(events_adapter(), raw, headers=given)


def posted_binary(body: bytes, headers: Mapping[str, str]) -> ItemResult:
    """What becomes of an event in binary mode."""
    (result,) = results_of(events_adapter(), body, headers=headers)
    return result


def mapped(body: object, content_type: str = JSON) -> Mapped:
    """The one event of a body."""
    (result,) = posted(body, content_type)
    assert isinstance(result, Mapped), result
    return result


def refused(body: object, content_type: str = JSON) -> Refused:
    """The one item of a body that is refused."""
    (result,) = posted(body, content_type)
    assert isinstance(result, Refused), result
    assert result.remedy or result.reason == "not_json"
    return result
