"""Platform events and objects of an organisation's own that tell of a lead, a deal or an account."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from leadtrace.runtime.shipped import shipped_path
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.item import Ignored, ItemResult, Mapped, Refused
from leadtrace_ingest.senders.mapping.compiled import compile_mapping
from leadtrace_ingest.senders.mapping.file import (
    Entity,
    FieldRule,
    Meaning,
    ObjectRules,
    RecordRule,
    read_mapping_file,
)
from leadtrace_ingest.senders.mapping.rules import problems
from tests.unit.ingest.deliveries import results_of, told
from tests.unit.ingest.salesforce_items import (
    LEAD,
    LONG_LEAD,
    change,
    cometd,
    raw,
    shipped_adapter,
)

FILE = read_mapping_file(shipped_path("mappings", "salesforce.yaml"))
RULES = ObjectRules(
    Entity.LEAD,
    RecordRule("Lead_Id__c", "Lead"),
    {
        "Campaign__c": FieldRule(Meaning.TOUCHPOINT, "campaign"),
        "Score__c": FieldRule(Meaning.PROPERTY, "score"),
    },
)
CHANNEL = "/event/Demo_Requested__e"
PAYLOAD: dict[str, Any] = {
    "CreatedDate": "2026-01-02T03:04:05.678Z",
    "CreatedById": "005000000000001",
    "Lead_Id__c": LEAD,
    "Campaign__c": "spring",
    "Wish__c": "a call",
}


def with_objects(**objects: ObjectRules) -> Any:
    return msgspec.structs.replace(FILE, objects=FILE.objects | objects)


ADAPTER = shipped_adapter(
    mapping=compile_mapping(with_objects(Demo_Requested__e=RULES, Demo__c=RULES), "EUR")
)


def one(value: object) -> ItemResult:
    (found,) = results_of(ADAPTER, raw(value), route="cdc")
    return found


def event(payload: dict[str, Any], **more: Any) -> dict[str, Any]:
    return cometd(payload, CHANNEL, **{"EventUuid": "uuid-1", **more})


SHAPES: list[dict[str, Any]] = [
    event(PAYLOAD),
    {"id": "uuid-1", "replayId": 3, "payload": PAYLOAD, "channel": CHANNEL},
    {"event": {"EventUuid": "uuid-1"}, "payload": PAYLOAD, "topicName": CHANNEL},
    {"payload": PAYLOAD | {"EventUuid": "uuid-1", "Score__c": None}, "topic": CHANNEL},
]


@pytest.mark.parametrize("value", SHAPES)
def test_an_event_tells_of_the_record_that_the_mapping_finds_in_it(value: dict[str, Any]) -> None:
    found = one(value)
    assert told(found) == [
        ("lead.updated", f"Lead/{LONG_LEAD}", {"personal": {"other": {"Wish__c": "a call"}}}),
        ("touchpoint.recorded", f"Lead/{LONG_LEAD}", {"campaign": "spring"}),
    ]
    assert isinstance(found, Mapped)
    assert found.drafts[0].time == datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC)
    assert found.identity.key == one(SHAPES[0]).identity.key


def test_its_uuid_decides_what_is_a_copy() -> None:
    assert one(event(PAYLOAD)).identity == one(event(PAYLOAD, replayId=99)).identity
    assert one(event(PAYLOAD)).identity.key != one(event(PAYLOAD, EventUuid="uuid-2")).identity.key
    without = [one(cometd(PAYLOAD | more, CHANNEL)).identity.key for more in ({}, {"Wish__c": "none"})]
    assert len(set(without)) == 2


def test_an_event_that_the_mapping_does_not_know_is_held_back() -> None:
    found = one(cometd(PAYLOAD, "/event/Other__e"))
    assert isinstance(found, Refused)
    assert (found.reason, found.detail) == (
        Reason.UNMAPPED_OBJECT,
        "the mapping has no object 'Other__e' with a `record`",
    )


@pytest.mark.parametrize("record", [None, "", "4711"])
def test_an_event_that_names_no_record_is_held_back(record: str | None) -> None:
    found = one(event(PAYLOAD | {"Lead_Id__c": record}))
    assert isinstance(found, Refused)
    assert (found.reason, found.detail) == (
        Reason.INVALID_ITEM,
        "Lead_Id__c: must hold the id of a record",
    )


def test_an_event_that_tells_nothing_is_ignored() -> None:
    found = one(event({"CreatedDate": PAYLOAD["CreatedDate"], "Lead_Id__c": LEAD}))
    assert isinstance(found, Ignored)


def test_an_event_with_a_time_that_is_none_is_held_back() -> None:
    found = one(event(PAYLOAD | {"CreatedDate": "soon"}))
    assert isinstance(found, Refused)
    assert found.reason is Reason.BAD_TIME


def test_an_object_of_its_own_tells_of_the_record_as_well() -> None:
    values = {"Lead_Id__c": LEAD, "Score__c": 7}
    payload = change("Demo__c", "UPDATE", values, recordIds=["a0X000000000001"], changedFields=["Score__c"])
    expected = [("lead.updated", f"Lead/{LONG_LEAD}", {"properties": {"score": "7"}})]
    assert told(one(payload)) == expected
    assert isinstance(one(change("Demo__c", "DELETE")), Ignored)


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        (RecordRule("X__c", "Nothing"), "`of` must name an object that has records of its own"),
        (RecordRule("X__c", "Demo__c"), "`of` must name an object that has records of its own"),
        (RecordRule("X__c", "Account"), "`of` must name an object with `is: lead`"),
    ],
)
def test_a_mapping_that_finds_no_such_record_is_refused(record: RecordRule, problem: str) -> None:
    file = with_objects(Demo__c=ObjectRules(Entity.LEAD, record))
    assert problems(file) == [f"objects.Demo__c.record: {problem}"]
    assert not problems(with_objects(Demo__c=RULES))
