"""What waits for an operator: held items and dead letters, with the age of the oldest, out of the tables."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest_asyncio

from leadtrace.runtime.health import Readiness
from leadtrace.runtime.metrics import Metrics
from leadtrace.store.connection import Connection
from leadtrace.store.engine import connect
from leadtrace_api.app import create_app
from leadtrace_api.room import Room

_HOLD = """
insert into ingest.quarantine (quarantine_id, sender, intake_id, item, reason, detail, mapping, raw,
                               first_seen_at, last_seen_at)
values ($1, $2, $1, 0, 'bad_time', '', 'm@1', '', now() - make_interval(mins => $3), now())
"""
_BURY = """
insert into {reader}.dead_letters (dead_letter_id, topic, partition, "offset", reason, detail, value_hash,
                                   dead_at, settled_as)
values ($1, $2, 0, 0, 'undecodable', '', $3, now() - interval '2 h', $4)
"""


@pytest_asyncio.fixture
async def owner(database_url: str) -> AsyncIterator[Connection]:
    """A connection that may write every schema."""
    connection = await connect(database_url)
    yield connection
    await connection.close()


async def hold(owner: Connection, number: int, sender: str, minutes: int) -> None:
    """An item that was first seen so long ago."""
    await owner.execute(_HOLD, UUID(int=number), sender, minutes)


async def bury(owner: Connection, reader: str, number: int, topic: str, settled: str | None = None) -> None:
    """A dead letter of two hours."""
    await owner.execute(_BURY.format(reader=reader), UUID(int=number), topic, bytes([number]), settled)


def values(exposition: str) -> dict[str, float]:
    """Every sample by its name and labels."""
    lines = (line.rpartition(" ") for line in exposition.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


async def test_both_are_told_and_gauged_until_somebody_settles_them(room: Room, owner: Connection) -> None:
    await hold(owner, 1, "hubspot", 90)
    await hold(owner, 2, "hubspot", 5)
    await hold(owner, 3, "website", 1)
    await bury(owner, "scoring", 4, "lead-events")
    await bury(owner, "scoring", 5, "lead-events", "dropped")
    await bury(owner, "api", 6, "lead-scores")
    await bury(owner, "attribution", 7, "deal-events", "replayed")
    transport = httpx.ASGITransport(create_app(room, Readiness(), Metrics()))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        report: dict[str, Any] = (await client.get("/v1/audit/conservation")).json()
        gauges = values((await client.get("/metrics")).text)
    held = {row["sender"]: row for row in report["quarantine"]}
    assert {sender: row["items"] for sender, row in held.items()} == {"hubspot": 2, "website": 1}
    assert 5_400 <= held["hubspot"]["oldest_age_s"] < 5_500
    letters = [(row["reader"], row["topic"], row["letters"]) for row in report["dead_letters"]]
    assert letters == [("api", "lead-scores", 1), ("scoring", "lead-events", 1)]
    assert gauges['leadtrace_quarantine_items{sender="hubspot"}'] == 2
    assert 5_400 <= gauges['leadtrace_quarantine_oldest_age_seconds{sender="hubspot"}'] < 5_500
    labels = 'reader="scoring",topic="lead-events"'
    assert gauges[f"leadtrace_dead_letters_waiting_records{{{labels}}}"] == 1
    assert 7_200 <= gauges[f"leadtrace_dead_letters_oldest_age_seconds{{{labels}}}"] < 7_300
    assert not [name for name in gauges if "deal-events" in name and "waiting" in name]
