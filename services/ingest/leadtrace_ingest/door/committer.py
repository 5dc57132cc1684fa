"""Group commit: all requests that wait share one INSERT, one is in flight at a time, no timer.

A request's future is done only when PostgreSQL has confirmed the commit, or the spill has it on a disk, or
when its time is up. What PostgreSQL has not committed within the retry window is spilled; from then on
requests are spilled at once, while the group in flight goes on trying and tells when PostgreSQL is back.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.settings_groups import Door
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.connection import Connection
from leadtrace_ingest.door.intake import (
    TRIED_AGAIN,
    VALUE_AT_FAULT,
    Fallback,
    IntakeEntry,
    Kept,
    NoFallback,
    NotDurableError,
    insert_entries,
)
from leadtrace_ingest.door.waiting import Room
from leadtrace_ingest.metrics import COMMIT_DURATION, COMMIT_REQUESTS, WAITING_BYTES

_SWEEP_S = 0.1
_RETRY_PAUSE_S = 0.05
_RETRY_PAUSE_AWAY_S = 0.25  # when nobody waits for it any more
_LARGEST_GROUP = 1_000
_LARGEST_GROUP_BYTES = 16_777_216

_log = get_logger("leadtrace.ingest.door")


@dataclass(slots=True, eq=False)
class _Waiting:
    delivery: IntakeEntry
    done: asyncio.Future[Kept]
    since: float
    handed_over: bool = False


class Committer:
    """Commits deliveries in groups over one connection of its own; `fallback` keeps what it cannot."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[Connection]],
        limits: Door,
        metrics: Metrics,
        fallback: Fallback | None = None,
    ) -> None:
        self._connect = connect
        self._limits = limits
        self._fallback = fallback or NoFallback()
        self._connection: Connection | None = None
        self._queue: deque[_Waiting] = deque()
        self._group: list[_Waiting] = []
        self._handed_over: set[_Waiting] = set()
        self._room = Room(limits.max_waiting_bytes, limits.sender_share)
        self._failing = False  # the last attempt ended with an error
        self._away = False  # a whole retry window went by without a commit
        self._stop: StopSignal | None = None
        self._wake = asyncio.Event()
        self._duration = metrics.histogram(COMMIT_DURATION)
        self._committed = metrics.counter(COMMIT_REQUESTS)
        metrics.gauge(WAITING_BYTES).set_function(lambda: self._room.taken)

    def submit(self, delivery: IntakeEntry, *, since: float | None = None) -> asyncio.Future[Kept]:
        """Queue a delivery; the future is done once it is durable, or fails with `NotDurableError`.

        `since` is the monotonic moment at which its request began to wait, if that was before now: all
        bounds count from there.

        Raises:
            NotDurableError: too much is waiting already, of all senders or of this one.
        """
        size = len(delivery.body)
        if not self._room.take(delivery.sender, size):
            raise NotDurableError("too many bytes wait for their commit")
        done = asyncio.get_running_loop().create_future()
        done.add_done_callback(lambda _: self._room.give_back(delivery.sender, size))
        waiting = _Waiting(delivery, done, time.monotonic() if since is None else since)
        if self._away:
            self._hand_over(waiting)
        else:
            self._queue.append(waiting)
            self._wake.set()
        return done

    async def run(self, stop: StopSignal) -> None:
        """Commit until the stop is asked for and nothing waits any more."""
        self._stop = stop
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
            self._fail([*self._group, *self._queue, *self._handed_over], "the door is stopping")
            await self._drop_connection()

    def _take_group(self) -> None:
        size = 0
        while self._queue and len(self._group) < _LARGEST_GROUP and size < _LARGEST_GROUP_BYTES:
            waiting = self._queue.popleft()
            if waiting.done.done():
                continue
            size += len(waiting.delivery.body)
            self._group.append(waiting)

    async def _commit_group(self) -> None:
        """Try until the group is committed or every request in it has been told that it is not.

        While PostgreSQL is away one told request is kept and tried: its commit says that it is back. That it
        may be stored twice over, here and from the spill, changes nothing, since its id is the same.
        """
        while self._group:
            started = time.monotonic()
            try:
                await self._insert([waiting.delivery for waiting in self._group])
            except VALUE_AT_FAULT as error:
                self._single_out(error)
            except TRIED_AGAIN as error:
                await self._note_failure(error)
                self._drop_told()
            else:
                self._note_success(time.monotonic() - started)

    async def _insert(self, deliveries: Sequence[IntakeEntry]) -> None:
        if self._connection is None:
            self._connection = await self._connect()
        await insert_entries(self._connection, deliveries, timeout_s=self._limits.hard_stop_s)

    def _note_success(self, seconds: float) -> None:
        if self._away:
            _log.info("intake.commits_again")
        self._failing = self._away = False
        self._duration.observe(seconds)
        self._committed.inc(len(self._group))
        for waiting in self._group:
            if not waiting.done.done() and not self._is_for_the_spill_to_say(waiting):
                waiting.done.set_result(Kept.COMMITTED)
        self._group = []

    async def _note_failure(self, error: Exception) -> None:
        if not self._failing:
            _log.warning("intake.commit_failed", kind=type(error).__name__, waiting=len(self._group))
        self._failing = True
        await self._drop_connection()
        await asyncio.sleep(_RETRY_PAUSE_AWAY_S if self._away else _RETRY_PAUSE_S)

    def _single_out(self, error: Exception) -> None:
        """Halve the group until the entry that the database cannot hold stands alone."""
        if len(self._group) > 1:
            half = len(self._group) // 2
            self._queue.extendleft(reversed(self._group[half:]))
            self._group = self._group[:half]
            return
        refused, self._group = self._group, []
        self._failing = self._away = False  # it answers, and nothing is left to find that out with
        _log.error(
            "intake.refused_by_database",
            intake_id=str(refused[0].delivery.intake_id),
            kind=type(error).__name__,
        )
        self._fail(refused, "the database cannot hold it")

    def _drop_told(self) -> None:
        untold = [waiting for waiting in self._group if not waiting.done.done()]
        stopping = self._stop is not None and self._stop.is_set()
        self._group = untold or (self._group[:1] if self._away and not stopping else [])

    def _hand_over(self, waiting: _Waiting) -> None:
        """Have the fallback keep a request; what it refuses is told so, unless a commit may still come."""
        waiting.handed_over = True
        try:
            kept = self._fallback.submit(waiting.delivery)
        except NotDurableError as error:
            self._refuse(waiting, error)
            return
        self._handed_over.add(waiting)
        kept.add_done_callback(lambda future: self._spilled(waiting, future))

    def _spilled(self, waiting: _Waiting, kept: asyncio.Future[None]) -> None:
        self._handed_over.discard(waiting)
        error = NotDurableError("the door is stopping") if kept.cancelled() else kept.exception()
        if waiting.done.done():
            return
        if error is None:
            waiting.done.set_result(Kept.SPILLED)
        else:
            self._refuse(waiting, error)

    def _is_for_the_spill_to_say(self, waiting: _Waiting) -> bool:
        """Whether the spill decides on the answer, though PostgreSQL may have passed the request over.

        What is spilled is filed; so a request that bears a used key may not be refused any more.
        """
        return waiting in self._handed_over and waiting.delivery.idempotency_key is not None

    def _refuse(self, waiting: _Waiting, error: BaseException) -> None:
        in_flight = waiting in self._group and not self._failing
        if not in_flight and not waiting.done.done():
            waiting.done.set_exception(error)

    async def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()

    async def _sweep(self) -> None:
        """Hand over what PostgreSQL did not take in time, and tell requests whose time is up altogether."""
        while True:
            await asyncio.sleep(_SWEEP_S)
            now = time.monotonic()
            waiting = [one for one in (*self._group, *self._queue) if not one.done.done()]
            hard_stop = now - self._limits.hard_stop_s
            late = [one for one in (*waiting, *self._handed_over) if one.since <= hard_stop]
            self._fail(late, f"not durable within {self._limits.hard_stop_s:g} s")
            if any(one.since <= now - self._limits.retry_window_s for one in waiting):
                self._away = True
            if self._away:
                for one in waiting:
                    if not one.handed_over and not one.done.done():
                        self._hand_over(one)

    async def _wake_at(self, stop: StopSignal) -> None:
        await stop.wait()
        self._wake.set()

    def _fail(self, late: Sequence[_Waiting], why: str) -> None:
        for waiting in late:
            if not waiting.done.done():
                waiting.done.set_exception(NotDurableError(why))
