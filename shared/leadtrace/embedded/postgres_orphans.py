"""What a killed supervisor or postmaster leaves behind: processes that still end, and a stale pid file.

The caller holds the data folder's lock, so whatever still runs in the data directory is an orphan.
"""

import asyncio
import signal
from pathlib import Path

import psutil

_LEAVE_S = 10.0
_QUIT_S = 5.0


async def clear_orphans(data: Path) -> None:
    """Wait until nothing runs in `data` any more, ending what does not leave, and remove a stale pid file."""
    status_file = data / "postmaster.pid"
    if not status_file.exists():
        return
    # A killed supervisor's PostgreSQL is on its way out, writing its checkpoint: best left to finish.
    for number, seconds in ((None, _LEAVE_S), (signal.SIGQUIT, _QUIT_S), (signal.SIGKILL, _QUIT_S)):
        orphans = _running_in(data)
        if number is not None:
            _signal(orphans, number)
        if orphans and not await asyncio.to_thread(_gone_within, orphans, seconds):
            continue
        break
    # The number in it may meanwhile belong to a stranger, at which PostgreSQL would refuse to start.
    status_file.unlink(missing_ok=True)


def _running_in(data: Path) -> list[psutil.Process]:
    here = str(data)
    found = []
    for process in psutil.process_iter(["name"]):
        if process.info["name"] != "postgres":
            continue
        try:
            if process.cwd() == here:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def _signal(processes: list[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue


def _gone_within(processes: list[psutil.Process], seconds: float) -> bool:
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    return not alive
