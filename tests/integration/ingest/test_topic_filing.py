"""What doors spilled to the topic is filed once PostgreSQL is back, each request once."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from leadtrace.bus.memory import MemoryBus
from leadtrace.bus.protocol import TopicSpec
from leadtrace.events.topics import Topic, dead_letter_topic
from leadtrace.runtime.metrics import Metrics
from leadtrace.testing.eventually import eventually_answers
from leadtrace_ingest.door.intake import Kept
from leadtrace_ingest.door.spill.topic_filer import TopicFiler
from leadtrace_ingest.door.spill.topic_spill import TopicSpill
from tests.integration.ingest.spill_scene import Gate, SpillScene, spill_scene
from tests.unit.ingest.spilling import entry, on_disk


@asynccontextmanager
async def topic_scene(url: str, folder: Path, bus: MemoryBus) -> AsyncGenerator[SpillScene]:
    gate = Gate(url)
    topic = TopicSpill(bus, Metrics(), look_every_s=0.05), TopicFiler(bus, gate.connect, Metrics())
    async with spill_scene(url, folder, topic, gate) as scene:

        async def usable() -> bool:
            return scene.spill.status().places[0].usable

        await eventually_answers(usable, what="the topic can be used")
        yield scene


async def cluster() -> MemoryBus:
    bus = MemoryBus()
    safe = TopicSpec(Topic.INTAKE_SPILL, 3, replication=3, min_insync=2)
    await (await bus.admin()).create_topics([safe, TopicSpec(dead_letter_topic(Topic.INTAKE_SPILL), 1)])
    return bus


async def until_stored(scene: SpillScene, count: int) -> None:
    async def stored() -> bool:
        return len(await scene.stored()) >= count

    await eventually_answers(stored, what=f"{count} requests are filed")


async def test_what_is_on_the_topic_is_filed_as_it_was_received(database_url: str, tmp_path: Path) -> None:
    bus = await cluster()
    given = [entry(n) for n in range(30)]
    async with topic_scene(database_url, tmp_path, bus) as scene:
        scene.gate.close()
        assert set(await scene.submit(*given)) == {Kept.SPILLED}
        assert on_disk(tmp_path) == []

        async def waits() -> bool:
            return scene.spill.status().places[0].requests == 30

        await eventually_answers(waits, what="the status tells what waits on the topic")
        scene.gate.open = True
        await until_stored(scene, 30)
        stored = await scene.stored()
    assert [(one.intake_id, one.received_at, one.body) for one in stored] == [
        (one.intake_id, one.received_at, one.body) for one in given
    ]


async def test_what_a_dead_door_left_on_the_topic_is_filed_by_another(
    database_url: str, tmp_path: Path
) -> None:
    bus = await cluster()
    left = entry()
    async with topic_scene(database_url, tmp_path / "one", bus) as dies:
        dies.gate.close()
        assert await dies.submit(left) == [Kept.SPILLED]
    async with topic_scene(database_url, tmp_path / "other", bus) as heir:
        await until_stored(heir, 1)
        assert [one.intake_id for one in await heir.stored()] == [left.intake_id]


async def test_a_record_that_is_no_request_goes_to_the_dead_letters_and_stops_nothing(
    database_url: str, tmp_path: Path
) -> None:
    bus = await cluster()
    await bus.put(Topic.INTAKE_SPILL, b"key", b"no request")
    async with topic_scene(database_url, tmp_path, bus) as scene:
        scene.gate.close()
        assert await scene.submit(entry()) == [Kept.SPILLED]
        scene.gate.open = True
        await until_stored(scene, 1)

        async def buried() -> bool:
            records = bus.reach().records((dead_letter_topic(Topic.INTAKE_SPILL), 0))
            return [record.value for record in records] == [b"no request"]

        await eventually_answers(buried, what="it is among the dead letters")
