"""`python -m tests.benchmarks.load_process FILE`: sends the job in FILE and writes what came of it to stdout.

Raw HTTP/1.1 over keep-alive connections, because a client library costs several times what the door does.
"""

import asyncio
import gc
import sys
import time
from collections import Counter, deque
from collections.abc import Callable
from pathlib import Path
from typing import cast

import msgspec
import uvloop

from tests.benchmarks.load import Answered, Job

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length:"
_LAST_CHUNK = b"\r\n0\r\n\r\n"
_TICK_S = 0.001


class _Connection(asyncio.Protocol):
    """One request in flight at a time."""

    def __init__(self, on_answer: Callable[["_Connection", int, int], None], lost: asyncio.Event) -> None:
        self._on_answer = on_answer
        self._lost = lost
        self._buffer = b""
        self._number = -1
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes.
        self._transport = cast(asyncio.WriteTransport, transport)

    def send(self, number: int, request: bytes) -> None:
        assert self._transport is not None
        self._number = number
        self._transport.write(request)

    def close(self) -> None:
        assert self._transport is not None
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        received = self._buffer + data if self._buffer else data
        if not _is_whole(received):
            self._buffer = received
            return
        self._buffer = b""
        self._on_answer(self, self._number, int(received[9:12]))

    def connection_lost(self, _: Exception | None) -> None:
        self._lost.set()


class _Run:
    def __init__(self, job: Job) -> None:
        self._job = job
        self._sent = [0] * len(job.requests)
        self._answered = [0] * len(job.requests)
        self._statuses: Counter[int] = Counter()
        self._next = 0
        self._left = len(job.requests)
        self._idle: deque[_Connection] = deque()
        self._done = asyncio.Event()
        self._lost = asyncio.Event()

    async def run(self) -> Answered:
        loop = asyncio.get_running_loop()
        job = self._job
        for _ in range(job.connections):
            make = lambda: _Connection(self._on_answer, self._lost)  # noqa: E731
            _, connection = await loop.create_connection(make, job.host, job.port)
            self._idle.append(connection)
        cpu_before_s = time.process_time()
        connections = list(self._idle)
        pacing = asyncio.create_task(self._pace())
        done, lost = asyncio.create_task(self._done.wait()), asyncio.create_task(self._lost.wait())
        await asyncio.wait({done, lost}, return_when=asyncio.FIRST_COMPLETED)
        cpu_s = time.process_time() - cpu_before_s
        if not self._done.is_set():
            raise ConnectionError("the server closed a connection")
        lost.cancel()
        await pacing
        for connection in connections:
            connection.close()
        return Answered(self._sent, self._answered, dict(self._statuses), cpu_s)

    async def _pace(self) -> None:
        """Without a rate fill every connection once; else send whatever is due, a millisecond at a time."""
        job = self._job
        if job.per_second is None:
            while self._idle and self._next < len(job.requests):
                self._send(self._idle.popleft(), time.monotonic_ns())
            return
        while self._next < len(job.requests):
            self._send_due(time.monotonic_ns())
            await asyncio.sleep(_TICK_S)

    def _due_ns(self, number: int) -> int:
        assert self._job.per_second is not None
        return self._job.starts_at_ns + round(number * 1e9 / self._job.per_second)

    def _send_due(self, now_ns: int) -> None:
        while self._idle and self._next < len(self._job.requests) and self._due_ns(self._next) <= now_ns:
            # Counted from when it was due: a slow answer must not hide those that had to wait for it.
            self._send(self._idle.popleft(), self._due_ns(self._next))

    def _send(self, connection: _Connection, sent_ns: int) -> None:
        number = self._next
        self._next += 1
        self._sent[number] = sent_ns
        connection.send(number, self._job.requests[number])

    def _on_answer(self, connection: _Connection, number: int, status: int) -> None:
        now_ns = time.monotonic_ns()
        self._answered[number] = now_ns
        self._statuses[status] += 1
        self._left -= 1
        if self._left == 0:
            self._done.set()
        elif self._job.per_second is not None:
            self._idle.append(connection)
            self._send_due(now_ns)
        elif self._next < len(self._job.requests):
            self._send(connection, now_ns)


def _is_whole(received: bytes) -> bool:
    end = received.find(_HEAD_END)
    if end < 0:
        return False
    head = received[:end].lower()
    start = head.find(_LENGTH)
    if start < 0:
        return received.endswith(_LAST_CHUNK)
    length = head[start + len(_LENGTH) :].partition(b"\r\n")[0]
    return len(received) >= end + len(_HEAD_END) + int(length)


def main() -> None:
    """Run the job that the first argument names."""
    job = msgspec.msgpack.decode(Path(sys.argv[1]).read_bytes(), type=Job)
    gc.disable()
    answered = uvloop.run(_Run(job).run())
    sys.stdout.buffer.write(msgspec.msgpack.encode(answered))


if __name__ == "__main__":
    main()
