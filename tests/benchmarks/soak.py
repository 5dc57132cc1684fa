"""Ten minutes of steady traffic of every kind of sender: what each process holds in memory at the end."""

import asyncio
import os
import time

from tests.benchmarks.figure import Benchmark, Figure, higher, lower
from tests.benchmarks.load import Job, run_job
from tests.benchmarks.processes import SERVICES, memory_mb
from tests.benchmarks.scene import fresh_installation
from tests.benchmarks.vendors import VENDORS, environment, requests_of

_PER_SECOND = 100.0  # of each kind, single events
_ROUND_S = 30.0
_CONNECTIONS = 8
# A shorter soak for a first look: SOAK_S=60 scripts/bench --only soak --no-keep
_SOAK_S = float(os.environ.get("SOAK_S", "600"))


async def _soak() -> list[Figure]:
    async with fresh_installation(**environment()) as installation:
        at_rest = memory_mb(installation)
        after_first: dict[str, float] = {}
        started, sent, slowest = time.monotonic(), 0, 0.0
        while time.monotonic() - started < _SOAK_S:
            count = int(_PER_SECOND * _ROUND_S)
            jobs = []
            for vendor in VENDORS.values():
                requests = requests_of(installation, vendor, count, 1, sent)
                job = Job(installation.ports["ingest"], requests, _CONNECTIONS, per_second=_PER_SECOND)
                jobs.append((job, vendor.status))
            now = time.monotonic_ns() + 1_000_000_000
            answers = await asyncio.gather(
                *(run_job(_from(job, now), expected_status=status) for job, status in jobs)
            )
            sent += count
            slowest = max(slowest, *(answer.latency_ms(0.99) for answer in answers))
            after_first = after_first or memory_mb(installation)
        held = memory_mb(installation)
        total = sent * len(VENDORS)
        report = await installation.accounted(items=total)
    assert report["balanced"], report
    figures = [higher("events", total, "count"), lower("ack p99 of the worst half minute", slowest, "ms")]
    for name in (*SERVICES, "postgres", "broker"):
        figures.append(lower(f"{name}: memory at rest", at_rest[name], "MB"))
        figures.append(lower(f"{name}: memory after half a minute", after_first[name], "MB"))
        figures.append(lower(f"{name}: memory at the end", held[name], "MB"))
    return figures


def _from(job: Job, starts_at_ns: int) -> Job:
    return Job(job.port, job.requests, job.connections, job.per_second, starts_at_ns)


SOAK = Benchmark("soak", f"{_SOAK_S:g} s of 100 events a second of each kind of sender", _soak)
