"""`leadtrace up` as a whole: start, revival, recycling and the ordered stop, with stand-in services."""

import asyncio
from pathlib import Path

import psutil
import pytest

from leadtrace.bus.protocol import BusUnavailableError
from leadtrace.cli.wiring import make_admin
from leadtrace.embedded.drained import is_drained
from leadtrace.embedded.readiness import free_port
from leadtrace.embedded.supervisor import StartFailedError
from leadtrace.events.topics import all_topic_names
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_groups import Embedded, Kafka, Postgres
from leadtrace.store.engine import UNAVAILABLE, connect
from leadtrace.testing.eventually import eventually, eventually_answers

from .stand_ins import Installation, installation, parts, settings_in, stand_in

pytestmark = [pytest.mark.embedded, pytest.mark.slow]

REVIVAL_S = 20.0


async def topics_of(settings: Settings) -> dict[str, int]:
    admin = await make_admin(settings)
    try:
        return await admin.list_topics()
    finally:
        await admin.close()


async def cluster_of(settings: Settings) -> str:
    admin = await make_admin(settings)
    try:
        return await admin.cluster_id()
    finally:
        await admin.close()


def pid_of(up: Installation, name: str) -> int | None:
    children = up.supervisor._children
    assert children is not None
    return next(child.pid for child in children.all if child.service.name == name)


async def test_starts_everything_and_stops_it_in_the_order_of_the_flow(folder: Path) -> None:
    services = [stand_in(name, folder) for name in ("door", "relay", "api")]
    async with installation(folder, services) as up:
        running = up.ready.result()
        assert [one.ready for one in running.services] == [True] * 3
        assert set(await topics_of(running.settings)) == set(all_topic_names())
        connection = await connect(running.settings.postgres_url)
        schemas = await connection.fetchval(
            "select count(*) from information_schema.schemata where schema_name = any($1)",
            ["ingest", "scoring", "attribution", "api"],
        )
        await connection.close()
        assert schemas == 4
        state = up.folder.read_state()
        assert state is not None
        assert state.postgres_url == running.settings.postgres_url
        pids = [*running.pids.values()]
        up.stop.set("test")
        await up.task
    assert up.history()[-3:] == ["stopped door", "stopped relay", "stopped api"]
    assert not [pid for pid in pids if pid and psutil.pid_exists(pid)]
    assert not up.folder.in_use()


async def test_services_are_told_addresses_key_and_profile(folder: Path) -> None:
    async with installation(folder, [stand_in("door", folder)]) as up:
        running = up.ready.result()
        told = dict(
            line.split("=", 1) for line in (folder / "door.env").read_text().splitlines() if "=" in line
        )
        assert told["LEADTRACE_POSTGRES__URL"] == running.settings.postgres_url
        assert told["LEADTRACE_KAFKA__BOOTSTRAP_SERVERS"] == running.settings.kafka_bootstrap_servers
        assert told["LEADTRACE_KAFKA__BROKER"] == "embedded"
        assert told["LEADTRACE_INSTALLATION__PROFILE"] == "embedded"
        assert told["LEADTRACE_KEYS__BOOTSTRAP"] == running.bootstrap_key == up.folder.known_bootstrap_key()


async def test_a_service_that_was_killed_comes_back(folder: Path) -> None:
    async with installation(folder, [stand_in("door", folder)]) as up:
        killed = up.ready.result().pids["door"]
        assert killed is not None
        psutil.Process(killed).kill()
        await eventually(
            lambda: up.history().count("started door") == 2, what="a second start", deadline_s=REVIVAL_S
        )
        assert pid_of(up, "door") != killed


async def test_postgres_that_was_killed_comes_back_with_its_data(folder: Path) -> None:
    async with installation(folder, [stand_in("door", folder)]) as up:
        url = up.ready.result().settings.postgres_url
        connection = await connect(url)
        await connection.execute("create table kept as select 1 as n")
        postgres = up.supervisor._infrastructure.postgres
        assert postgres is not None
        killed = postgres.pid
        psutil.Process(killed).kill()
        connection.terminate()
        await eventually(
            lambda: postgres.running and postgres.pid != killed, what="PostgreSQL again", deadline_s=REVIVAL_S
        )

        async def kept() -> object:
            try:
                again = await connect(url)
            except UNAVAILABLE:
                return None
            try:
                return await again.fetchval("select n from kept")
            finally:
                await again.close()

        assert await eventually_answers(kept, what="the committed row") == 1


async def test_a_killed_broker_comes_back_empty_with_its_topics(folder: Path) -> None:
    async with installation(folder, [stand_in("door", folder)]) as up:
        settings = up.ready.result().settings
        before = await cluster_of(settings)
        broker = up.supervisor._infrastructure.broker
        assert broker is not None
        killed = broker.pid
        psutil.Process(killed).kill()
        await eventually(
            lambda: broker.running and broker.pid != killed, what="a broker", deadline_s=REVIVAL_S
        )

        async def complete() -> bool:
            try:
                return set(await topics_of(settings)) == set(all_topic_names())
            except BusUnavailableError:
                return False

        await eventually_answers(complete, what="the topics", deadline_s=REVIVAL_S)
        assert await cluster_of(settings) != before


async def test_the_broker_is_recycled_once_drained_and_past_its_bound(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadtrace.embedded.infrastructure._RECYCLE_LOOK_S", 0.1)
    monkeypatch.setattr("leadtrace.embedded.infrastructure._BYTES_PER_MB", 1)
    (folder / "lag").write_text("3")
    services = [stand_in("scoring", folder)]
    asked = asyncio.Event()

    async def drained() -> bool:
        asked.set()
        return await is_drained(services, "127.0.0.1", ["leadtrace_consumer_lag_records"])

    async with installation(folder, services, given=parts(is_drained=drained)) as up:
        settings = up.ready.result().settings
        first = await cluster_of(settings)
        await asyncio.wait_for(asked.wait(), REVIVAL_S)
        assert await cluster_of(settings) == first
        (folder / "lag").write_text("0")
        broker = up.supervisor._infrastructure.broker
        assert broker is not None
        killed = broker.pid
        await eventually(
            lambda: broker.running and broker.pid != killed, what="a new broker", deadline_s=REVIVAL_S
        )
        # Lag again, so that it is not recycled once more while the test looks.
        (folder / "lag").write_text("3")


async def test_a_service_that_keeps_dying_ends_the_start_with_its_words(folder: Path) -> None:
    services = [stand_in("door", folder), stand_in("scoring", folder, "dies")]
    with pytest.raises(StartFailedError, match=r"scoring keeps dying:[\s\S]*no definitions here"):
        async with installation(folder, services):
            pytest.fail("it must not become ready")
    assert (folder / "history").read_text().splitlines()[-1] == "stopped door"


async def test_a_service_that_is_never_ready_ends_the_start_with_what_it_misses(folder: Path) -> None:
    services = [stand_in("scoring", folder, "never-ready")]
    settings = settings_in(folder, start_deadline_s=20)
    with pytest.raises(StartFailedError, match="scoring: broker: no partitions"):
        async with installation(folder, services, settings=settings):
            pytest.fail("it must not become ready")


async def test_a_service_that_does_not_drain_is_killed_at_its_deadline(folder: Path) -> None:
    settings = settings_in(folder, stop_deadline_s=0.5)
    async with installation(folder, [stand_in("door", folder, "stubborn")], settings=settings) as up:
        pid = up.ready.result().pids["door"]
        assert pid is not None
        up.stop.set("test")
        await asyncio.wait_for(up.task, REVIVAL_S)
        assert not psutil.pid_exists(pid)


async def test_addresses_of_somebody_else_are_left_alone(folder: Path, database_url: str) -> None:
    settings = Settings(
        embedded=Embedded(data_dir=folder / "data"),
        postgres=Postgres.model_validate({"url": database_url}),
        kafka=Kafka(bootstrap_servers=f"127.0.0.1:{free_port()}"),
    )
    async with installation(folder, [stand_in("door", folder)], settings=settings) as up:
        assert up.supervisor._infrastructure.postgres is None
        assert up.supervisor._infrastructure.broker is None
        assert up.ready.result().settings == settings
