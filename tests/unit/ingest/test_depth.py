"""How deeply JSON is nested, told without decoding it."""

import time

import pytest

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.depth import is_deeper
from leadtrace_ingest.senders.item import Item, Refused
from leadtrace_ingest.senders.result import result_of
from leadtrace_ingest.senders.sender import Sender
from tests.unit.ingest.deliveries import delivery
from tests.unit.ingest.hubspot_items import shipped_adapter

LIMIT = 8


@pytest.mark.parametrize(
    ("raw", "deeper"),
    [
        (b"[" * 8 + b"]" * 8, False),
        (b"[" * 9 + b"]" * 9, True),
        (b' {"a":' * 9, True),
        (b"[" * 9, True),
        (b"[" + b"[]," * 50 + b"1]", False),
        (b'["' + b"[" * 50 + b'"]', False),
        (rb'["\"' + b"[" * 50 + b'"]', False),
        (rb'["\\",' + b"[" * 50, True),
        (b'["' + b"[" * 50, False),
        (b"<a>" + b"[" * 50 + b"</a>", False),
        (b"", False),
    ],
)
def test_only_brackets_outside_texts_count_and_only_in_json(raw: bytes, *, deeper: bool) -> None:
    assert is_deeper(raw, LIMIT) is deeper


@pytest.mark.parametrize("part", [b'"', rb"\"", rb'"\"', b"[]", b"{", rb"\\"])
def test_takes_time_in_proportion_to_the_bytes(part: bytes) -> None:
    """A pattern that looks for the end of each text again would take minutes here."""
    raw = b"[" + b"[]" * LIMIT + part * 200_000
    started = time.process_time()
    is_deeper(raw, LIMIT)
    assert time.process_time() - started < 5


def test_an_item_nested_too_deeply_is_refused_whatever_its_adapter() -> None:
    sender = Sender("hubspot", 50, b"https://hooks.example", shipped_adapter(), max_depth=LIMIT)
    item = Item(b'{"eventId":' + b"[" * LIMIT + b"]" * LIMIT + b"}")
    result = result_of(sender, sender.adapter, item, delivery(item.raw), intake_id="x", number=0)
    assert isinstance(result, Refused)
    assert (result.reason, result.raw) == (Reason.TOO_DEEP, item.raw)
    assert "8 levels" in result.detail
    again = result_of(sender, sender.adapter, item, delivery(item.raw), intake_id="y", number=7)
    assert again == result
