"""What a broker in memory knows: its topics with their records, its groups with their offsets."""

import asyncio
from dataclasses import dataclass, field

from leadtrace.bus.protocol import Record, TopicSpec

Place = tuple[str, int]
"""A topic and one of its partitions."""


@dataclass(slots=True)
class Group:
    """The members of a group in the order in which they joined, and how far the group has come."""

    members: list[object] = field(default_factory=list)
    offsets: dict[Place, int] = field(default_factory=dict)
    generation: int = 0

    def join(self, member: object) -> None:
        """Take a member in: the partitions are handed out anew."""
        self.members.append(member)
        self.generation += 1

    def leave(self, member: object) -> None:
        """Let a member go, if it is one: the partitions are handed out anew."""
        if member in self.members:
            self.members.remove(member)
            self.generation += 1

    def share_of(self, member: object, places: list[Place]) -> list[Place]:
        """The partitions of one member: dealt out in turn, every partition to exactly one."""
        number = self.members.index(member)
        return places[number :: len(self.members)]


class MemoryLog:
    """One life of a broker; what is forgotten is replaced by a new one."""

    def __init__(self, cluster_id: str) -> None:
        self.cluster_id = cluster_id
        self.topics: dict[str, list[list[Record]]] = {}
        self.specs: dict[str, TopicSpec] = {}
        self.groups: dict[str, Group] = {}
        self.arrived = asyncio.Condition()

    def create(self, spec: TopicSpec) -> bool:
        """Create a topic; False if it is there already."""
        if spec.name in self.topics:
            return False
        self.topics[spec.name] = [[] for _ in range(spec.partitions)]
        self.specs[spec.name] = spec
        return True

    def group(self, name: str) -> Group:
        """The group of this name, made if need be."""
        return self.groups.setdefault(name, Group())

    def places(self, topics: tuple[str, ...]) -> list[Place]:
        """Every partition of these topics, in a fixed order."""
        return [(topic, number) for topic in sorted(topics) for number in range(len(self.topics[topic]))]

    def records(self, place: Place) -> list[Record]:
        """The records of one partition."""
        topic, partition = place
        return self.topics[topic][partition]

    def append(
        self,
        place: Place,
        key: bytes | None,
        value: bytes | None,
        headers: tuple[tuple[str, bytes], ...] = (),
    ) -> None:
        """Add a record at the end of a partition; `wake` tells those who wait."""
        records = self.records(place)
        records.append(Record(*place, len(records), key, value, headers))

    async def wake(self) -> None:
        """Tell every waiting consumer to look again."""
        async with self.arrived:
            self.arrived.notify_all()
