"""What makes a message itself, when it happened, how large it may be, and what cannot be read."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.item import Identity, ItemResult, Mapped, Refused
from leadtrace_ingest.senders.segment.adapter import MAX_BATCH_BYTES, MAX_EVENT_BYTES
from leadtrace_ingest.senders.webhook import MAX_ITEM_BYTES
from tests.unit.ingest.deliveries import RECEIVED_AT, delivery, results_of
from tests.unit.ingest.segment_messages import api_adapter, capture, message, raw, result_of, webhook_adapter

TRACK = message("track", event="Video Played")
SECOND = timedelta(seconds=1)


def identity_of(value: object, route: str = "batch") -> Identity:
    return result_of(value, route).identity


def time_of(value: object, route: str = "batch") -> datetime:
    result = result_of(value, route)
    assert isinstance(result, Mapped), result
    return result.drafts[0].time


def reason_of(result: ItemResult) -> Reason:
    assert isinstance(result, Refused)
    return result.reason


class TestIdentity:
    def test_sending_again_at_another_time_changes_nothing(self) -> None:
        first = {"batch": [TRACK], "sentAt": "2026-01-02T12:00:00Z"}
        again = {"sentAt": "2026-01-02T12:05:00Z", "batch": [dict(reversed(TRACK.items()))]}
        assert identity_of(first) == identity_of(again)

    def test_what_servers_add_on_the_way_changes_nothing(self) -> None:
        first = TRACK | {"originalTimestamp": "2026-01-02T11:00:00Z"}
        added = {"sentAt": "x", "receivedAt": "y", "timestamp": "z", "integrations": {}, "_metadata": {}}
        assert identity_of(first) == identity_of(first | added)

    def test_the_same_id_with_other_contents_is_a_conflict(self) -> None:
        one, other = identity_of(TRACK), identity_of(TRACK | {"event": "Other"})
        assert one.key == other.key
        assert one.comparable != other.comparable

    def test_without_an_id_the_contents_are_the_key(self) -> None:
        bare = message("track", event="E", messageId=None)
        assert identity_of(bare) == identity_of({"batch": [bare], "sentAt": "2026-01-02T12:00:00Z"})
        assert identity_of(bare).key != identity_of(bare | {"event": "F"}).key
        assert identity_of(bare).key != identity_of(bare | {"timestamp": "2026-01-01T00:00:00Z"}).key
        assert identity_of(bare | {"messageId": ""}).key != identity_of(bare).key

    def test_another_sender_has_another_key(self) -> None:
        (forwarded,) = results_of(webhook_adapter(), raw(TRACK))
        assert forwarded.identity.key != identity_of(TRACK).key

    def test_an_id_has_at_most_100_characters(self) -> None:
        assert isinstance(result_of(TRACK | {"messageId": "x" * 100}), Mapped)
        assert reason_of(result_of(TRACK | {"messageId": "x" * 101})) is Reason.INVALID_ITEM

    def test_posthogs_uuid_is_the_id(self) -> None:
        one, other = capture("E"), capture("E", uuid="m2")
        assert identity_of(one).key != identity_of(other).key
        assert identity_of(one) == identity_of({"batch": [one], "sent_at": "2026-01-02T12:00:00Z"}, "capture")


class TestTime:
    def test_the_clients_clock_is_set_right_by_when_it_sent(self) -> None:
        # The client's clock is an hour slow; it sent the event 90 s after it happened.
        event = message("track", event="E", timestamp="2026-01-02T10:58:30Z")
        batch = {"batch": [event], "sentAt": "2026-01-02T11:00:00Z"}
        assert time_of(batch) == RECEIVED_AT - 90 * SECOND

    def test_the_messages_own_time_of_sending_counts_before_the_batchs(self) -> None:
        event = message("track", event="E", timestamp="2026-01-02T10:00:00Z", sentAt="2026-01-02T10:00:10Z")
        assert time_of({"batch": [event], "sentAt": "2026-01-02T11:00:00Z"}) == RECEIVED_AT - 10 * SECOND

    def test_a_clock_of_the_last_century_is_set_right_too(self) -> None:
        event = message("track", event="E", timestamp="1970-01-01T00:00:00Z", sentAt="1970-01-01T00:00:07Z")
        assert time_of(event) == RECEIVED_AT - 7 * SECOND

    def test_the_original_time_is_the_one_to_set_right(self) -> None:
        event = message("track", event="E", originalTimestamp="2026-01-02T10:00:00Z", timestamp="x")
        assert time_of(event | {"sentAt": "2026-01-02T10:00:05Z"}) == RECEIVED_AT - 5 * SECOND

    @pytest.mark.parametrize("sent", [None, "soon", 7, "2026-01-02T10:00:00Z" * 9])
    def test_without_a_time_of_sending_the_time_stands(self, sent: object) -> None:
        event = message("track", event="E", timestamp="2026-01-02T10:00:00+02:00", sentAt=sent)
        assert time_of(event) == datetime(2026, 1, 2, 8, tzinfo=UTC)

    def test_a_time_without_offset_is_in_utc(self) -> None:
        event = message("track", event="E", timestamp="2026-01-02T10:00:00.1234567")
        assert time_of(event) == datetime(2026, 1, 2, 10, 0, 0, 123456, tzinfo=UTC)

    def test_without_any_time_it_is_that_of_receipt(self) -> None:
        assert time_of(message("track", event="E", timestamp=None)) == RECEIVED_AT

    def test_an_import_tells_of_the_past_as_it_was(self) -> None:
        event = message("track", event="E", timestamp="2020-01-02T10:00:00Z")
        batch = {"batch": [event], "sentAt": "2026-01-02T11:00:00Z"}
        assert time_of(batch, "import") == datetime(2020, 1, 2, 10, tzinfo=UTC)

    def test_what_segment_forwards_is_set_right_already(self) -> None:
        event = message(
            "track",
            event="E",
            originalTimestamp="2026-01-02T10:00:00Z",
            sentAt="2026-01-02T10:00:05Z",
            timestamp="2026-01-02T11:30:00Z",
            receivedAt="2026-01-02T11:30:05Z",
        )
        (result,) = results_of(webhook_adapter(), raw(event))
        assert isinstance(result, Mapped)
        assert result.drafts[0].time == datetime(2026, 1, 2, 11, 30, tzinfo=UTC)

    @pytest.mark.parametrize(
        "timestamp",
        ["", "yesterday", 1_767_312_000_000, "1999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", {"a": 1}],
    )
    def test_a_time_that_cannot_be_one_is_refused(self, timestamp: object) -> None:
        assert reason_of(result_of(message("track", event="E") | {"timestamp": timestamp})) is Reason.BAD_TIME

    def test_a_correction_beyond_the_calendar_is_refused(self) -> None:
        event = message("track", event="E", timestamp="9999-12-31T00:00:00Z", sentAt="0001-01-01T00:00:00Z")
        assert reason_of(result_of(event)) is Reason.BAD_TIME


class TestLimits:
    def sized(self, size: int, **fields: Any) -> dict[str, Any]:
        event = message("track", event="E", properties={"x": ""}, **fields)
        event["properties"]["x"] = "x" * (size - len(raw(event)))
        assert len(raw(event)) == size
        return event

    def test_an_event_has_at_most_32_kib(self) -> None:
        assert isinstance(result_of(self.sized(MAX_EVENT_BYTES)), Mapped)
        result = result_of(self.sized(MAX_EVENT_BYTES + 1))
        assert reason_of(result) is Reason.TOO_LARGE
        assert result.identity == result_of(self.sized(MAX_EVENT_BYTES + 1)).identity

    def test_imports_forwarded_and_posthogs_events_may_be_as_large_as_any_item(self) -> None:
        event = self.sized(MAX_ITEM_BYTES)
        assert isinstance(result_of(event, "import"), Mapped)
        (forwarded,) = results_of(webhook_adapter(), raw(event))
        assert isinstance(forwarded, Mapped)
        assert isinstance(result_of(capture("E", {"x": "x" * MAX_EVENT_BYTES})), Mapped)
        assert reason_of(result_of(self.sized(MAX_ITEM_BYTES + 1), "import")) is Reason.TOO_LARGE

    def test_a_batch_of_segments_clients_has_at_most_500_kb(self) -> None:
        adapter = api_adapter()
        assert adapter.max_bytes(delivery(b"", route="batch")) == MAX_BATCH_BYTES == 512_000
        assert adapter.max_bytes(delivery(b"", route="import")) is None
        assert adapter.max_bytes(delivery(b"", route="capture")) is None


class TestUnreadable:
    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            (b"", Reason.NOT_JSON),
            (b"not json", Reason.NOT_JSON),
            (b'{"batch":[{"type":"track"}', Reason.NOT_JSON),
            (b'{"type":"tr\xffack"}', Reason.INVALID_ITEM),
            (b"7", Reason.INVALID_ITEM),
            (b'"track"', Reason.INVALID_ITEM),
            (b"[7]", Reason.INVALID_ITEM),
            (b"[[]]", Reason.INVALID_ITEM),
            (b'{"batch":{}}', Reason.INVALID_ITEM),
            (b'{"batch":[null]}', Reason.INVALID_ITEM),
        ],
    )
    def test_what_cannot_be_read_is_refused_with_its_bytes(self, body: bytes, reason: Reason) -> None:
        (result,) = results_of(api_adapter(), body)
        assert reason_of(result) is reason

    def test_nesting_without_end_is_refused(self) -> None:
        deep = (
            b'{"type":"track","event":"E","userId":"u","properties":{"x":'
            + b"[" * 5_000
            + b"]" * 5_000
            + b"}}"
        )
        (result,) = results_of(api_adapter(), deep)
        assert reason_of(result) in {Reason.TOO_DEEP, Reason.NOT_JSON}

    @pytest.mark.parametrize("body", [b'{"batch":[]}', b"[]"])
    def test_an_empty_batch_has_no_items(self, body: bytes) -> None:
        assert results_of(api_adapter(), body) == []

    def test_a_bad_message_leaves_its_neighbours_alone(self) -> None:
        batch = msgspec.json.encode({"batch": [TRACK, 7, TRACK | {"messageId": "m2"}]})
        results = results_of(api_adapter(), batch, route="batch")
        assert [type(one) for one in results] == [Mapped, Refused, Mapped]
