"""Spend over real HTTP: JSON, CSV, and an overlap that is told before anything is stored."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest_asyncio

from leadtrace.store.engine import connect
from leadtrace_ingest.senders.spend.map import SpendAdapter
from tests.integration.ingest.door_scene import DoorScene, running_door
from tests.integration.ingest.scene import ingest_scene

KEY = "a key of the ads"
ROW = {"date": "2026-03-01", "channel": "paid_search", "amount": "12.50", "currency": "EUR"}
POSTING: dict[str, Any] = {"account": "google", "from": "2026-03-01", "to": "2026-03-07", "rows": [ROW]}


@pytest_asyncio.fixture
async def door(database_url: str) -> AsyncIterator[DoorScene]:
    ads = {"kind": "spend", "secrets": [KEY]}
    async with running_door(database_url, senders={"ads": ads}) as scene:
        yield scene


async def post(door: DoorScene, value: object, **headers: str) -> httpx.Response:
    return await door.client.post(
        "/v1/spend", json=value, headers={"Authorization": f"Bearer {KEY}", **headers}
    )


async def relayed(database_url: str) -> dict[str, int]:
    async with ingest_scene(database_url, {"ads": SpendAdapter("ads", [KEY.encode()])}) as scene:
        await scene.drain()
        return await scene.items()


async def stored(database_url: str) -> int:
    connection = await connect(database_url, "leadtrace_ingest")
    try:
        return int(await connection.fetchval("select count(*) from ingest.intake"))
    finally:
        await connection.close()


async def test_json_and_csv_are_taken_and_published(door: DoorScene, database_url: str) -> None:
    as_json = await post(door, [POSTING, POSTING | {"account": "meta"}])
    assert (as_json.status_code, as_json.json()["accepted"]) == (202, 2)
    assert [item["outcome"] for item in as_json.json()["items"]] == ["accepted", "accepted"]
    as_csv = await door.client.post(
        "/v1/spend?account=google&from=2026-03-08&to=2026-03-08",
        content="date,amount,currency\n2026-03-08,5,EUR\n",
        headers={"Authorization": f"Bearer {KEY}", "Content-Type": "text/csv"},
    )
    assert as_csv.status_code == 202, as_csv.text
    assert await relayed(database_url) == {"accepted": 3, "published": 3}


async def test_an_overlap_is_answered_409_and_names_both(door: DoorScene, database_url: str) -> None:
    await post(door, POSTING)
    await relayed(database_url)
    answer = await post(door, POSTING | {"from": "2026-03-05", "to": "2026-03-09", "rows": []})
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["parameter"] == "from"
    assert "2026-03-05 to 2026-03-09" in problem["detail"]
    assert "2026-03-01 to 2026-03-07" in problem["detail"]
    assert await stored(database_url) == 1


async def test_a_wrong_row_is_answered_by_field_and_nothing_is_stored(
    door: DoorScene, database_url: str
) -> None:
    answer = await post(door, POSTING | {"rows": [ROW, ROW | {"amount": "a lot"}]})
    assert answer.status_code == 422
    assert "rows[1].amount" in answer.json()["detail"]
    assert (await post(door, POSTING, Authorization="Bearer other")).status_code == 401
    assert await stored(database_url) == 0
