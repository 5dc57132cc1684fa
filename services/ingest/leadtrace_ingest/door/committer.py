"""Group commit: all requests that wait share one INSERT, one is in flight at a time, no timer.

A request's future is done only when PostgreSQL has confirmed the commit, or when its time is up.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.settings_groups import Door
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.connection import Connection
from leadtrace.store.engine import UNAVAILABLE
from leadtrace_ingest.metrics import COMMIT_DURATION, COMMIT_REQUESTS, WAITING_BYTES
from leadtrace_ingest.store import NOTIFY_CHANNEL

_SWEEP_S = 0.1
_RETRY_PAUSE_S = 0.05
# What the database says of a statement is never the sender's fault here, so everything is tried again.
_TRIED_AGAIN: tuple[type[Exception], ...] = (*UNAVAILABLE, asyncpg.PostgresError)
_LARGEST_GROUP = 1_000
_LARGEST_GROUP_BYTES = 16_777_216

# A retry after a lost connection may find its rows committed: the ids are the door's own, so it is harmless.
# A row whose idempotency key is taken is not stored either: whoever gave one asks afterwards which it is.
_INSERT = f"""
with stored as (
  insert into ingest.intake (intake_id, sender, received_at, items, headers, body, idempotency_key)
  select * from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::int[], $5::jsonb[], $6::bytea[],
                       $7::text[])
  on conflict do nothing
)
select pg_notify('{NOTIFY_CHANNEL}', '')
"""

_log = get_logger("leadtrace.ingest.door")


@dataclass(frozen=True, slots=True)
class IntakeEntry:
    """One authenticated request as it is stored; `headers` is a JSON object as text."""

    intake_id: UUID
    sender: str
    received_at: datetime
    items: int
    headers: str
    body: bytes
    idempotency_key: str | None = None


class NotDurableError(Exception):
    """PostgreSQL did not confirm the commit in time; the sender must deliver again."""


@dataclass(slots=True)
class _Waiting:
    delivery: IntakeEntry
    done: asyncio.Future[None]
    since: float


class Committer:
    """Commits deliveries in groups over one connection of its own."""

    def __init__(self, connect: Callable[[], Awaitable[Connection]], limits: Door, metrics: Metrics) -> None:
        self._connect = connect
        self._limits = limits
        self._connection: Connection | None = None
        self._queue: deque[_Waiting] = deque()
        self._group: list[_Waiting] = []
        self._waiting_bytes = 0
        self._failing = False
        self._wake = asyncio.Event()
        self._duration = metrics.histogram(COMMIT_DURATION)
        self._committed = metrics.counter(COMMIT_REQUESTS)
        metrics.gauge(WAITING_BYTES).set_function(lambda: self._waiting_bytes)

    def submit(self, delivery: IntakeEntry) -> asyncio.Future[None]:
        """Queue a delivery; the future is done once it is durable, or fails with `NotDurableError`.

        Raises:
            NotDurableError: too much is waiting already.
        """
        if self._waiting_bytes + len(delivery.body) > self._limits.max_waiting_bytes:
            raise NotDurableError("too many bytes wait for their commit")
        done = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(delivery, done, time.monotonic()))
        self._waiting_bytes += len(delivery.body)
        self._wake.set()
        return done

    async def run(self, stop: StopSignal) -> None:
        """Commit until the stop is asked for and nothing waits any more."""
        waker = asyncio.create_task(self._wake_at(stop))
        sweeper = asyncio.create_task(self._sweep())
        try:
            while not (stop.is_set() and not self._queue):
                if not self._queue:
                    self._wake.clear()
                    await self._wake.wait()
                    continue
                self._take_group()
                await self._commit_group()
        finally:
            for task in (waker, sweeper):
                task.cancel()
            await asyncio.gather(waker, sweeper, return_exceptions=True)
            self._fail([*self._group, *self._queue], "the door is stopping")
            await self._drop_connection()

    def _take_group(self) -> None:
        size = 0
        while self._queue and len(self._group) < _LARGEST_GROUP and size < _LARGEST_GROUP_BYTES:
            waiting = self._queue.popleft()
            if waiting.done.done():
                self._waiting_bytes -= len(waiting.delivery.body)
                continue
            size += len(waiting.delivery.body)
            self._group.append(waiting)

    async def _commit_group(self) -> None:
        """Try until the group is committed or every request in it has been told that it is not."""
        while self._group:
            started = time.monotonic()
            try:
                await self._insert([waiting.delivery for waiting in self._group])
            except _TRIED_AGAIN as error:
                await self._note_failure(error)
                self._drop_told()
                continue
            self._failing = False
            self._duration.observe(time.monotonic() - started)
            self._committed.inc(len(self._group))
            for waiting in self._group:
                if not waiting.done.done():
                    waiting.done.set_result(None)
            self._forget_group()

    async def _insert(self, deliveries: Sequence[IntakeEntry]) -> None:
        if self._connection is None:
            self._connection = await self._connect()
        await self._connection.execute(
            _INSERT,
            [one.intake_id for one in deliveries],
            [one.sender for one in deliveries],
            [one.received_at for one in deliveries],
            [one.items for one in deliveries],
            [one.headers for one in deliveries],
            [one.body for one in deliveries],
            [one.idempotency_key for one in deliveries],
            timeout=self._limits.hard_stop_s,
        )

    async def _note_failure(self, error: Exception) -> None:
        if not self._failing:
            _log.warning("intake.commit_failed", kind=type(error).__name__, waiting=len(self._group))
        self._failing = True
        await self._drop_connection()
        await asyncio.sleep(_RETRY_PAUSE_S)

    def _drop_told(self) -> None:
        told = [waiting for waiting in self._group if waiting.done.done()]
        self._group = [waiting for waiting in self._group if not waiting.done.done()]
        self._waiting_bytes -= sum(len(waiting.delivery.body) for waiting in told)

    def _forget_group(self) -> None:
        self._waiting_bytes -= sum(len(waiting.delivery.body) for waiting in self._group)
        self._group = []

    async def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def _sweep(self) -> None:
        """Tell requests whose time is up: a short time while PostgreSQL fails, a longer while it is slow."""
        while True:
            await asyncio.sleep(_SWEEP_S)
            limit = self._limits.retry_window_s if self._failing else self._limits.hard_stop_s
            before = time.monotonic() - limit
            late = [one for one in (*self._group, *self._queue) if one.since <= before]
            self._fail(late, f"not committed within {limit:g} s")

    async def _wake_at(self, stop: StopSignal) -> None:
        await stop.wait()
        self._wake.set()

    def _fail(self, late: Sequence[_Waiting], why: str) -> None:
        for waiting in late:
            if not waiting.done.done():
                waiting.done.set_exception(NotDurableError(why))
