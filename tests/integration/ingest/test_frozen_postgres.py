"""PostgreSQL that neither answers nor goes away: the door bridges it, says so, and stops in time."""

import time
from collections.abc import Generator
from contextlib import contextmanager

import psutil

from leadtrace.store.engine import connect
from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.postgres import PostgresServer
from tests.integration.ingest.door_scene import DoorScene, running_door
from tests.integration.ingest.events_scene import BEARER, PATH, SENDERS
from tests.unit.ingest.event_items import event
from tests.unit.ingest.hubspot_items import item, raw

HARD_STOP_S = 4.0


@contextmanager
def frozen(server: PostgresServer) -> Generator[None]:
    """Every process of the server stands still, as on a machine whose disk hangs."""
    pid = server.postgres.pid
    assert pid is not None
    postmaster = psutil.Process(pid)
    processes = [postmaster, *postmaster.children(recursive=True)]
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            if process.is_running():
                process.resume()


async def stored(url: str) -> list[tuple[int, int]]:
    """How many deliveries there are, and how many ids."""
    connection = await connect(url)
    try:
        found = await connection.fetch("select count(*), count(distinct intake_id) from ingest.intake")
        return [tuple(row) for row in found]
    finally:
        await connection.close()


async def post(door: DoorScene, number: int) -> tuple[int, float]:
    began = time.monotonic()
    answer = await door.post(raw([item("contact.creation", eventId=number)]))
    return answer.status_code, time.monotonic() - began


async def post_event(door: DoorScene, number: int) -> tuple[int, float]:
    """An event with a key, which asks the database more than once where that answers."""
    began = time.monotonic()
    headers = {**BEARER, "Idempotency-Key": f"k{number}"}
    answer = await door.client.post(PATH, json=event(id=f"e{number}"), headers=headers)
    return answer.status_code, time.monotonic() - began


async def test_requests_are_acknowledged_meanwhile_and_filed_once_afterwards(
    database_url: str, postgres_server: PostgresServer
) -> None:
    async with running_door(database_url, senders=SENDERS) as door:
        assert (await post(door, 0))[0] == 202
        assert (await post_event(door, 0))[0] == 202
        with frozen(postgres_server):
            answers = [await post(door, number) for number in range(1, 6)]
            answers += [await post_event(door, number) for number in range(1, 4)]
            began = time.monotonic()
            ready = await door.client.get("/readyz")
            assert time.monotonic() - began < 4.0
        assert [status for status, _ in answers] == [202] * 8
        assert all(seconds < HARD_STOP_S for _, seconds in answers)
        assert all(seconds < 1.0 for _, seconds in answers[1:])
        assert (ready.status_code, "postgres" in ready.text) == (200, True)

        async def all_filed() -> bool:
            return await stored(database_url) == [(10, 10)]

        await eventually_answers(all_filed, what="what was spilled is filed", deadline_s=30.0)


async def test_a_door_stops_in_time(database_url: str, postgres_server: PostgresServer) -> None:
    async with running_door(database_url) as door:
        assert (await post(door, 0))[0] == 202
        with frozen(postgres_server):
            assert (await post(door, 1))[0] == 202
            began = time.monotonic()
            door.stop.set("the test asks for it")
            await door.task
            assert time.monotonic() - began < door.settings.installation.drain_deadline_s + 8.0
