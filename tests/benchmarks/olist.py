"""The whole Olist file: from the first POST until the funnel shows its last event."""

import os
import time
from pathlib import Path

import httpx

from leadtrace.cli.traffic.files import count_events, read_deliveries
from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.installation import Installation
from tests.benchmarks.figure import Benchmark, Figure, higher, lower
from tests.benchmarks.hubspot import signed_requests
from tests.benchmarks.load import Job, run_job
from tests.benchmarks.processes import cpu_seconds
from tests.benchmarks.scene import DRAINED_WITHIN_S, database, fresh_installation, relayed

_DEFAULT = Path(__file__).parents[3] / "shared/data/olist/olist_hubspot_ordered.jsonl.gz"
_LEADS = 8_000
_CUSTOMERS = 842
_CONNECTIONS = 8
_ACCEPTED = 202
_AIM_S = 4.0


async def _run() -> list[Figure]:
    bodies = read_deliveries(Path(os.environ.get("OLIST_FILE") or _DEFAULT))
    events = count_events(bodies)
    async with fresh_installation(LEADTRACE_REPORTING__CURRENCY="BRL") as installation:
        requests = signed_requests(installation, bodies)
        before = cpu_seconds(installation)
        job = Job(installation.ports["ingest"], requests, _CONNECTIONS)
        answered = await run_job(job, expected_status=_ACCEPTED)
        first_s, acked_s = min(answered.sent_ns) / 1e9, max(answered.answered_ns) / 1e9
        async with database(installation) as connection:
            await relayed(connection, events)
        relayed_s = time.monotonic()
        await _funnel_is_complete(installation)
        visible_s = time.monotonic()
        report = await installation.accounted(items=events)
        accounted_s = time.monotonic()
        after = cpu_seconds(installation)
    assert report["balanced"], report
    used = {name: 1e6 * (after[name] - before[name]) / events for name in after}
    return [
        lower("first POST to funnel complete", visible_s - first_s, "s", aim=_AIM_S),
        lower("first POST to conservation 0", accounted_s - first_s, "s"),
        lower("first POST to last ack", acked_s - first_s, "s"),
        lower("first POST to last item relayed", relayed_s - first_s, "s"),
        higher("events", events / (visible_s - first_s), "1/s"),
        lower("CPU an event, all processes", sum(used.values()), "µs"),
        *(lower(f"CPU an event, {name}", value, "µs") for name, value in used.items()),
    ]


async def _funnel_is_complete(installation: Installation) -> None:
    async with httpx.AsyncClient(timeout=30.0) as client:

        async def complete() -> bool:
            answer = await client.get(f"{installation.api}/v1/funnel")
            answer.raise_for_status()
            reached = {row["stage"]: row["reached"] for row in answer.json()["total"]["stages"]}
            return (reached.get("inquiry"), reached.get("customer")) == (_LEADS, _CUSTOMERS)

        await eventually_answers(complete, what="the funnel shows all leads", deadline_s=DRAINED_WITHIN_S)


OLIST = Benchmark("olist", "27,308 real events in 274 deliveries over 8 connections", _run)
