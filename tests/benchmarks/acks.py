"""Webhooks of one event each at 64 connections: how many the door acknowledges, and how fast."""

from leadtrace.testing.installation import Installation
from tests.benchmarks.figure import Benchmark, Figure, higher, lower
from tests.benchmarks.hubspot import bodies_of, life_of_contact, signed_requests
from tests.benchmarks.load import Answered, Job, run_job
from tests.benchmarks.processes import cpu_seconds, find
from tests.benchmarks.scene import drained, fresh_installation

CONNECTIONS = 64
_REQUESTS = 40_000
_WARM_UP = 2_000
_EVENTS_A_LEAD = 10
_ACCEPTED = 202


async def _everything() -> list[Figure]:
    return await _measure(relay_runs=True)


async def _door_alone() -> list[Figure]:
    return await _measure(relay_runs=False)


async def _measure(*, relay_runs: bool) -> list[Figure]:
    events = [
        event
        for number in range((_WARM_UP + _REQUESTS) // _EVENTS_A_LEAD)
        for event in life_of_contact(number, long_text="a note")
    ]
    async with fresh_installation() as installation:
        requests = signed_requests(installation, list(bodies_of(events, 1)))
        port = installation.ports["ingest"]
        relay = find(installation, "relay")
        if not relay_runs:
            relay.suspend()
        try:
            await run_job(Job(port, requests[:_WARM_UP], CONNECTIONS), expected_status=_ACCEPTED)
            before = cpu_seconds(installation)
            answered = await run_job(Job(port, requests[_WARM_UP:], CONNECTIONS), expected_status=_ACCEPTED)
            after = cpu_seconds(installation)
        finally:
            relay.resume()
        through = [await _through(installation, answered)] if relay_runs else []
    return [
        *through,
        higher("acks", _REQUESTS / answered.took_s, "1/s", aim=None if relay_runs else 10_000),
        lower("ack p50", answered.latency_ms(0.5), "ms"),
        lower("ack p99", answered.latency_ms(0.99), "ms", aim=None if relay_runs else 15),
        lower("CPU of the door a request", 1e6 * (after["door"] - before["door"]) / _REQUESTS, "µs"),
        lower(
            "CPU of PostgreSQL a request", 1e6 * (after["postgres"] - before["postgres"]) / _REQUESTS, "µs"
        ),
        lower("CPU of the client", 100 * answered.cpu_s / answered.took_s, "% of a core"),
    ]


async def _through(installation: Installation, answered: Answered) -> Figure:
    """How fast all of them came through to the read model, the drain at the end included."""
    ended = await drained(installation, _WARM_UP + _REQUESTS)
    return higher(
        "through to the read model", _REQUESTS / (ended - min(answered.sent_ns) / 1e9), "1/s", aim=3_000
    )


EVERYTHING = Benchmark("acks", "64 connections, one event a request, all services at work", _everything)
DOOR_ALONE = Benchmark("acks-door-alone", "the same with the relay stopped", _door_alone)
