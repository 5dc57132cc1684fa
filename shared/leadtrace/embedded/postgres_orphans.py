"""What a killed supervisor or postmaster leaves behind: processes that still end, and a stale pid file.

The caller holds the data folder's lock, so whatever still runs in the data directory is an orphan.
"""

import asyncio
import signal
from pathlib import Path

import psutil

# A fast shutdown writes its checkpoint, an immediate one leaves recovery to the next start.
_STEPS = ((signal.SIGINT, 6.0), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 3.0))


async def clear_orphans(data: Path) -> None:
    """Wait until nothing runs in `data` any more, ending what does not leave, and remove a stale pid file."""
    status_file = data / "postmaster.pid"
    if not status_file.exists():
        return
    postmaster = int(status_file.read_text().partition("\n")[0] or 0)
    for number, seconds in _STEPS:
        orphans = _running_in(data)
        # Its children follow the postmaster; a backend alone takes a polite signal for a cancelled query.
        told = orphans if number is signal.SIGKILL else [one for one in orphans if one.pid == postmaster]
        _signal(told, number)
        if await asyncio.to_thread(_gone_within, orphans, seconds):
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
