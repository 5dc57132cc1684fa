"""Records sorted into batches: one queue a partition, in the order in which they were handed over."""

from collections.abc import Callable, Sequence
from typing import Any

from leadtrace.bus.partitioner import partition_of
from leadtrace.bus.protocol import Outgoing, RecordTooLargeError

TopicPartition = tuple[str, int]


def by_partition(
    records: Sequence[Outgoing], partitions: dict[str, int]
) -> dict[TopicPartition, list[Outgoing]]:
    """The records of each topic and partition; `partitions` is the number of partitions of each topic."""
    sorted_out: dict[TopicPartition, list[Outgoing]] = {}
    for record in records:
        place = (record.topic, partition_of(record.key, partitions[record.topic]))
        queue = sorted_out.get(place)
        if queue is None:
            sorted_out[place] = [record]
        else:
            queue.append(record)
    return sorted_out


def refuse_too_large(records: Sequence[Outgoing], limit: int) -> None:
    """Raise unless key and value of every record fit into `limit` bytes.

    Raises:
        RecordTooLargeError: with topic and size of the first that does not.
    """
    for record in records:
        size = len(record.key) + len(record.value)
        if size > limit:
            raise RecordTooLargeError(f"{size:,} bytes for {record.topic}, at most {limit:,} are taken")


def build_batches(records: Sequence[Outgoing], new_batch: Callable[[], Any]) -> list[Any]:
    """Full batches of aiokafka, in order; a batch takes its first record whatever its size."""
    batches = [new_batch()]
    for record in records:
        if not _appended(batches[-1], record):
            batches.append(new_batch())
            _appended(batches[-1], record)
    return batches


def _appended(batch: Any, record: Outgoing) -> bool:
    appended = batch.append(timestamp=None, key=record.key, value=record.value, headers=list(record.headers))
    return appended is not None
