"""Child processes: logged, stopped in time, and never left behind."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from leadtrace.embedded import process as process_module
from leadtrace.embedded.process import ManagedProcess, ProcessSpec
from leadtrace.testing.eventually import eventually

SLEEPS = "import time; print('up', flush=True); time.sleep(600)"
IGNORES_TERM = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPS}"
# A parent that starts a leashed child, says its pid and then hangs until it is killed.
PARENT = """
import asyncio, sys, time
from pathlib import Path
from leadtrace.embedded.process import ManagedProcess, ProcessSpec

async def main():
    sleeps = (sys.executable, "-c", "import time; time.sleep(600)")
    child = ManagedProcess(ProcessSpec("child", sleeps, Path(sys.argv[1])))
    await child.start()
    print(child.pid, flush=True)
    await child.wait()

asyncio.run(main())
"""


def spec(code: str, folder: Path, **changes: object) -> ProcessSpec:
    return ProcessSpec("child", (sys.executable, "-c", code), folder / "child.log", **changes)  # type: ignore[arg-type]


async def started(code: str, folder: Path, **changes: object) -> ManagedProcess:
    process = ManagedProcess(spec(code, folder, **changes))
    await process.start()
    await eventually(lambda: "up" in process.log_tail(), what="the child runs its code")
    return process


async def test_output_goes_to_the_log_and_the_environment_is_extended(folder: Path) -> None:
    process = ManagedProcess(
        spec("import os; print(os.environ['COLOUR'], os.environ['PATH'])", folder, env={"COLOUR": "red"})
    )
    await process.start()
    assert await process.wait() == 0
    assert process.log_tail() == f"red {os.environ['PATH']}"
    assert not process.running
    assert process.rss_bytes == 0


async def test_stops_on_its_signal(folder: Path) -> None:
    process = await started(SLEEPS, folder)
    assert process.running
    assert process.rss_bytes > 1_000_000
    assert await process.stop(5)
    assert process.returncode == -signal.SIGTERM


async def test_is_killed_after_the_deadline(folder: Path) -> None:
    process = await started(IGNORES_TERM, folder)
    assert not await process.stop(0.1)
    assert process.returncode == -signal.SIGKILL


async def test_does_not_outlive_its_parent(folder: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PARENT, str(folder / "log")), stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    child = psutil.Process(int(await parent.stdout.readline()))
    parent.kill()
    await parent.communicate()
    await eventually(lambda: not child.is_running(), what="the child is gone")


async def test_a_program_that_is_not_there_ends_with_a_message(folder: Path) -> None:
    process = ManagedProcess(ProcessSpec("child", ("/no/such/program",), folder / "child.log"))
    await process.start()
    assert await process.wait() != 0
    assert "No such file" in process.log_tail()


def test_a_log_that_grew_is_rolled(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = folder / "child.log"
    log.write_text("old lines")
    monkeypatch.setattr(process_module, "_LOG_LIMIT_BYTES", 5)
    process_module.roll_log(log)
    assert not log.exists()
    assert (folder / "child.log.old").read_text() == "old lines"
