"""Postings of spend without an id of their own, and the scopes that one item may post for."""

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest

from leadtrace_ingest.relay.scopes import scopes_of
from leadtrace_ingest.senders.imported.adapter import Imports
from leadtrace_ingest.senders.imported.header import ImportFormat, ImportHeader, body_of, hash_of
from leadtrace_ingest.senders.item import ItemResult
from leadtrace_ingest.senders.sender import Delivery
from leadtrace_ingest.senders.spend.posting import read_posting
from tests.unit.ingest.deliveries import RECEIVED_AT, told
from tests.unit.ingest.generic_items import result_of

COSTS = {
    "name": "costs",
    "version": 1,
    "kind": "generic",
    "objects": {"visitor": {"is": "lead"}},
    "time": {"zone": "UTC"},
    "rules": [
        {"when": "visit", "touchpoint": {"object": "visitor", "id": "visit", "channel": {"text": "fair"}}},
        {"spend": {"account": {"text": "fairs"}, "from": "day", "row": {"amount": "cost", "currency": "c"}}},
    ],
}
ROW = {"day": "2026-03-01", "cost": "7.50", "c": "EUR"}


def by_webhook(item: dict[str, str], minute: int) -> ItemResult:
    received = RECEIVED_AT + timedelta(minutes=minute)
    return result_of(item, msgspec.json.encode(COSTS).decode(), received_at=received)


def by_import(item: dict[str, str], minute: int) -> ItemResult:
    content = msgspec.json.encode(COSTS)
    rows = ImportFormat(file=hash_of(b"costs.csv"), format="csv", first_row=1)
    body = body_of(
        ImportHeader(msgspec.Raw(content), hash_of(content), rows, ""), [msgspec.json.encode(item)]
    )
    delivery = Delivery("", {}, body, RECEIVED_AT + timedelta(minutes=minute))
    adapter = Imports("acme", "EUR").usable(body)
    (read,) = adapter.split(delivery)
    return adapter.map_item(read, delivery)


Come = Callable[[dict[str, str], int], ItemResult]


@pytest.mark.parametrize("come", [by_webhook, by_import])
class TestThoseWithoutAnId:
    def test_that_come_again_are_postings_of_their_own(self, come: Come) -> None:
        first, again = come(ROW, 0), come(ROW, 5)
        assert told(first) == told(again)
        assert first.identity.key != again.identity.key

    def test_that_are_done_again_are_the_same(self, come: Come) -> None:
        assert come(ROW, 0).identity == come(ROW, 0).identity


def test_a_scope_is_found_behind_other_events() -> None:
    result = by_webhook({**ROW, "visit": "7"}, 0)
    assert [kind for kind, _, _ in told(result)] == ["touchpoint.recorded", "spend.recorded"]
    (scope,) = scopes_of(result, RECEIVED_AT)
    assert (scope.account, scope.first.isoformat(), scope.last.isoformat()) == (
        "fairs",
        "2026-03-01",
        "2026-03-01",
    )


def test_channels_are_those_of_touchpoints_whoever_writes_them_how() -> None:
    day = {"account": "a", "from": "2026-03-01", "to": "2026-03-01"}
    row = {"date": "2026-03-01", "amount": "1", "currency": "EUR", "channel": "Paid_Search", "campaign": "Q1"}
    (read,) = read_posting({**day, "rows": [row]}).rows
    assert (read.channel, read.campaign) == ("paid_search", "Q1")
