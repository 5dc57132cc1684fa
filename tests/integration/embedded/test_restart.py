"""A second start on the same folder, after a stop and after a kill -9 of the supervisor itself."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from leadtrace.testing.eventually import eventually

from .stand_ins import installation, stand_in

pytestmark = [pytest.mark.embedded, pytest.mark.slow]

SECOND_START_S = 10.0
# The supervisor in a process of its own, so that it can be killed.
VICTIM = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from stand_ins import installation, stand_in

async def main():
    folder = Path(sys.argv[1])
    async with installation(folder, [stand_in("door", folder)]) as up:
        door = up.ready.result().pids["door"]
        infrastructure = up.supervisor._infrastructure
        print(door, infrastructure.postgres.pid, infrastructure.broker.pid, flush=True)
        await up.stop.wait()

asyncio.run(main())
"""


async def test_second_start_is_ready_in_time(folder: Path) -> None:
    for _ in range(2):
        begun = time.monotonic()
        async with installation(folder, [stand_in("door", folder)]):
            taken = time.monotonic() - begun
    assert taken < SECOND_START_S


async def test_nothing_outlives_a_killed_supervisor_and_the_next_start_works(folder: Path) -> None:
    victim = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", VICTIM, str(folder), str(Path(__file__).parent)), stdout=subprocess.PIPE
    )
    assert victim.stdout is not None
    async with asyncio.timeout(60):
        left = [psutil.Process(int(pid)) for pid in (await victim.stdout.readline()).split()]
    assert len(left) == 3
    victim.kill()
    await victim.communicate()
    begun = time.monotonic()
    async with installation(folder, [stand_in("door", folder)]) as up:
        assert time.monotonic() - begun < SECOND_START_S
        await eventually(
            lambda: not [one for one in left if one.is_running()],
            what="every child of the killed one is gone",
        )
        assert up.ready.result().services[0].ready
