"""What stands on the topics of a bus in memory, read without a consumer group."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from leadtrace.bus.memory import MemoryBus
from leadtrace.bus.protocol import Record
from leadtrace.events.codec import decode_snapshot
from leadtrace.events.snapshots import SnapshotType


@dataclass(frozen=True, slots=True)
class Published:
    """One snapshot on its topic."""

    entity_id: UUID
    revision: int
    qualification_revision: int
    body: bytes


def records_on(bus: MemoryBus, topic: str) -> list[Record]:
    """Every record of a topic in the broker's present life, by partition and offset."""
    return [record for partition in bus.reach().topics[topic] for record in partition]


def published(bus: MemoryBus, kind: SnapshotType) -> list[Published]:
    """Every snapshot of a kind in the broker's present life; those of one entity in the order of sending."""
    return [_published(record) for record in records_on(bus, kind.topic.value)]


def newest(snapshots: Iterable[Published]) -> dict[UUID, Published]:
    """What a reader holds after all of them: the highest revision of each entity."""
    held: dict[UUID, Published] = {}
    for snapshot in snapshots:
        known = held.get(snapshot.entity_id)
        if known is None or snapshot.revision > known.revision:
            held[snapshot.entity_id] = snapshot
    return held


def _published(record: Record) -> Published:
    snapshot = decode_snapshot(record.value)
    return Published(
        UUID(snapshot.partitionkey),
        int(snapshot.revision),
        int(snapshot.qualificationrev or 0),
        bytes(snapshot.data),
    )
