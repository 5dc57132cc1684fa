"""Every kind of sender: single events at 64 connections, then batches of a hundred, relay at rest."""

from tests.benchmarks.figure import Benchmark, Figure, higher, lower
from tests.benchmarks.load import Job, run_job
from tests.benchmarks.processes import cpu_seconds, find
from tests.benchmarks.scene import fresh_installation
from tests.benchmarks.vendors import BATCH, ONE_AT_A_TIME, VENDORS, Vendor, environment, requests_of

_CONNECTIONS = 64
_SINGLES = 10_000
_BATCHES = 400
_WARM_UP = 500


async def _senders() -> list[Figure]:
    figures: list[Figure] = []
    async with fresh_installation(**environment()) as installation:
        relay = find(installation, "relay")
        relay.suspend()
        try:
            port = installation.ports["ingest"]
            for name, vendor in VENDORS.items():
                singles = requests_of(installation, vendor, _WARM_UP + _SINGLES, 1, 0)
                await run_job(Job(port, singles[:_WARM_UP], _CONNECTIONS), expected_status=vendor.status)
                before = cpu_seconds(installation)["door"]
                answered = await run_job(
                    Job(port, singles[_WARM_UP:], _CONNECTIONS), expected_status=vendor.status
                )
                spent = cpu_seconds(installation)["door"] - before
                figures += [
                    higher(f"{name}: acks", _SINGLES / answered.took_s, "1/s"),
                    lower(f"{name}: ack p99", answered.latency_ms(0.99), "ms"),
                    lower(f"{name}: CPU of the door a request", 1e6 * spent / _SINGLES, "µs"),
                ]
                if name not in ONE_AT_A_TIME:
                    batches = requests_of(installation, vendor, _BATCHES, BATCH, 1_000_000)
                    figures += await _batches(port, name, vendor, batches)
        finally:
            relay.resume()
    return figures


async def _batches(port: int, name: str, vendor: Vendor, requests: list[bytes]) -> list[Figure]:
    answered = await run_job(Job(port, requests, _CONNECTIONS), expected_status=vendor.status)
    return [
        higher(f"{name}: batches of {BATCH}", len(requests) / answered.took_s, "1/s"),
        lower(f"{name}: batch p99", answered.latency_ms(0.99), "ms"),
    ]


SENDERS = Benchmark("senders", "10,000 single events and 400 batches of each kind of sender", _senders)
