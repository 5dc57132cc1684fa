"""What Prometheus costs: the time and size of a scrape of the api, and the CPU that it takes of one core."""

import asyncio
import time
from typing import Final

import httpx

from leadtrace.runtime.clock import SystemClock
from leadtrace.runtime.samples import samples_of
from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.installation import Installation
from tests.benchmarks.figure import Figure, lower
from tests.benchmarks.load import Job, run_job
from tests.benchmarks.processes import cpu_seconds

_SCRAPES: Final = 200
_OK: Final = 200
_WATCHED_S: Final = 120.0
# As deploy/prometheus/prometheus.yml asks.
_EACH_S: Final = 15.0
_TAKEN: Final = "leadtrace_business_snapshot_timestamp_seconds"
_TOOK: Final = "leadtrace_business_snapshot_duration_seconds"
_NEXT_WITHIN_S: Final = 180.0


async def scrape_figures(installation: Installation) -> list[Figure]:
    """Of the api alone: it has the gauges of the business, which are read from the leads."""
    url = f"{installation.api}/metrics"
    async with httpx.AsyncClient(timeout=30.0) as client:
        text = await _after_next_snapshot(client, url, SystemClock().now_us() / 1e6)
    samples = samples_of(text)
    ((_, took_s),) = samples[_TOOK]
    host = f"127.0.0.1:{installation.ports['api']}"
    scrape = f"GET /metrics HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    answered = await run_job(Job(installation.ports["api"], [scrape] * _SCRAPES, 1), expected_status=_OK)
    return [
        lower("a scrape of the api, p50", answered.latency_ms(0.5), "ms"),
        lower("a scrape of the api, p99", answered.latency_ms(0.99), "ms"),
        lower("series of the api", sum(map(len, samples.values())), "series"),
        lower("a scrape of the api, size", len(text) / 1_000, "kB"),
        lower("reading the gauges of the business, each 30 s", 1_000 * took_s, "ms"),
        lower(
            "CPU of the api with a scrape each 15 s and nothing else", await _share(installation, url), "%"
        ),
    ]


async def _after_next_snapshot(client: httpx.AsyncClient, url: str, since: float) -> str:
    """The metrics once the gauges of the business are of a later moment."""

    async def taken() -> str | None:
        text = (await client.get(url)).text
        return text if any(value > since for _, value in samples_of(text).get(_TAKEN, ())) else None

    found = await eventually_answers(taken, what="the gauges are read anew", deadline_s=_NEXT_WITHIN_S)
    assert found is not None
    return found


async def _share(installation: Installation, url: str) -> float:
    """Percent of one core over two minutes, in which the gauges are read anew as often as they are set to."""
    before, began = cpu_seconds(installation)["api"], time.monotonic()
    async with httpx.AsyncClient(timeout=30.0) as client:
        while time.monotonic() - began < _WATCHED_S:
            await client.get(url)
            await asyncio.sleep(_EACH_S)
    return 100 * (cpu_seconds(installation)["api"] - before) / (time.monotonic() - began)
