"""A fresh installation for one run, a look into its database, and when everything posted is drained."""

import asyncio
import contextlib
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx

from leadtrace.embedded.datafolder import DataFolder
from leadtrace.runtime.samples import samples_of
from leadtrace.store.connection import Connection
from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.installation import Installation, running

DRAINED_WITHIN_S = 300.0
_SETTLE_S = 2.0
_POLL_S = 0.02
_DONE = "select coalesce(sum(published + duplicate + ignored + quarantined), 0) from ingest.item_totals"
_LAG = "leadtrace_consumer_lag_records"


@contextlib.asynccontextmanager
async def fresh_installation(**more_env: str) -> AsyncIterator[Installation]:
    """An installation on an empty folder, ready and at rest; gone at the end."""
    parent = _make_folder()
    try:
        async with running(parent / "data", **more_env) as installation:
            await asyncio.sleep(_SETTLE_S)
            yield installation
    finally:
        shutil.rmtree(parent, ignore_errors=True)


def _make_folder() -> Path:
    parent = Path(tempfile.mkdtemp(prefix="leadtrace-bench-"))
    # PostgreSQL's own user must be able to pass through.
    parent.chmod(0o711)
    return parent


@contextlib.asynccontextmanager
async def database(installation: Installation) -> AsyncIterator[Connection]:
    """One connection that sees every schema."""
    state = DataFolder(installation.folder).read_state()
    assert state is not None, "the installation runs"
    connection = await asyncpg.connect(state.postgres_url)
    try:
        yield connection
    finally:
        await connection.close()


async def relayed(connection: Connection, items: int) -> None:
    """Return once the relay has worked through so many items: one cheap look at its totals at a time."""

    async def done() -> bool:
        return bool(await connection.fetchval(_DONE) >= items)

    await eventually_answers(done, what=f"{items} items are relayed", deadline_s=DRAINED_WITHIN_S)


async def drained(installation: Installation, items: int) -> float:
    """When nothing was pending any more (monotonic seconds), as the conservation route says.

    It is asked only once totals and lag, which cost little to read, say that the end is near.
    """
    async with database(installation) as connection:
        await relayed(connection, items)
    async with httpx.AsyncClient(timeout=30.0) as client:
        await eventually_answers(
            lambda: _no_lag(installation, client), what="no reader lags", deadline_s=DRAINED_WITHIN_S
        )
    report = await installation.accounted(items=items, within_s=DRAINED_WITHIN_S)
    assert report["balanced"], report
    return time.monotonic()


async def _no_lag(installation: Installation, client: httpx.AsyncClient) -> bool:
    for name in ("scoring", "attribution", "projector"):
        answer = await client.get(f"http://127.0.0.1:{installation.ports[name]}/metrics")
        if any(value > 0 for _, value in samples_of(answer.text).get(_LAG, ())):
            return False
    return True
