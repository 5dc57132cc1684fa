"""Load from a process of its own: what is to be sent goes in as a file, when it was answered comes out."""

import asyncio
import sys
import tempfile
from pathlib import Path

import msgspec

from tests.benchmarks.figure import percentile


class Job(msgspec.Struct):
    """Requests as they go over the wire, in order.

    With `per_second` each has its moment, counted from `starts_at_ns` (monotonic clock), whether earlier
    ones are answered or not; without it each connection sends its next one when it has an answer.
    """

    port: int
    requests: list[bytes]
    connections: int
    per_second: float | None = None
    starts_at_ns: int = 0
    host: str = "127.0.0.1"


class Answered(msgspec.Struct):
    """What came of a job; moments in nanoseconds of the monotonic clock, one a request."""

    sent_ns: list[int]
    answered_ns: list[int]
    statuses: dict[int, int]
    cpu_s: float

    @property
    def took_s(self) -> float:
        """From the first request sent to the last one answered."""
        return (max(self.answered_ns) - min(self.sent_ns)) / 1e9

    @property
    def latencies_ms(self) -> list[float]:
        """From sent, or due to be sent, to answered; ascending."""
        pairs = zip(self.sent_ns, self.answered_ns, strict=True)
        return sorted((answered - sent) / 1e6 for sent, answered in pairs)

    def latency_ms(self, share: float) -> float:
        """The latency that `share` of all requests kept."""
        return percentile(self.latencies_ms, share)


class UnexpectedAnswerError(Exception):
    """The server refused requests that it should have taken: the figures would mean nothing."""


async def run_job(job: Job, *, expected_status: int) -> Answered:
    """Send everything and return once all is answered.

    Raises:
        UnexpectedAnswerError: an answer bore another status.
    """
    with tempfile.TemporaryDirectory(prefix="leadtrace-load-") as folder:
        path = Path(folder) / "job"
        path.write_bytes(msgspec.msgpack.encode(job))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.benchmarks.load_process", str(path), stdout=asyncio.subprocess.PIPE
        )
        try:
            output, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if process.returncode != 0:
        raise UnexpectedAnswerError(f"the load process ended with {process.returncode}")
    answered = msgspec.msgpack.decode(output, type=Answered)
    if set(answered.statuses) != {expected_status}:
        raise UnexpectedAnswerError(f"answers by status: {answered.statuses}")
    return answered
