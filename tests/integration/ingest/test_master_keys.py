"""Master keys: rotated while everything goes on, and a wrong one is told at start."""

import asyncio
from pathlib import Path

import httpx
import pytest

from leadtrace.cli.finding import Finding, Verdict
from leadtrace.cli.master_key_check import check_master_keys
from leadtrace.embedded.readiness import free_port
from leadtrace.events.codec import decode_event
from leadtrace.runtime.clock import FrozenClock
from leadtrace.runtime.server import BackgroundFailedError
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.runtime.vault.wrapper import UnknownMasterKeyError
from leadtrace.store.connection import Connection
from leadtrace.store.engine import connect
from leadtrace.testing.chain import make_bus
from leadtrace.testing.vault import MASTER_KEY, OTHER_MASTER_KEY, wrapper_of
from leadtrace_ingest.personal.master_keys import check_master_keys as note_master_keys
from leadtrace_ingest.personal.raw import opened_delivery, opened_item
from leadtrace_ingest.personal.rotation import rotate
from leadtrace_ingest.relay.process import RelayProcess
from leadtrace_ingest.settings import configured_senders
from tests.integration.ingest.door_scene import ADMIN_KEY, running_door
from tests.integration.ingest.opened import person_of
from tests.integration.ingest.scene import Scene, ingest_scene
from tests.unit.ingest.hubspot_items import contact_property, item, raw

EMAIL = "ann@mailbox.example"
BODY = raw([contact_property("email", EMAIL), item("contact.teleported", eventId=2)])
OLD, NEW = wrapper_of(MASTER_KEY), wrapper_of(OTHER_MASTER_KEY)
BOTH = wrapper_of(OTHER_MASTER_KEY, MASTER_KEY)


def settings(url: str, *keys: str) -> Settings:
    """An installation with these master keys."""
    return Settings.model_validate(
        {
            "installation": {"profile": "distributed"},
            "postgres": {"url": url},
            "ports": {"relay": free_port()},
            "personal": {"master_keys": keys},
        }
    )


async def stored(url: str) -> None:
    """One delivery under the old key, worked through: an event, a held item."""
    async with running_door(url) as door:
        assert (await door.post(BODY)).status_code == httpx.codes.ACCEPTED
    async with ingest_scene(url) as scene:
        await scene.drain()


async def all_wrapped(scene: Scene) -> list[bytes]:
    """Every wrapped key of every table."""
    query = """
    select wrapped from ingest.personal_keys
    union all select body_key from ingest.intake union all select raw_key from ingest.quarantine
    """
    return [wrapped for (wrapped,) in await scene.pool.fetch(query)]


async def test_rotation_brings_everything_under_the_new_key(database_url: str) -> None:
    await stored(database_url)
    async with ingest_scene(database_url) as scene:
        wrapped = await all_wrapped(scene)
        # Those of the person, of the delivery, of the held item, and of the words that people are found by.
        assert len(wrapped) == 4
        assert {one[:8] for one in wrapped} == {OLD.current}
        done = await rotate(scene.pool, BOTH)
        assert done == (4, 0)
        assert {one[:8] for one in await all_wrapped(scene)} == {NEW.current}
        row = await scene.pool.fetchrow("select intake_id, headers, body, body_key from ingest.intake")
        assert opened_delivery(NEW, *(row or ())).body == BODY
        with pytest.raises(UnknownMasterKeyError):
            opened_delivery(OLD, *(row or ()))
        assert await rotate(scene.pool, BOTH) == (0, 0)


async def test_rotation_needs_the_old_key(database_url: str) -> None:
    await stored(database_url)
    async with ingest_scene(database_url) as scene:
        with pytest.raises(UnknownMasterKeyError, match=OLD.current.hex()):
            await rotate(scene.pool, NEW)
        assert {one[:8] for one in await all_wrapped(scene)} == {OLD.current}


async def test_what_an_older_version_stored_in_clear_is_read_and_then_sealed(database_url: str) -> None:
    async with ingest_scene(database_url) as scene:
        (intake_id,) = await scene.accept(BODY)  # as a row without a key
        await scene.drain()
        assert await scene.pool.fetchval("select body from ingest.intake") == BODY
        await scene.pool.execute("update ingest.quarantine set raw = 'in clear', raw_key = null")
        assert await rotate(scene.pool, OLD) == (0, 2)
        row = await scene.pool.fetchrow("select intake_id, headers, body, body_key from ingest.intake")
        assert row is not None
        assert EMAIL.encode() not in row["body"]
        assert opened_delivery(OLD, *row).body == BODY
        held = await scene.pool.fetchrow("select intake_id, item, raw, raw_key from ingest.quarantine")
        assert opened_item(OLD, *(held or ())) == b"in clear"
        event = decode_event(await scene.pool.fetchval("select body from ingest.events"))
        person = await person_of(scene.pool, event)
        assert (intake_id, person and person.email) == (row["intake_id"], EMAIL)


async def test_the_route_rotates_and_says_what_is_in_use(database_url: str) -> None:
    await stored(database_url)
    headers = {"authorization": f"Bearer {ADMIN_KEY}"}
    async with running_door(database_url) as door:
        assert (await door.client.get("/v1/admin/master-keys")).status_code == 401
        in_use = (await door.client.get("/v1/admin/master-keys", headers=headers)).json()
        assert in_use == {"current": OLD.current.hex(), "in_use": [OLD.current.hex()]}
        done = await door.client.post("/v1/admin/master-keys/rotate", headers=headers)
        assert done.json() == {"current": OLD.current.hex(), "rewrapped": 0, "sealed": 0}


@pytest.mark.logs_internal_errors
async def test_a_relay_with_a_wrong_master_key_ends_and_says_why(database_url: str) -> None:
    await stored(database_url)
    given = settings(database_url, OTHER_MASTER_KEY)
    relay = RelayProcess(given, configured_senders(given), await make_bus(), FrozenClock())
    with pytest.raises(BackgroundFailedError, match=f"sealed under {OLD.current.hex()}"):
        await asyncio.wait_for(relay.run(StopSignal()), timeout=20)


async def findings(url: str, *keys: str) -> Finding:
    (one,) = await check_master_keys(settings(url, *keys))
    return one


class TestDoctor:
    async def test_it_compares_what_is_given_with_what_is_in_use(self, database_url: str) -> None:
        await stored(database_url)
        assert (await findings(database_url, MASTER_KEY)).verdict is Verdict.GOOD
        wrong = await findings(database_url, OTHER_MASTER_KEY)
        assert (wrong.verdict, OLD.current.hex() in wrong.detail) == (Verdict.BAD, True)
        begun = await findings(database_url, OTHER_MASTER_KEY, MASTER_KEY)
        assert (begun.verdict, "rotate-master" in begun.remedy) == (Verdict.DOUBTFUL, True)
        none = await findings(database_url)
        assert (none.verdict, "new-master" in none.remedy) == (Verdict.BAD, True)

    async def test_after_a_rotation_the_old_one_may_go(self, database_url: str) -> None:
        await stored(database_url)
        async with ingest_scene(database_url) as scene:
            await note_master_keys(scene.pool, BOTH)
            await rotate(scene.pool, BOTH)
        assert (await findings(database_url, OTHER_MASTER_KEY)).verdict is Verdict.GOOD

    async def test_a_data_folder_that_lost_its_key_is_bad(self, database_url: str, tmp_path: Path) -> None:
        await stored(database_url)
        lost = Settings.model_validate(
            {"postgres": {"url": database_url}, "embedded": {"data_dir": str(tmp_path)}}
        )
        (one,) = await check_master_keys(lost)
        assert (one.verdict, "master-keys" in one.remedy) == (Verdict.BAD, True)


async def test_views_tell_readers_of_wrapped_keys_only(database_url: str) -> None:
    await stored(database_url)
    connection: Connection = await connect(database_url, "leadtrace_api")
    try:
        rows = await connection.fetch("select * from ingest.pub_personal_keys")
        assert {frozenset(row.keys()) for row in rows} == {frozenset({"subject_key", "wrapped"})}
        assert await connection.fetchval("select count(*) from ingest.pub_master_keys") == 1
        assert await connection.fetch("select * from ingest.pub_erasures") == []
    finally:
        await connection.close()
