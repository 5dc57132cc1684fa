"""Real bodies: the examples of Segment's spec, and what browser clients were seen to post."""

import gzip
from typing import Any

import msgspec

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.item import Ignored, ItemResult, Mapped
from leadtrace_ingest.senders.sender import SignedRequest
from tests.house.checkout import ROOT
from tests.unit.ingest.deliveries import results_of, told
from tests.unit.ingest.segment_messages import WRITE_KEY, api_adapter, basic, raw

SPEC_MESSAGES = ROOT.parent / "shared/data/webhooks/segment_spec_messages.jsonl"
ADDRESS = "https://acme.example/pricing?utm_source=google&utm_medium=cpc&utm_campaign=spring"
FROM_CAMPAIGN = {"channel": "paid_search", "source": "google", "medium": "cpc", "campaign": "spring"}
# @segment/analytics-next 1.84.3, text/plain to /v1/<first letter of the type>.
ANALYTICS_JS: dict[str, Any] = {
    "timestamp": "2026-01-02T11:00:00.153Z",
    "integrations": {},
    "context": {
        "page": {
            "path": "/pricing",
            "referrer": "https://www.google.com/",
            "search": "?utm_source=google&utm_medium=cpc&utm_campaign=spring",
            "title": "Prices",
            "url": ADDRESS,
        },
        "userAgent": "Mozilla/5.0",
        "locale": "en-US",
        "library": {"name": "analytics.js", "version": "npm:next-1.84.3"},
        "campaign": {"source": "google", "medium": "cpc", "name": "spring"},
        "timezone": "UTC",
    },
    "messageId": "ajs-next-1795672350106-da9214f0-45fc-4acc-a93e-4877377ed0e3",
    "anonymousId": "cee3492e-cb32-40d7-9a92-14f045fc5acc",
    "writeKey": WRITE_KEY,
    "userId": None,
    "sentAt": "2026-01-02T11:00:00.165Z",
    "_metadata": {"bundled": ["Segment.io"], "unbundled": [], "bundledIds": []},
}
# posthog-js 1.449.2, gzip as text/plain to /e/.
POSTHOG_JS: dict[str, Any] = {
    "api_key": WRITE_KEY,
    "batch": [
        {
            "uuid": "01a2166a-77ef-7c15-a860-bc4b544e24be",
            "event": "$identify",
            "properties": {
                "$current_url": ADDRESS,
                "$pathname": "/pricing",
                "$lib": "web",
                "$lib_version": "1.449.2",
                "distinct_id": "user-0",
                "$device_id": "01a2166a-7791-72c1-a6b4-15a9289bf406",
                "$anon_distinct_id": "01a2166a-7791-72c1-a6b4-15a9289bf406",
                "li_fat_id": None,
                "utm_source": "google",
                "utm_medium": "cpc",
                "utm_campaign": "spring",
                "utm_content": None,
                "gclid": None,
                "$referrer": "https://www.google.com/",
                "token": WRITE_KEY,
                "$is_identified": True,
            },
            "$set": {"email": "ada@acme.example"},
            "$set_once": {"$initial_referrer": "https://www.google.com/"},
            "timestamp": "2026-01-02T11:00:00.000Z",
        }
    ],
    "sent_at": "2026-01-02T11:00:03.000Z",
}


def taken(body: bytes, route: str, headers: dict[str, str] | None = None) -> list[ItemResult]:
    """What becomes of a body that bears its key."""
    adapter = api_adapter()
    given = {name.lower().encode(): value.encode() for name, value in (headers or {}).items()}
    adapter.verify(SignedRequest(b"POST", b"", given, body, 0, route))
    content = gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
    return results_of(adapter, adapter.redact(content), route=route)


def test_every_example_of_the_spec_maps_or_is_ignored_by_a_row_of_the_mapping() -> None:
    ignored = set()
    for line in SPEC_MESSAGES.read_bytes().splitlines():
        (result,) = results_of(api_adapter(), line, route="batch")
        if isinstance(result, Ignored):
            assert result.reason is Reason.EVENT_IGNORED
            ignored.add(msgspec.json.decode(line)["event"])
        else:
            assert isinstance(result, Mapped), result
    assert ignored == {"Signed Out", "Email Bounced"}


def test_segments_browser_client() -> None:
    page = ANALYTICS_JS | {"type": "page", "properties": ANALYTICS_JS["context"]["page"]}
    (result,) = taken(raw(page), "page", basic(WRITE_KEY))
    anonymous = "anonymous/cee3492e-cb32-40d7-9a92-14f045fc5acc"
    assert told(result) == [("touchpoint.recorded", anonymous, {**FROM_CAMPAIGN, "page": "/pricing"})]


def test_posthogs_browser_client() -> None:
    (result,) = taken(gzip.compress(raw(POSTHOG_JS)), "capture")
    captured, merged = told(result)
    assert captured[:2] == ("lead.captured", "person/user-0")
    assert captured[2]["acquisition"] == FROM_CAMPAIGN
    assert captured[2]["personal"] == {"email": "ada@acme.example"}
    assert merged[2] == {"absorbed": ["website person/01a2166a-7791-72c1-a6b4-15a9289bf406"]}
