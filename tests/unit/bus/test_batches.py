"""Records are sorted by partition without losing their order, and batches are filled to the brim."""

import pytest

from leadtrace.bus.kafka_batches import build_batches, by_partition, refuse_too_large
from leadtrace.bus.protocol import Outgoing, RecordTooLargeError


class BoundedBatch:
    """Takes records until `limit` bytes are reached, and the first one always, as aiokafka's does."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.values: list[bytes] = []

    def append(self, *, timestamp: None, key: bytes, value: bytes, headers: list[object]) -> object | None:
        assert (timestamp, key, headers) == (None, b"abc", [])
        if self.values and sum(map(len, self.values)) + len(value) > self._limit:
            return None
        self.values.append(value)
        return object()


def test_each_partition_keeps_the_order_of_its_records() -> None:
    records = [Outgoing("leads", key, b"%d" % n) for n, key in enumerate([b"21", b"abc", b"21", b"foobar"])]
    records.append(Outgoing("deals", b"abc", b"4"))

    queues = by_partition(records, {"leads": 8, "deals": 1})

    assert {place: [record.value for record in queue] for place, queue in queues.items()} == {
        ("leads", 4): [b"0", b"2"],
        ("leads", 3): [b"1"],
        ("leads", 6): [b"3"],
        ("deals", 0): [b"4"],
    }


def test_a_record_larger_than_a_batch_has_one_of_its_own() -> None:
    values = [b"12", b"34", b"5678901", b"8"]
    records = [Outgoing("leads", b"abc", value) for value in values]

    batches = build_batches(records, lambda: BoundedBatch(4))

    assert [batch.values for batch in batches] == [[b"12", b"34"], [b"5678901"], [b"8"]]


def test_key_and_value_count_towards_the_limit() -> None:
    refuse_too_large([Outgoing("leads", b"key", bytes(7))], 10)
    with pytest.raises(RecordTooLargeError, match="11 bytes for leads"):
        refuse_too_large([Outgoing("leads", b"key", bytes(8))], 10)
