"""The Olist file as deliveries, whole or a sample of its leads; it lies beside the checkout, never in it."""

import json
import os
from pathlib import Path

import pytest

from leadtrace.cli.traffic.files import read_deliveries
from leadtrace.testing.hubspot_reference import events_of

_BATCH = 100
_DEFAULT = Path(__file__).parents[3] / "shared/data/olist/olist_hubspot_ordered.jsonl.gz"
OLIST_FILE = Path(os.environ.get("OLIST_FILE") or _DEFAULT)


def deliveries() -> list[bytes]:
    """Every delivery of the file; the test is skipped where there is no file, which fails in CI."""
    if not OLIST_FILE.is_file():
        pytest.skip(f"no Olist file at {OLIST_FILE}; OLIST_FILE names another place")
    return read_deliveries(OLIST_FILE)


def sample(one_in: int) -> list[bytes]:
    """Deliveries of every n-th lead and its deals, in order of time; the lead won too early is in it."""
    events = events_of(deliveries())
    created = {e["objectId"]: e["occurredAt"] for e in events if e["subscriptionType"] == "contact.creation"}
    links = {e["fromObjectId"]: e["toObjectId"] for e in events if "fromObjectId" in e}
    won = {e["objectId"]: e["occurredAt"] for e in events if e.get("propertyValue") == "closedwon"}
    early = {links[deal] for deal, at in won.items() if at < created[links[deal]]}

    def chosen(event: dict[str, int]) -> bool:
        contact = event.get("toObjectId") or links.get(event["objectId"], event["objectId"])
        return contact % one_in == 0 or contact in early

    kept = [event for event in events if chosen(event)]
    batches = [kept[start : start + _BATCH] for start in range(0, len(kept), _BATCH)]
    return [json.dumps(batch, separators=(",", ":")).encode() for batch in batches]
