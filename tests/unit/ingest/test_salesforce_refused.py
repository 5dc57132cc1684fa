"""Change events that are held back: what is no event, no JSON, or has no row in the mapping."""

from typing import Any

import pytest

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.item import Refused
from tests.unit.ingest.deliveries import results_of
from tests.unit.ingest.salesforce_items import LONG_LEAD, change, relayed, relayed_one, shipped_adapter


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ({"transactionKey": None}, Reason.INVALID_ITEM),
        ({"sequenceNumber": None}, Reason.INVALID_ITEM),
        ({"sequenceNumber": -1}, Reason.INVALID_ITEM),
        ({"entityName": ""}, Reason.INVALID_ITEM),
        ({"recordIds": []}, Reason.INVALID_ITEM),
        ({"recordIds": LONG_LEAD}, Reason.INVALID_ITEM),
        ({"changeType": "SNAPSHOT"}, Reason.UNKNOWN_TYPE),
        ({"commitTimestamp": 1}, Reason.BAD_TIME),
        ({"commitTimestamp": 2**62}, Reason.BAD_TIME),
    ],
)
def test_a_header_that_is_none(head: dict[str, Any], reason: Reason) -> None:
    found = relayed_one(change("Lead", "UPDATE", {"Status": "New"}, **head))
    assert isinstance(found, Refused)
    assert found.reason is reason


@pytest.mark.parametrize("value", [None, 7, "text", {}, {"payload": {}}, {"ChangeEventHeader": None}, [[]]])
def test_what_is_no_event(value: object) -> None:
    (found,) = relayed([value])
    assert isinstance(found, Refused)
    assert found.reason is Reason.INVALID_ITEM


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", Reason.NOT_JSON),
        (b"{", Reason.NOT_JSON),
        (b"<a/>", Reason.NOT_JSON),
        (b"\xff", Reason.NOT_JSON),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, Reason.TOO_LARGE),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, Reason.TOO_DEEP),
    ],
)
def test_what_is_no_json(body: bytes, reason: Reason) -> None:
    (found,) = results_of(shipped_adapter(), body, route="cdc")
    assert isinstance(found, Refused)
    assert found.reason is reason


@pytest.mark.parametrize(("records", "padding"), [(2, 300_000), (3_000, 60_000), (12_000, 0)])
def test_an_event_that_its_records_would_multiply_is_one_item(records: int, padding: int) -> None:
    ids = [f"00Q{number:012}AAA" for number in range(records)]
    (found,) = relayed(change("Lead", "UPDATE", {"Description": "x" * padding}, recordIds=ids))
    assert isinstance(found, Refused)
    assert found.reason is Reason.TOO_LARGE


def test_an_event_of_two_thousand_records_is_as_many_items() -> None:
    ids = [f"00Q{number:012}AAA" for number in range(2_000)]
    assert len(relayed(change("Lead", "UPDATE", {"Status": "New"}, recordIds=ids))) == 2_000


def test_a_stage_without_a_row() -> None:
    found = relayed_one(change("Lead", "UPDATE", {"Status": "Our own"}))
    assert isinstance(found, Refused)
    assert found.reason is Reason.UNMAPPED_STAGE
