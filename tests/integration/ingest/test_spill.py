"""While PostgreSQL is away requests are spilled, and filed as they were received when it is back."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.settings_groups import Door
from leadtrace.store.engine import connect
from leadtrace.testing.eventually import eventually, eventually_answers
from leadtrace.testing.vault import wrapper_of
from leadtrace_ingest.door.committer import Committer
from leadtrace_ingest.door.intake import IntakeEntry, Kept, NotDurableError
from leadtrace_ingest.door.spill.frames import FRAME_BYTES
from leadtrace_ingest.personal.raw import opened_delivery
from tests.integration.ingest.door_scene import ADMIN_KEY, running_door
from tests.integration.ingest.spill_scene import Gate, SpillScene, spill_scene
from tests.unit.ingest.hubspot_items import item, raw
from tests.unit.ingest.spilling import at_work, entry, files_in, on_disk, spilling

BODY = raw([item("contact.creation"), item("contact.creation", eventId=2)])


async def until_filed(scene: SpillScene) -> None:
    async def nothing_waits() -> bool:
        return all(place.requests == 0 for place in scene.spill.status().places)

    await eventually_answers(nothing_waits, what="the spill is filed")


async def test_what_is_spilled_is_filed_under_its_own_id_and_receipt_time(
    database_url: str, tmp_path: Path
) -> None:
    given = [entry(n, body=b"\x00%d" % n) for n in range(40)]
    async with spill_scene(database_url, tmp_path) as scene:
        scene.gate.close()
        assert set(await scene.submit(*given)) == {Kept.SPILLED}
        assert await scene.stored() == []
        (place,) = scene.spill.status().places
        assert (place.requests, place.usable) == (40, True)
        assert 3_599 < place.oldest_age_s <= 3_600
        scene.gate.open = True
        await until_filed(scene)
        assert [replace(one, headers="") for one in await scene.stored()] == [
            replace(one, headers="") for one in given
        ]
    assert on_disk(tmp_path) == []


async def test_only_the_first_waits_for_postgres_and_when_it_is_back_nothing_is_spilled(
    database_url: str, tmp_path: Path
) -> None:
    async with spill_scene(database_url, tmp_path) as scene:
        assert await scene.submit(entry()) == [Kept.COMMITTED]
        scene.gate.close()
        began = time.monotonic()
        assert await scene.submit(entry()) == [Kept.SPILLED]
        assert time.monotonic() - began >= 0.3
        began = time.monotonic()
        assert set(await scene.submit(*(entry(n) for n in range(20)))) == {Kept.SPILLED}
        assert time.monotonic() - began < 0.3
        scene.gate.open = True
        await until_filed(scene)

        async def commits_again() -> bool:
            return await scene.submit(entry()) == [Kept.COMMITTED]

        await eventually_answers(commits_again, what="requests are committed again")


async def test_a_commit_that_nobody_heard_of_and_the_spill_make_one_row(
    database_url: str, tmp_path: Path
) -> None:
    """The insert hangs on a lock, the request is spilled, and then both are stored."""
    async with spill_scene(database_url, tmp_path) as scene:
        given = [entry(n) for n in range(3)]
        async with scene.look.transaction():
            await scene.look.execute("lock table ingest.intake in exclusive mode")
            assert await scene.submit(*given) == [Kept.SPILLED] * 3
        await until_filed(scene)
        assert [one.intake_id for one in await scene.stored()] == [one.intake_id for one in given]


async def test_nothing_durable_left_is_refused_at_once(database_url: str, tmp_path: Path) -> None:
    async with spill_scene(database_url, tmp_path, quota=0) as scene:
        scene.gate.close()
        (first,) = await scene.submit(entry())
        began = time.monotonic()
        (second,) = await scene.submit(entry())
        assert time.monotonic() - began < 0.2
        assert isinstance(first, NotDurableError)
        assert isinstance(second, NotDurableError)
        assert "quota" in str(second)


async def test_a_commit_in_flight_is_waited_for_when_the_spill_refuses(
    database_url: str, tmp_path: Path
) -> None:
    async with spill_scene(database_url, tmp_path, quota=0, hard_stop_s=5.0) as scene:
        async with scene.look.transaction():
            await scene.look.execute("lock table ingest.intake in exclusive mode")
            waiting = asyncio.create_task(scene.submit(entry()))
            # Longer than the retry window, so that the spill has refused it.
            await asyncio.wait({waiting}, timeout=1.0)
            assert not waiting.done()
        assert await waiting == [Kept.COMMITTED]


async def test_what_a_dead_door_left_is_filed_without_the_torn_end(database_url: str, tmp_path: Path) -> None:
    left = [entry(n) for n in range(5)]
    async with spilling(tmp_path) as dead:
        await asyncio.gather(*(dead.submit(one) for one in left))
    (path,) = files_in(tmp_path)
    with path.open("ab") as file:
        file.write(path.read_bytes()[8 : 8 + FRAME_BYTES + 10])
    async with spill_scene(database_url, tmp_path) as scene:
        await until_filed(scene)
        assert [one.intake_id for one in await scene.stored()] == [one.intake_id for one in left]
        assert scene.spill.status().set_aside == 0


async def test_a_damaged_file_is_filed_as_far_as_it_can_be_read_and_set_aside(
    database_url: str, tmp_path: Path
) -> None:
    left = [entry(n, body=b"x" * 100) for n in range(3)]
    async with spilling(tmp_path) as dead:
        await asyncio.gather(*(dead.submit(one) for one in left))
    (path,) = files_in(tmp_path)
    damaged = bytearray(path.read_bytes())
    damaged[-300] ^= 1
    path.write_bytes(damaged)
    async with spill_scene(database_url, tmp_path) as scene:

        async def is_set_aside() -> bool:
            return scene.spill.status().set_aside == 1

        await eventually_answers(is_set_aside, what="the damaged file is set aside")
        stored = await scene.stored()
    assert [one.intake_id for one in stored] == [one.intake_id for one in left[: len(stored)]]
    assert 0 < len(stored) < 3
    assert (len(files_in(tmp_path)), len(files_in(tmp_path, ".aside"))) == (0, 1)


async def test_filing_twice_changes_nothing(database_url: str, tmp_path: Path) -> None:
    """As after a crash between the insert and the removal of the file."""
    left = [entry(n) for n in range(3)]
    for _ in range(2):
        async with spilling(tmp_path) as dead:
            await asyncio.gather(*(dead.submit(one) for one in left))
        async with spill_scene(database_url, tmp_path) as scene:
            await until_filed(scene)
            assert [one.intake_id for one in await scene.stored()] == [one.intake_id for one in left]


async def test_a_taken_idempotency_key_drops_nothing_that_was_acknowledged(
    database_url: str, tmp_path: Path
) -> None:
    async with spill_scene(database_url, tmp_path) as scene:
        first, second = entry(1, key="same", body=b"1"), entry(2, key="same", body=b"2")
        assert await scene.submit(first) == [Kept.COMMITTED]
        scene.gate.close()
        assert await scene.submit(second) == [Kept.SPILLED]
        scene.gate.open = True
        await until_filed(scene)
        assert [(one.body, one.idempotency_key) for one in await scene.stored()] == [
            (b"1", "same"),
            (b"2", None),
        ]


class SlowFallback:
    """A spill whose disk takes its time."""

    def __init__(self) -> None:
        self.kept: list[asyncio.Future[None]] = []

    def submit(self, entry: IntakeEntry) -> asyncio.Future[None]:
        """Promise it."""
        del entry
        self.kept.append(asyncio.get_running_loop().create_future())
        return self.kept[-1]


@pytest.mark.parametrize(("key", "kept"), [(None, Kept.COMMITTED), ("same", Kept.SPILLED)])
async def test_a_key_is_not_asked_for_any_more_once_the_spill_may_have_the_request(
    database_url: str, key: str | None, kept: Kept
) -> None:
    """Else it could be refused for its key, and filed from the spill all the same."""
    gate, slow = Gate(database_url), SlowFallback()
    limits = Door(retry_window_s=0.2, hard_stop_s=5.0)
    committer = Committer(gate.connect, limits, Metrics(), slow)
    look = await connect(database_url)
    async with at_work(committer.run):
        async with look.transaction():
            await look.execute("lock table ingest.intake in exclusive mode")
            waiting = committer.submit(entry(key=key))
            await eventually(lambda: bool(slow.kept), what="the spill is asked")
        await eventually(lambda: not committer._group, what="PostgreSQL has committed it")
        assert waiting.done() is (key is None)
        slow.kept[0].set_result(None)
        assert await waiting is kept
    await look.close()


async def test_all_bounds_count_from_when_the_request_began_to_wait(
    database_url: str, tmp_path: Path
) -> None:
    async with spill_scene(database_url, tmp_path, quota=0, hard_stop_s=4.0) as scene:
        scene.gate.close()
        began = time.monotonic()
        with pytest.raises(NotDurableError):
            await scene.committer.submit(entry(), since=began - 3.9)
        assert time.monotonic() - began < 1.0


async def test_an_entry_that_the_database_cannot_hold_stops_no_other(
    database_url: str, tmp_path: Path
) -> None:
    poison = replace(entry(), headers='{"a":"\\u0000"}')
    async with spill_scene(database_url, tmp_path) as scene:
        kept = await scene.submit(*(entry(n) for n in range(5)), poison, *(entry(n) for n in range(5)))
        assert isinstance(kept.pop(5), NotDurableError)
        assert kept == [Kept.COMMITTED] * 10
        scene.gate.close()
        assert await scene.submit(entry(), poison, entry()) == [Kept.SPILLED] * 3
        scene.gate.open = True
        await until_filed(scene)
        assert len(await scene.stored()) == 12
        assert scene.spill.status().set_aside == 1


async def test_one_sender_leaves_room_for_the_others(database_url: str, tmp_path: Path) -> None:
    big = b"x" * 200_000
    async with spill_scene(database_url, tmp_path, max_waiting_bytes=1_048_576) as scene:
        noisy = [scene.committer.submit(entry(body=big, sender="noisy")) for _ in range(2)]
        with pytest.raises(NotDurableError):
            scene.committer.submit(entry(body=big, sender="noisy"))
        quiet = scene.committer.submit(entry(body=big, sender="quiet"))
        await asyncio.gather(*noisy, quiet)
        assert await scene.submit(entry(body=big, sender="noisy")) == [Kept.COMMITTED]


class TestDoor:
    async def test_2xx_only_if_the_bytes_are_durable_with_broker_and_postgres_away(
        self, database_url: str, tmp_path: Path
    ) -> None:
        """Trap 1: an exception swallowed and a success answered. Here 202 means that a file holds it."""
        nowhere = database_url.replace("port=5432", "port=5999")
        settings: dict[str, Any] = {"retry_window_s": 0.2, "spill_dir": tmp_path}
        async with running_door(nowhere, wait=False, **settings) as door:
            await door.bus.make_unavailable()
            accepted = await door.post(BODY)
            assert accepted.status_code == 202
            (kept,) = on_disk(tmp_path)
            opened = opened_delivery(wrapper_of(), kept.intake_id, kept.headers, kept.body, kept.body_key)
            assert (str(kept.intake_id), opened.body) == (accepted.json()["intake_id"], BODY)
        async with running_door(nowhere, wait=False, **settings, spill_max_bytes=0) as door:
            refused = await door.post(BODY)
            assert (refused.status_code, refused.headers["content-type"]) == (503, "application/problem+json")
            assert int(refused.headers["retry-after"]) > 0
            assert len(on_disk(tmp_path)) == 1
        async with running_door(database_url, spill_dir=tmp_path):
            database = await connect(database_url)

            async def filed() -> bool:
                return bool(await database.fetchval("select intake_id from ingest.intake") == kept.intake_id)

            await eventually_answers(filed, what="the next door files it")
            await database.close()

    async def test_it_is_ready_while_it_can_spill_and_names_what_is_missing(self, database_url: str) -> None:
        nowhere = database_url.replace("port=5432", "port=5999")
        async with running_door(nowhere, retry_window_s=0.2) as door:
            ready = await door.client.get("/readyz")
            assert (ready.status_code, ready.json()["ready"]) == (200, True)
            (missing,) = ready.json()["missing"]
            assert (missing["dependency"], missing["bridged"]) == ("postgres", True)

    async def test_the_admin_route_and_the_metrics_tell_what_waits(self, database_url: str) -> None:
        nowhere = database_url.replace("port=5432", "port=5999")
        async with running_door(nowhere, retry_window_s=0.2) as door:
            assert (await door.client.get("/v1/admin/spill")).status_code == 401
            assert (await door.post(BODY)).status_code == 202
            key = {"Authorization": f"Bearer {ADMIN_KEY}"}
            (place,) = (await door.client.get("/v1/admin/spill", headers=key)).json()["places"]
            assert (place["place"], place["usable"], place["requests"]) == ("file", True, 1)
            assert place["bytes"] > len(BODY)
            metrics = (await door.client.get("/metrics")).text
            assert 'leadtrace_spill_waiting_requests{place="file"} 1.0' in metrics
            assert 'leadtrace_spilled_requests_total{place="file"} 1.0' in metrics
