"""A thousand readers of `/v1/ticker` on one process, and from the ack of a webhook to one of them.

Entries are told over SQL as a projector tells them, numbered by the projector's process and read from the
api's. An entry says when its transaction began, so the wait for commit and number is in its age.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from leadtrace.store.connection import Connection
from leadtrace.testing.eventually import eventually
from leadtrace.testing.installation import Installation
from leadtrace_api.projector.ticker import Entry, Kind
from leadtrace_api.store import ticker
from tests.benchmarks.figure import Benchmark, Figure, higher, lower, percentile
from tests.benchmarks.hubspot import bodies_of, signed_requests, start_of_contact
from tests.benchmarks.scene import database, fresh_installation

READERS = 1_000
_RATES = (5, 20)
_SECONDS = 15
_BURST = 1_000
_CONTACTS = 50
_REST_S = 0.3
_AIM_MS = 1_000
_FILLER = "x" * 300
_ACCEPTED = b"HTTP/1.1 202"
_READ_WITHIN_S = 120


class _Reader(asyncio.Protocol):
    """Notes when each entry came; a stream ends with its connection."""

    def __init__(self, port: int) -> None:
        self.ages_ms: list[float] = []
        self.came = asyncio.Event()
        self.opened = False
        self.lost = False
        self._port = port
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"GET /v1/ticker HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % self._port)

    def connection_lost(self, _: Exception | None) -> None:
        """Note that nothing more will come."""
        self.lost = True

    def data_received(self, data: bytes) -> None:
        """Note the age of what came."""
        now = time.monotonic()
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self.opened = self.opened or line == b": open"
            if line.startswith(b"data: "):
                told = json.loads(line[6:]).get("told")
                if told is None:
                    self.came.set()
                else:
                    self.ages_ms.append((now - told) * 1_000)


async def _run() -> list[Figure]:
    async with fresh_installation() as installation, database(installation) as connection:
        figures = await _from_the_ack(installation)
        async with _readers(installation.ports["api"], READERS) as readers:
            for rate in _RATES:
                await _tell(connection, rate * _SECONDS, rate)
                figures += await _figures(f"{rate}/s", readers, rate * _SECONDS)
            started = time.monotonic()
            await _tell(connection, _BURST, None)
            await _all_read(readers, _BURST)
            took_s = time.monotonic() - started
            figures.append(higher("burst, entries to every reader", _BURST / took_s, "1/s"))
            figures.append(lower("readers lost", sum(one.lost for one in readers), "readers", aim=0))
    return figures


async def _from_the_ack(installation: Installation) -> list[Figure]:
    """One contact after another, each until something is told of it."""
    requests = _requests(installation, range(_CONTACTS))
    ages: list[float] = []
    async with _readers(installation.ports["api"], 1) as (reader,):
        for request in requests:
            reader.came.clear()
            incoming, outgoing = await asyncio.open_connection("127.0.0.1", installation.ports["ingest"])
            outgoing.write(request)
            answer = await incoming.read(4_096)
            acknowledged = time.monotonic()
            assert answer.startswith(_ACCEPTED), answer
            async with asyncio.timeout(_READ_WITHIN_S):
                await reader.came.wait()
            ages.append((time.monotonic() - acknowledged) * 1_000)
            outgoing.close()
            # Whatever else is told of this contact must not be taken for the next one's.
            await asyncio.sleep(_REST_S)
    ages.sort()
    return [
        lower("from the ack to a reader, p50", percentile(ages, 0.5), "ms"),
        lower("from the ack to a reader, p99", percentile(ages, 0.99), "ms", aim=_AIM_MS),
    ]


def _requests(installation: Installation, contacts: range) -> list[bytes]:
    """The first event of each contact alone: of later ones the next would be taken for."""
    bodies = list(bodies_of([start_of_contact(number)[0] for number in contacts], 1))
    return signed_requests(installation, bodies)


async def _tell(connection: Connection, count: int, rate: int | None) -> None:
    begun = time.monotonic()
    for number in range(count):
        if rate is not None:
            await asyncio.sleep(max(0.0, begun + number / rate - time.monotonic()))
        body = json.dumps({"told": time.monotonic(), "filler": _FILLER})
        await ticker.tell(connection, [Entry(Kind.NOTABLE, body)])


async def _figures(label: str, readers: list[_Reader], count: int) -> list[Figure]:
    await _all_read(readers, count)
    ages = sorted(age for one in readers for age in one.ages_ms)
    for one in readers:
        one.ages_ms.clear()
    return [
        lower(f"{len(readers):,} readers, {label}, p50", percentile(ages, 0.5), "ms"),
        lower(f"{len(readers):,} readers, {label}, p99", percentile(ages, 0.99), "ms", aim=_AIM_MS),
    ]


async def _all_read(readers: list[_Reader], count: int) -> None:
    await eventually(
        lambda: all(len(one.ages_ms) >= count or one.lost for one in readers),
        what="every reader has read all",
        deadline_s=_READ_WITHIN_S,
    )


@asynccontextmanager
async def _readers(port: int, count: int) -> AsyncIterator[list[_Reader]]:
    """So many streams, all of them open."""
    loop = asyncio.get_running_loop()
    made = [await loop.create_connection(lambda: _Reader(port), "127.0.0.1", port) for _ in range(count)]
    readers = [reader for _, reader in made]
    await eventually(
        lambda: all(one.opened for one in readers), what="every stream is open", deadline_s=_READ_WITHIN_S
    )
    yield readers
    for transport, _ in made:
        transport.close()


TICKER = Benchmark(
    "ticker",
    "live entries to a thousand readers of one process, and from the ack of a webhook to a reader",
    _run,
)
