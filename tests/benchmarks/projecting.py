"""What rollups cost the projector, and what two projectors cost each other that meet on the same rows."""

import asyncio
import sys
from contextlib import ExitStack
from typing import Final
from unittest.mock import AsyncMock, patch

from leadtrace.domain.calendar import DAY_US
from leadtrace.embedded.datafolder import DataFolder
from leadtrace.events.times import to_micros
from leadtrace.store.connection import Connection
from tests.benchmarks.figure import Benchmark, Figure, higher, lower
from tests.benchmarks.outcomes import DAYS, records, took_s
from tests.benchmarks.outcomes_process import AS_PROJECTOR
from tests.benchmarks.scene import database, fresh_installation

_LEADS: Final = 1_000
_ROUNDS: Final = 3
# What keeps sums of leads: the counts and money, the ages of steps, and the differences by known day.
_ROLLUPS: Final = (
    "leadtrace_api.store.rollups.add",
    "leadtrace_api.store.step_ages.add",
    "leadtrace_api.store.known.add",
)


async def _run() -> list[Figure]:
    async with fresh_installation() as installation, database(installation) as connection:
        state = DataFolder(installation.folder).read_state()
        assert state is not None, "the installation runs"
        await connection.execute(AS_PROJECTOR)
        now = to_micros(await connection.fetchval("select now()"))
        alone = await _alone(connection, now)
        # No lead comes twice: each run has numbers of its own.
        apart = await _two(state.postgres_url, (_LEADS, now), (2 * _LEADS, now - (DAYS + 10) * DAY_US))
        meeting = await _two(state.postgres_url, (3 * _LEADS, now), (4 * _LEADS, now))
    return [
        *alone,
        higher("two projectors on days of their own, snapshots", apart, "1/s"),
        higher("two projectors on the same days and keys, snapshots", meeting, "1/s"),
    ]


async def _alone(connection: Connection, now: int) -> list[Figure]:
    """With rollups and without in turns, the better of three each; each run is taken back."""
    sent = list(records(range(1, _LEADS + 1), now))
    with_rollups, without = [], []
    for _ in range(_ROUNDS):
        with_rollups.append(await took_s(connection, sent, kept=False))
        with ExitStack() as stack:
            for name in _ROLLUPS:
                stack.enter_context(patch(name, AsyncMock()))
            without.append(await took_s(connection, sent, kept=False))
    best, least = min(with_rollups), min(without)
    return [
        higher("snapshots", len(sent) / best, "1/s"),
        lower("a snapshot", 1e6 * best / len(sent), "µs"),
        lower("a snapshot without rollups", 1e6 * least / len(sent), "µs"),
        lower("rollups, a snapshot", 1e6 * (best - least) / len(sent), "µs"),
    ]


async def _two(url: str, *of_each: tuple[int, int]) -> float:
    """Snapshots a second of two projectors at once, of leads from a number on, captured before a moment."""
    processes = [await _process(url, first, latest) for first, latest in of_each]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"\n")
    answers = [(await process.communicate())[0].split() for process in processes]
    took = max(float(seconds) for seconds, _ in answers)
    return sum(int(snapshots) for _, snapshots in answers) / took


async def _process(url: str, first: int, latest: int) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.benchmarks.outcomes_process"),
        *(url, str(first), str(_LEADS), str(latest)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return process


PROJECTING = Benchmark(
    "projecting",
    "outcomes taken by the projector in batches of 500, what its rollups cost, and two projectors at once",
    _run,
)
