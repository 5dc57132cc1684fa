"""HubSpot's side of the benchmarks: made-up events, and deliveries as signed requests, bytes and all."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from leadtrace.cli.traffic.signature import signed_headers
from leadtrace.runtime.clock import SystemClock
from leadtrace.testing.installation import SECRET, Installation

FIRST_CONTACT = 5_000_001
_PORTAL = 62_515
_CHANNELS = ("ORGANIC_SEARCH", "PAID_SEARCH", "SOCIAL_MEDIA", "EMAIL_MARKETING", "REFERRALS")
_FIRST_AT_MS = 1_767_225_600_000  # 2026-01-01
_BETWEEN_LEADS_MS = 1_000
_LONG_AGO_MS = 1_577_836_800_000  # 2020-01-01

Event = dict[str, Any]


def new_contact(number: int, event_id: int) -> Event:
    """The creation of the n-th contact."""
    at_ms = _FIRST_AT_MS + number * _BETWEEN_LEADS_MS
    return _event("contact.creation", number, event_id, at_ms, changeFlag="CREATED")


def start_of_contact(number: int) -> list[Event]:
    """Four events within one second: creation, channel, stage, e-mail; an average lead of Olist has 3.4."""
    properties = (
        ("hs_analytics_source", _CHANNELS[number % len(_CHANNELS)]),
        ("lifecyclestage", "marketingqualifiedlead"),
        ("email", f"contact{number}@company-{number % 211}.example"),
    )
    at_ms = _FIRST_AT_MS + number * _BETWEEN_LEADS_MS
    changed = [_changed(number, 4 * number + n, at_ms + n, *pair) for n, pair in enumerate(properties, 1)]
    return [new_contact(number, 4 * number), *changed]


def life_of_contact(number: int, *, long_text: str) -> list[Event]:
    """Ten events: creation, channel, stage, and seven of a property that no mapping knows."""
    properties = [("hs_analytics_source", _CHANNELS[number % len(_CHANNELS)])]
    properties += [(f"note_{n}", f"{number:08d}{n}{long_text}") for n in range(7)]
    properties.insert(5, ("lifecyclestage", "marketingqualifiedlead"))
    changed = [
        # Ten events lie far apart, so that a lead comes up in many deliveries, as it does in life.
        _changed(number, 10 * number + n, _FIRST_AT_MS + (number + 20 * n) * _BETWEEN_LEADS_MS, *pair)
        for n, pair in enumerate(properties, start=1)
    ]
    return [new_contact(number, 10 * number), *changed]


def talkative_contact(number: int, events: int) -> list[Event]:
    """So many events, an hour apart: creation, channel, stage, and changes of a property that none maps."""
    at_ms = _LONG_AGO_MS + number * _BETWEEN_LEADS_MS
    properties = [("hs_analytics_source", _CHANNELS[number % len(_CHANNELS)])]
    properties += [("lifecyclestage", "marketingqualifiedlead")]
    properties += [("jobtitle", f"title {n}") for n in range(events - 3)]
    changed = [
        _changed(number, events * number + n, at_ms + n * 3_600_000, *pair)
        for n, pair in enumerate(properties, start=1)
    ]
    return [_event("contact.creation", number, events * number, at_ms, changeFlag="CREATED"), *changed]


def bodies_of(events: Sequence[Event], size: int) -> Iterator[bytes]:
    """Request bodies of `size` events each, in order."""
    for start in range(0, len(events), size):
        yield json.dumps(events[start : start + size], separators=(",", ":")).encode()


def signed_requests(installation: Installation, bodies: Sequence[bytes]) -> list[bytes]:
    """The bodies as complete HTTP requests, signed now: the door takes them for five minutes."""
    now_ms = SystemClock().now_us() // 1_000
    path = "/v1/webhooks/hubspot"
    host = f"127.0.0.1:{installation.ports['ingest']}"
    requests = []
    for body in bodies:
        headers = signed_headers(SECRET, installation.hook, body, now_ms)
        lines = [f"POST {path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        requests.append("\r\n".join([*lines, "", ""]).encode() + body)
    return requests


def _changed(number: int, event_id: int, at_ms: int, name: str, value: str) -> Event:
    return _event("contact.propertyChange", number, event_id, at_ms, propertyName=name, propertyValue=value)


def _event(subscription: str, number: int, event_id: int, at_ms: int, **more: object) -> Event:
    return {
        "eventId": 100_000_000 + event_id,
        "subscriptionId": 11,
        "portalId": _PORTAL,
        "appId": 54_321,
        "occurredAt": at_ms,
        "subscriptionType": subscription,
        "attemptNumber": 0,
        "changeSource": "CRM_UI",
        "objectId": FIRST_CONTACT + number,
        **more,
    }
