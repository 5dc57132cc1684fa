"""100,000 events of 1.2 KB in deliveries of 100: how fast all is drained, what it costs, what it leaves.

Of ten events of a lead seven bear a long value of a property that no mapping knows; 1.2 KB is the mean.
"""

from tests.benchmarks.as_of import as_of_figures
from tests.benchmarks.figure import Benchmark, Figure, higher, lower
from tests.benchmarks.funnel import funnel_figures
from tests.benchmarks.hubspot import bodies_of, life_of_contact, signed_requests
from tests.benchmarks.load import Job, run_job
from tests.benchmarks.processes import SERVICES, cpu_seconds, memory_mb
from tests.benchmarks.rebuilding import rebuild_figures
from tests.benchmarks.scene import drained, fresh_installation

_LEADS = 10_000
_EVENTS = 10 * _LEADS
_DELIVERY = 100
_CONNECTIONS = 8
_MEAN_BYTES = 1_200
_ACCEPTED = 202
_AIM_EVENTS_PER_S = 6_000
_AIM_MEMORY_MB = 150


async def _run() -> list[Figure]:
    bodies = _bodies()
    async with fresh_installation() as installation:
        requests = signed_requests(installation, bodies)
        at_rest, before = memory_mb(installation), cpu_seconds(installation)
        job = Job(installation.ports["ingest"], requests, _CONNECTIONS)
        answered = await run_job(job, expected_status=_ACCEPTED)
        first_s = min(answered.sent_ns) / 1e9
        took_s = await drained(installation, _EVENTS) - first_s
        after, full = cpu_seconds(installation), memory_mb(installation)
        asked = [*await funnel_figures(installation), *await as_of_figures(installation)]
        asked += await rebuild_figures(installation, _EVENTS)
    used = {name: 1e6 * (after[name] - before[name]) / _EVENTS for name in after}
    return [
        higher("events drained", _EVENTS / took_s, "1/s", aim=_AIM_EVENTS_PER_S),
        lower("first POST to conservation 0", took_s, "s"),
        lower("first POST to last ack", answered.took_s, "s"),
        lower("bytes an event", sum(map(len, bodies)) / _EVENTS, "B"),
        lower("CPU an event, all processes", sum(used.values()), "µs"),
        *(lower(f"CPU an event, {name}", value, "µs") for name, value in used.items()),
        lower("CPU an event, client", 1e6 * answered.cpu_s / _EVENTS, "µs"),
        *(_memory(name, "at rest", value) for name, value in at_rest.items()),
        *(_memory(name, "after", value) for name, value in full.items()),
        *asked,
    ]


def _memory(name: str, when: str, value: float) -> Figure:
    aim = _AIM_MEMORY_MB if name in SERVICES else None
    return lower(f"memory {when}, {name}", value, "MB", aim=aim)


def _bodies() -> list[bytes]:
    short = sum(map(len, bodies_of(life_of_contact(1, long_text=""), 10)))
    long_text = "x" * ((10 * _MEAN_BYTES - short) // 7)
    events = [event for number in range(_LEADS) for event in life_of_contact(number, long_text=long_text)]
    events.sort(key=lambda event: int(event["occurredAt"]))
    return list(bodies_of(events, _DELIVERY))


THROUGHPUT = Benchmark(
    "throughput", "100,000 events of 1.2 KB, 100 a delivery; then memory, funnel, as_of and rebuilds", _run
)
