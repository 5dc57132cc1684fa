"""What a bus promises, whichever broker stands behind it.

The contract suite in `leadtrace.testing.bus_contract` binds every implementation to this page.
Delivery is at least once and in order within a partition; nothing else is relied upon: no
transactions, no compaction, and an embedded broker may forget everything, offsets included.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record to send: `key` chooses the partition (murmur2, as Kafka's own clients do)."""

    topic: str
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """A record as read, from where, and when it was written, in ms since the epoch; 0: unsaid."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()
    # By the clock of whoever wrote or took it, so it is for showing only: no fold may read it.
    written_ms: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """How a topic is made: all are kept by time and none is compacted."""

    name: str
    partitions: int
    replication: int = 1
    retention_ms: int | None = None
    min_insync: int = 1


@dataclass(frozen=True, slots=True)
class Replication:
    """How safe a confirmed record is: replicas of the partition with fewest, and how many must have it."""

    replicas: int
    min_insync: int


@dataclass(frozen=True, slots=True)
class TopicState:
    """How a topic is kept now; of its partitions the worst counts. None is no bound.

    `in_sync` are the replicas that have everything, `max_record_bytes` bounds a batch of records.
    """

    name: str
    partitions: int
    replicas: int
    in_sync: int
    min_insync: int
    cleanup_policy: str
    retention_ms: int | None
    retention_bytes: int | None
    max_record_bytes: int


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """How far a consumer is behind on one partition, in records."""

    topic: str
    partition: int
    position: int
    end: int

    @property
    def records(self) -> int:
        """Records not yet read; never below 0."""
        return max(0, self.end - self.position)


@dataclass(frozen=True, slots=True)
class ConsumerSpec:
    """Who reads what: members of one group share the partitions of its topics."""

    group: str
    topics: tuple[str, ...]
    max_records: int = 5_000
    max_wait_ms: int = 25


class BusUnavailableError(Exception):
    """The broker cannot be reached or did not confirm in time; the same call may be tried again."""


class BusResetError(Exception):
    """The broker is a new one that remembers nothing: make new clients and start from the beginning."""


class RecordTooLargeError(ValueError):
    """A record is larger than any broker takes: trying again cannot help, whoever makes it must bound it."""


class Producer(Protocol):
    """Sends records and knows when the broker has them; for one task at a time."""

    async def send(self, records: Sequence[Outgoing]) -> None:
        """Hand records over in batches; they are durable only after `flush`.

        Raises:
            BusUnavailableError: the broker cannot be reached.
            RecordTooLargeError: none of the records is sent.
        """

    async def flush(self) -> None:
        """Return once every record sent so far is confirmed by all in-sync replicas.

        Raises:
            BusUnavailableError: at least one record since the last flush was not confirmed. Records
                handed over since the last successful flush must be sent again.
        """

    async def close(self) -> None:
        """Let go of the connections; unflushed records may be lost."""


class Consumer(Protocol):
    """Reads records of the partitions that the group gives to this member; for one task at a time."""

    async def poll(self) -> list[Record]:
        """Records read since the last poll, at most `max_records`, waiting up to `max_wait_ms` for the first.

        Those of one partition come in order. None come while the group hands its partitions out anew.

        Raises:
            BusUnavailableError: the broker cannot be reached, or has dropped this consumer for good; a new
                consumer is always right, the same call only if the broker was merely away.
            BusResetError: the broker forgot its topics; this consumer is of no further use.
        """

    async def commit(self) -> None:
        """Commit the position after the last polled record of every partition that is still this member's.

        What was polled before the group handed its partitions out anew is left out: its records come
        again, to the new owner or to this member.

        Raises:
            BusUnavailableError: the broker cannot be reached; nothing is lost, records come again.
            BusResetError: the broker forgot its topics; nothing was committed.
        """

    async def rewind(self) -> None:
        """Go back to the last committed position, so that polled but uncommitted records come again.

        Needs no answer of the broker.
        """

    def assigned(self) -> bool:
        """Whether the group has given this member its partitions (possibly none of them)."""

    async def lag(self) -> list[PartitionLag]:
        """The lag of every assigned partition, as far as the broker tells; from memory, cheap to call."""

    async def close(self) -> None:
        """Leave the group and let go of the connections."""


class Admin(Protocol):
    """Looks after topics."""

    async def cluster_id(self) -> str:
        """The broker's own id; a new one means a broker that may remember nothing.

        Raises:
            BusUnavailableError: the broker cannot be reached.
        """

    async def create_topics(self, topics: Sequence[TopicSpec]) -> list[str]:
        """Create the topics that are missing; their names are returned. Existing ones are left alone.

        Raises:
            BusUnavailableError: the broker cannot be reached, or refused.
        """

    async def list_topics(self) -> dict[str, int]:
        """Every topic and its number of partitions.

        Raises:
            BusUnavailableError: the broker cannot be reached.
        """

    async def describe(self, topics: Sequence[str]) -> list[TopicState]:
        """How those of these topics that are there are kept now, in any order.

        Raises:
            BusUnavailableError: the broker cannot be reached, or does not tell.
        """

    async def replication(self, topic: str) -> Replication:
        """How a topic is replicated now, as the cluster says, whatever it was asked for.

        Raises:
            BusUnavailableError: the broker cannot be reached, does not tell, or has no such topic.
        """

    async def close(self) -> None:
        """Let go of the connections."""


class Bus(Protocol):
    """Makes producers, consumers and admins for one broker; only `wiring.py` names a concrete one.

    Topics are created by `Admin.create_topics` only, never by writing or reading.
    """

    async def producer(self) -> Producer:
        """A connected producer.

        Raises:
            BusUnavailableError: the broker cannot be reached.
        """

    async def consumer(self, spec: ConsumerSpec) -> Consumer:
        """A consumer that is joining its group; partitions may come later (`assigned`).

        A group without committed offsets starts at the beginning.

        Raises:
            BusUnavailableError: the broker cannot be reached, or a topic of `spec` does not exist yet.
        """

    async def admin(self) -> Admin:
        """A connected admin.

        Raises:
            BusUnavailableError: the broker cannot be reached.
        """
