"""Every event and snapshot that may travel has an example file that says how it looks on the wire."""

import json
from importlib import resources
from typing import Any

import msgspec
import pytest

from leadtrace.events.catalogue import CATALOGUE, EventType
from leadtrace.events.codec import decode_data, decode_event, decode_snapshot, encode
from leadtrace.events.personal import Personal
from leadtrace.events.snapshots import SNAPSHOTS, SnapshotType
from leadtrace.events.topics import Topic

EXAMPLES = resources.files("leadtrace.events").joinpath("examples")
TOPIC_OF_SUBJECT = {
    "deal": Topic.DEAL_EVENTS,
    "revenue": Topic.DEAL_EVENTS,
    "account": Topic.ACCOUNT_EVENTS,
    "spend": Topic.SPEND_EVENTS,
    "definition": Topic.DEFINITIONS,
}


def example(name: str) -> bytes:
    """The bytes of an example file."""
    return EXAMPLES.joinpath(f"{name}.json").read_bytes()


def as_json(value: bytes) -> Any:
    """Bytes as plain JSON objects, so that layout does not matter."""
    return json.loads(value)


def has_personal_block(row: EventType) -> bool:
    """Whether the data of an event carries personal fields."""
    return any(field.type is Personal for field in msgspec.structs.fields(row.data))


@pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: row.name)
class TestEvents:
    """A schema that nothing exercises is wrong and nobody knows; examples feed tests and the README alike."""

    def test_envelope_comes_back_as_it_was(self, row: EventType) -> None:
        """A key that our structs do not know would be lost here: the example and the struct say the same."""
        event = decode_event(example(row.name))
        assert event.type == row.type
        assert as_json(encode(event)) == as_json(example(row.name))

    def test_data_comes_back_as_it_was(self, row: EventType) -> None:
        """Strict both ways: no missing field, no unknown field, no default spelt out."""
        event = decode_event(example(row.name))
        data = decode_data(event)
        assert type(data) is row.data
        assert as_json(encode(data)) == as_json(bytes(event.data))

    def test_times_are_utc_and_in_order(self, row: EventType) -> None:
        """What a door received before it happened is a clock error, not an example."""
        event = decode_event(example(row.name))
        assert event.time.tzinfo is not None
        assert event.time <= event.recordedtime

    def test_personal_fields_stay_in_their_block(self, row: EventType) -> None:
        """Folds never read personal fields, so an e-mail address outside the block is a leak."""
        data = as_json(example(row.name))["data"]
        if has_personal_block(row) and row.name.endswith(("captured", "created", "updated")):
            data.pop("personal", None)
        assert "@" not in json.dumps(data)


@pytest.mark.parametrize("row", SNAPSHOTS, ids=lambda row: row.name)
class TestSnapshots:
    """A snapshot replaces every earlier one, so its example must be complete enough to live on."""

    def test_envelope_comes_back_as_it_was(self, row: SnapshotType) -> None:
        """The revision is a 64-bit number as text: as a JSON number some readers would round it."""
        snapshot = decode_snapshot(example(row.name))
        assert (snapshot.type, snapshot.source) == (row.type, row.source)
        assert as_json(encode(snapshot)) == as_json(example(row.name))

    def test_body_comes_back_as_it_was(self, row: SnapshotType) -> None:
        """Strict both ways, as for events."""
        snapshot = decode_snapshot(example(row.name))
        body = msgspec.json.decode(snapshot.data, type=row.data, strict=True)
        assert as_json(encode(body)) == as_json(bytes(snapshot.data))


def test_no_example_is_left_over() -> None:
    """An example of a type that no longer exists teaches something false."""
    named = {path.name.removesuffix(".json") for path in EXAMPLES.iterdir()}
    assert named == {row.name for row in CATALOGUE} | {row.name for row in SNAPSHOTS}


def test_codes_and_names_are_unique() -> None:
    """A stored fact keeps only the code: two types with one code would fold as one."""
    assert len({row.code for row in CATALOGUE}) == len(CATALOGUE)
    names = [row.name for row in CATALOGUE] + [row.name for row in SNAPSHOTS]
    assert len(set(names)) == len(names)


def test_types_travel_on_a_topic_that_holds_their_subject() -> None:
    """An event on the wrong topic is keyed by the wrong entity and loses its order."""
    for row in CATALOGUE:
        subject = row.name.partition(".")[0]
        assert row.topic is TOPIC_OF_SUBJECT.get(subject, Topic.LEAD_EVENTS), row.name
