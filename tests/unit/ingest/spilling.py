"""Requests to spill, and a spill that runs for the length of a test."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from leadtrace.runtime.clock import FrozenClock, SystemIds
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.shutdown import StopSignal
from leadtrace_ingest.door.intake import IntakeEntry
from leadtrace_ingest.door.spill.file_spill import FileSpill
from leadtrace_ingest.door.spill.segment import contents, decode

AT = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
_IDS = SystemIds(FrozenClock(AT))


def entry(
    number: int = 0, *, body: bytes = b"[]", key: str | None = None, sender: str = "hubspot"
) -> IntakeEntry:
    """A request received `number` seconds after the first."""
    received_at = AT + timedelta(seconds=number)
    return IntakeEntry(_IDS.uuid7(), sender, received_at, 1, '{"a":"b"}', body, key)


def file_spill(folder: Path, quota: int = 1_000_000, share: float = 1.0) -> FileSpill:
    """A spill as a door that has just started has it."""
    return FileSpill(folder, quota, SystemIds(FrozenClock(AT)), Metrics(), share=share)


@asynccontextmanager
async def spilling(folder: Path, quota: int = 1_000_000, share: float = 1.0) -> AsyncGenerator[FileSpill]:
    """A file spill that is open and at work; it is closed at the end as a door that stops does."""
    spill = file_spill(folder, quota, share)
    assert await spill.open()
    async with at_work(spill.run):
        yield spill
    await spill.close()


@asynccontextmanager
async def at_work(work: Callable[[StopSignal], Awaitable[None]]) -> AsyncGenerator[StopSignal]:
    """Background work that is asked to stop at the end."""
    stop = StopSignal()
    task = asyncio.ensure_future(work(stop))
    try:
        yield stop
    finally:
        stop.set("the test is over")
        await task


def files_in(folder: Path, suffix: str = ".spill") -> list[Path]:
    """The spill files of every slot, in their order."""
    return sorted(folder.glob(f"*/*{suffix}"))


def on_disk(folder: Path) -> list[IntakeEntry]:
    """Every request in the spill files, in their order."""
    return [decode(payload) for path in files_in(folder) for payload in contents(path).payloads]
