"""A door whose way to PostgreSQL a test can close, slow down and open again."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg

from leadtrace.runtime.clock import FrozenClock
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.settings_groups import Door
from leadtrace.store.connection import Connection
from leadtrace.store.engine import connect
from leadtrace_ingest.door.committer import Committer
from leadtrace_ingest.door.intake import IntakeEntry
from leadtrace_ingest.door.spill.spill import Spill
from leadtrace_ingest.door.spill.topic_filer import TopicFiler
from leadtrace_ingest.door.spill.topic_spill import TopicSpill
from tests.integration.ingest.scene import ROLE
from tests.unit.ingest.spilling import at_work, file_spill

NOW = datetime(2026, 3, 1, 13, tzinfo=UTC)


class Gate:
    """The way to PostgreSQL."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._made: list[Connection] = []
        self.open = True

    async def connect(self) -> Connection:
        """A connection, unless the way is closed."""
        if not self.open:
            raise ConnectionRefusedError("the test closed the way")
        connection = await connect(self._url, ROLE)
        self._made.append(connection)
        return connection

    def close(self) -> None:
        """Break every connection, and make no other."""
        self.open = False
        for connection in self._made:
            connection.terminate()


class SpillScene:
    """Committer and spill as a door has them, and a look into the intake log."""

    def __init__(self, gate: Gate, look: Connection, committer: Committer, spill: Spill) -> None:
        self.gate = gate
        self.look = look
        self.committer = committer
        self.spill = spill

    async def submit(self, *entries: IntakeEntry) -> list[object]:
        """What keeps each of them; a refusal stands in its place."""
        return await asyncio.gather(*(self._submit(one) for one in entries), return_exceptions=True)

    async def _submit(self, entry: IntakeEntry) -> object:
        return await self.committer.submit(entry)

    async def stored(self) -> list[IntakeEntry]:
        """The intake log by id."""
        rows = await self.look.fetch(
            "select row.intake_id, row.sender, received_at, items, headers::text, body,"
            " key as idempotency_key"
            " from ingest.intake row left join ingest.idempotency_keys using (intake_id) order by 1"
        )
        return [IntakeEntry(**row) for row in rows]


@asynccontextmanager
async def spill_scene(
    url: str,
    folder: Path,
    topic: tuple[TopicSpill, TopicFiler] | None = None,
    gate: Gate | None = None,
    *,
    quota: int = 1_000_000,
    **limits: Any,
) -> AsyncGenerator[SpillScene]:
    """A door at work over the database at `url`; `limits` are settings of [door]."""
    gate = gate or Gate(url)
    metrics = Metrics()
    file = file_spill(folder, quota)
    spill = Spill(file, topic, gate.connect, FrozenClock(NOW), metrics)
    committer = Committer(
        gate.connect, Door(**{"retry_window_s": 0.3, "hard_stop_s": 2.0, **limits}), metrics, spill
    )
    look = await asyncpg.connect(url)
    try:
        await file.open()
        async with at_work(spill.run), at_work(committer.run):
            yield SpillScene(gate, look, committer, spill)
    finally:
        await look.close()
