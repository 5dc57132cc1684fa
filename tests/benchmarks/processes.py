"""CPU time and memory of an installation by process: the four services' seven, PostgreSQL, the broker."""

import contextlib

import psutil

from leadtrace.testing.installation import Installation

# What stands in the command line of each, in the order of the flow.
_MARKS = {
    "door": "leadtrace_ingest.main door",
    "relay": "leadtrace_ingest.main relay",
    "scoring": "leadtrace_scoring.main",
    "attribution": "leadtrace_attribution.main",
    "webhooks": "leadtrace_attribution.delivery.main",
    "projector": "leadtrace_api.main project",
    "api": "leadtrace_api.main serve",
    "postgres": "postgres",
    "broker": "tansu",
}
SERVICES = ("door", "relay", "scoring", "attribution", "webhooks", "projector", "api")
_SUPERVISOR = "supervisor"
_MB = 1_000_000


def cpu_seconds(installation: Installation) -> dict[str, float]:
    """User and system time since each process began; PostgreSQL is its whole tree, ended backends too."""
    used = dict.fromkeys((*_MARKS, _SUPERVISOR), 0.0)
    for name, process in _named(installation):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            used[name] += times.user + times.system
            if name == "postgres":
                used[name] += times.children_user + times.children_system
    return used


def memory_mb(installation: Installation) -> dict[str, float]:
    """Resident memory in MB; of PostgreSQL's tree the proportional share, since it shares its buffers."""
    held = dict.fromkeys((*_MARKS, _SUPERVISOR), 0.0)
    for name, process in _named(installation):
        with contextlib.suppress(psutil.NoSuchProcess):
            full = process.memory_full_info()
            held[name] += (full.pss if name == "postgres" else full.rss) / _MB
    return held


def find(installation: Installation, name: str) -> psutil.Process:
    """The process of a service."""
    return installation.find(_MARKS[name])


def _named(installation: Installation) -> list[tuple[str, psutil.Process]]:
    assert installation.process is not None
    named = [(_SUPERVISOR, psutil.Process(installation.process.pid))]
    for process in installation.family():
        with contextlib.suppress(psutil.NoSuchProcess):
            line = " ".join(process.cmdline())
            named += [(name, process) for name, mark in _MARKS.items() if mark in line][:1]
    return named
