"""`GET /v1/funnel?by=channel` over HTTP with keep-alive, on the read models that a larger run filled."""

from leadtrace.testing.installation import Installation
from tests.benchmarks.figure import Figure, higher, lower
from tests.benchmarks.load import Job, run_job

_REQUESTS_A_CONNECTION = 500
_WARM_UP = 50
_OK = 200


async def funnel_figures(installation: Installation) -> list[Figure]:
    """Requests per second and percentiles, over one connection and over eight."""
    port = installation.ports["api"]
    request = f"GET /v1/funnel?by=channel HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    await run_job(Job(port, [request] * _WARM_UP, 1), expected_status=_OK)
    figures = []
    for connections in (1, 8):
        count = connections * _REQUESTS_A_CONNECTION
        answered = await run_job(Job(port, [request] * count, connections), expected_status=_OK)
        label = f"funnel over {connections}"
        figures += [
            lower(f"{label}, p50", answered.latency_ms(0.5), "ms"),
            lower(f"{label}, p99", answered.latency_ms(0.99), "ms"),
            higher(f"{label}, requests", count / answered.took_s, "1/s"),
        ]
    return figures
