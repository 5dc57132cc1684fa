"""Imports through the door and the relay, over real HTTP and a real database."""

from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec
import pytest
import pytest_asyncio

from leadtrace_ingest.importing.batch import Batch, batches
from leadtrace_ingest.importing.checking import Checked
from leadtrace_ingest.importing.door_client import DoorAwayError, DoorClient, DoorRefusedError
from leadtrace_ingest.importing.mapping_file import load_import_mapping, mapping_path
from leadtrace_ingest.importing.row import Row
from leadtrace_ingest.senders.imported.header import ImportHeader, body_of, hash_of
from tests.integration.ingest.door_scene import ADMIN_KEY, DoorScene, running_door
from tests.integration.ingest.scene import Scene
from tests.unit.ingest.hubspot_items import item, raw
from tests.unit.ingest.import_files import checked
from tests.unit.ingest.test_import_adapter import MAPPING, ROW, body, header_of
from tests.unit.ingest.test_import_spend import GOOGLE

PATH = "/v1/import/hubspot"
KEY = {"authorization": f"Bearer {ADMIN_KEY}"}


@pytest_asyncio.fixture
async def door(database_url: str) -> AsyncIterator[DoorScene]:
    async with running_door(database_url) as scene:
        yield scene


async def told(door: DoorScene, intake_id: str) -> dict[str, object]:
    answer = await door.client.get(PATH, params={"id": intake_id, "items": "true"}, headers=KEY)
    (delivery,) = answer.json()["deliveries"]
    found: dict[str, object] = delivery
    return found


async def test_an_import_is_kept_mapped_and_told_of(door: DoorScene, scene: Scene) -> None:
    rows = [ROW, {**ROW, "Id": "8"}, {**ROW, "Stage": "SQL"}, {**ROW, "Kind": "test"}, ROW]
    answer = await door.post(body(*rows), KEY, PATH)
    assert answer.status_code == 202
    assert answer.json()["accepted"] == 5
    intake_id = answer.json()["intake_id"]
    assert (await told(door, intake_id))["outcomes"] is None

    await scene.drain()
    said = await told(door, intake_id)
    assert said["outcomes"] == {"published": 2, "quarantined": 1, "ignored": 1, "duplicate": 1}
    assert said["items"] == {"quarantined": [2], "ignored": [3], "duplicate": [4]}
    assert [(one["item"], one["reason"]) for one in said["quarantined"]] == [(2, "unmapped_stage")]  # type: ignore[attr-defined]
    assert {(event.source, event.subject, event.mapping) for event in scene.published()} == {
        ("hubspot/33", "contact/7", "crm-export@1"),
        ("hubspot/33", "contact/8", "crm-export@1"),
    }
    held = await scene.pool.fetchval("select mapping from ingest.quarantine")
    assert held == "crm-export@1"
    assert await scene.items() == {
        "accepted": 5,
        "published": 2,
        "quarantined": 1,
        "ignored": 1,
        "duplicate": 1,
    }


async def test_a_record_of_an_import_is_the_very_lead_of_the_webhooks(door: DoorScene, scene: Scene) -> None:
    await scene.post(item("contact.creation", objectId=7, portalId=33))
    await door.post(body(ROW), KEY, PATH)
    await scene.drain()
    assert len({event.partitionkey for event in scene.published()}) == 1


async def test_rows_of_spend_become_one_posting_of_their_scope(
    door: DoorScene, scene: Scene, tmp_path: Path
) -> None:
    rows = [one.raw for one in checked(tmp_path, "spend-google-ads", GOOGLE)]
    content = load_import_mapping(mapping_path("spend-google-ads"), "EUR").content
    header = ImportHeader(msgspec.Raw(content), hash_of(content), header_of().rows)
    for _ in range(2):
        assert (await door.post(body_of(header, rows), KEY, PATH)).status_code == 202
        await scene.drain()
        door.clock.advance(timedelta(hours=1))
    found = await scene.pool.fetch("select source, subject, type from ingest.events order by event_no")
    assert [tuple(row) for row in found] == [
        ("hubspot", "spend/123-456", "io.leadtrace.spend.recorded.v1")
    ] * 4
    # A report that is imported again replaces what was posted meanwhile, so it is no copy.
    assert await scene.items() == {"accepted": 4, "published": 4}


async def test_an_import_waits_until_the_relay_has_come_to_most_of_it(door: DoorScene, scene: Scene) -> None:
    rows = [{**ROW, "Id": str(number)} for number in range(20)]
    answers = [(await door.post(body(row), KEY, PATH)) for row in rows]
    assert [answer.status_code for answer in answers] == [202] * 16 + [429] * 4
    assert answers[-1].headers["retry-after"] == "1"
    assert answers[-1].json()["type"].endswith(":import_waits")
    assert (await door.post(raw([item("contact.creation")]))).status_code == 202
    await scene.drain()
    assert (await door.post(body(rows[-1]), KEY, PATH)).status_code == 202


async def test_before_the_database_is_reached_the_routes_say_so(unused_tcp_port: int) -> None:
    nowhere = f"postgresql://127.0.0.1:{unused_tcp_port}/none"
    async with running_door(nowhere, wait=False) as door:
        for path in (PATH, "/v1/admin/quarantine", "/v1/admin/reconcile"):
            answer = await door.post(body(ROW), KEY, path)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


async def test_a_mended_mapping_takes_what_was_refused_and_counts_the_others_as_copies(
    door: DoorScene, scene: Scene
) -> None:
    rows = [ROW, {**ROW, "Id": "8", "Stage": "SQL"}]
    stages = [*MAPPING["lifecycle_stages"], {"id": "SQL", "is": "sql"}]
    await door.post(body(*rows), KEY, PATH)
    await scene.drain()
    await door.post(body(*rows), KEY, PATH)
    await scene.drain()
    assert await scene.items() == {"accepted": 4, "published": 1, "quarantined": 1, "duplicate": 2}
    await door.post(body(*rows, mapping={**MAPPING, "version": 2, "lifecycle_stages": stages}), KEY, PATH)
    await scene.drain()
    assert await scene.items() == {"accepted": 6, "published": 2, "quarantined": 1, "duplicate": 3}


async def test_a_delivery_posted_again_under_its_key_is_kept_once(door: DoorScene, scene: Scene) -> None:
    keyed = {**KEY, "Idempotency-Key": "run:1"}
    first, again = [await door.post(body(ROW), keyed, PATH) for _ in range(2)]
    assert first.json() == again.json()
    assert await scene.pool.fetchval("select count(*) from ingest.intake") == 1
    other = await door.post(body({**ROW, "Id": "9"}), keyed, PATH)
    assert other.status_code == 422
    assert other.json()["type"].endswith("idempotency_key_reused")


@pytest.mark.parametrize(
    "refused",
    [
        (body(ROW), {}, PATH, 401),
        (body(ROW), {"authorization": "Bearer wrong"}, PATH, 401),
        (body(ROW), KEY, "/v1/import/nobody", 404),
        (b"{}", KEY, PATH, 422),
        (body(ROW, mapping={**MAPPING, "rules": []}), KEY, PATH, 422),
        (b"x" * 1_100_000, KEY, PATH, 413),
        (body(*[{"Id": str(n)} for n in range(5_001)]), KEY, PATH, 413),
    ],
)
async def test_what_is_refused_leaves_nothing(
    door: DoorScene, scene: Scene, refused: tuple[bytes, dict[str, str], str, int]
) -> None:
    content, headers, path, status = refused
    answer = await door.client.post(path, content=content, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert await scene.pool.fetchval("select count(*) from ingest.intake") == 0


async def test_a_delivery_without_rows_is_accepted_and_leaves_nothing(door: DoorScene, scene: Scene) -> None:
    assert (await door.post(body(), KEY, PATH)).json()["accepted"] == 0
    assert await scene.pool.fetchval("select count(*) from ingest.intake") == 0


async def test_who_has_no_key_is_told_nothing(door: DoorScene) -> None:
    assert (await door.client.get(PATH)).status_code == 401
    assert (await door.client.get(PATH, params={"id": "x"}, headers=KEY)).status_code == 422


def client_of(door: DoorScene, sender: str = "hubspot", *, patience_s: float = 5.0) -> DoorClient:
    base = str(door.client.base_url).rstrip("/")
    return DoorClient(base, sender, ADMIN_KEY, patience_s=patience_s, connections=2)


async def test_the_client_posts_and_asks(door: DoorScene, scene: Scene) -> None:
    client = client_of(door)
    try:
        intake_id = await client.post(body(ROW), "key")
        await scene.drain()
        (fate,) = await client.fates([intake_id])
        assert (fate.accepted, fate.outcomes, fate.items) == (1, {"published": 1}, {})
        with pytest.raises(DoorRefusedError, match="no header"):
            await client.post(b"{}", "other")
    finally:
        await client.close()


async def test_the_client_says_what_the_door_says(door: DoorScene) -> None:
    client = client_of(door, "nobody")
    try:
        with pytest.raises(DoorRefusedError, match="No sender of this name"):
            await client.post(body(ROW), "key")
    finally:
        await client.close()


async def test_the_client_gives_up_on_a_door_that_is_away() -> None:
    client = DoorClient("http://127.0.0.1:9", "hubspot", ADMIN_KEY, patience_s=0.2, connections=1)
    try:
        with pytest.raises(DoorAwayError, match="does not answer"):
            await client.post(body(ROW), "key")
    finally:
        await client.close()


async def test_the_client_tries_again_what_passes() -> None:
    answers = iter((503, 429, 202))

    def answer(_: httpx.Request) -> httpx.Response:
        status = next(answers)
        return httpx.Response(status, json={"intake_id": "an-id"}, headers={"retry-after": "0"})

    client = DoorClient(
        "http://door",
        "hubspot",
        ADMIN_KEY,
        patience_s=30,
        connections=1,
        transport=httpx.MockTransport(answer),
    )
    try:
        assert await client.post(body(ROW), "key") == "an-id"
    finally:
        await client.close()


def made(rows: Iterable[dict[str, str]], *, max_rows: int = 2, max_bytes: int = 1_000) -> list[Batch]:
    checked = (Checked(Row(n, row), msgspec.json.encode(row), None) for n, row in enumerate(rows, start=2))
    return list(batches(checked, max_rows=max_rows, max_bytes=max_bytes))


def test_batches_are_bounded_by_rows_and_bytes() -> None:
    assert [len(batch.rows) for batch in made([ROW] * 5)] == [2, 2, 1]
    assert [len(batch.rows) for batch in made([ROW] * 3, max_rows=10, max_bytes=10)] == [1, 1, 1]
    assert [batch.number for batch in made([ROW] * 5)] == [0, 1, 2]
    assert sum(batch.tally.read for batch in made([ROW] * 5)) == 5
