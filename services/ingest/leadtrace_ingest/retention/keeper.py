"""Keeps the months: makes those to come, and lets those go that are past their retention."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from leadtrace.runtime.clock import Clock
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.retry import StoppedError, until_done
from leadtrace.runtime.settings_retention import Retention
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.connection import Connection, Pool
from leadtrace.store.unobtrusive import IN_THE_WAY, unobtrusive
from leadtrace_ingest.metrics import MONTHS_AHEAD, OVERDUE_PARTITIONS
from leadtrace_ingest.retention.lapsing import Lapse, Wait, lapse
from leadtrace_ingest.retention.months import Month
from leadtrace_ingest.retention.partitions import Kept, Partition, make_ahead, partitions

# Relays that start at the same moment take turns.
_ADVISORY_KEY = 7_317_203_127
_EVERY_S = 3_600.0
_BUSY_PAUSE_S = 1.0
_MOST_ATTEMPTS = 60

_TAKE_TURNS = "select pg_try_advisory_xact_lock($1)"
Done = TypeVar("Done")

_log = get_logger("leadtrace.ingest.retention")


class Keeper:
    """One keeper; of several that run side by side one works at a time."""

    def __init__(
        self, pool: Pool, retention: Retention, clock: Clock, stop: StopSignal, metrics: Metrics
    ) -> None:
        self._pool = pool
        self._retention = retention
        self._clock = clock
        self._stop = stop
        self._overdue = metrics.gauge(OVERDUE_PARTITIONS)
        self._ahead = metrics.gauge(MONTHS_AHEAD)

    async def run(self) -> None:
        """Look every hour until the stop signal; a database that is away is waited for."""
        try:
            while not self._stop.is_set():
                await until_done(self.run_once, what="keep months", stop=self._stop)
                await self._stop.wait_for(_EVERY_S)
        except StoppedError:
            return

    async def run_once(self) -> list[Lapse]:
        """Make what is missing and let go of what is due; what became of each that is due."""
        now = self._clock.now()
        await self._patiently(lambda connection: _make(connection, now))
        done = [found for kept in Kept for found in await self._let_go(kept, now)]
        async with self._pool.acquire() as connection:
            self._ahead.set(ahead_of(await partitions(connection, Kept.DELIVERIES), now))
        return done

    async def _let_go(self, kept: Kept, now: datetime) -> list[Lapse]:
        async with self._pool.acquire() as connection:
            due = due_of(await partitions(connection, kept), kept_from(self._retention, kept, now))
        done = []
        for partition in due:
            found = await self._patiently(partial(lapse, partition=partition, now=now))
            done.append(found or Lapse(partition, waits=(Wait.OTHERS,)))
            _tell(done[-1])
        self._overdue.labels(kept=kept.name.lower()).set(sum(1 for one in done if one.waits))
        return done

    async def _patiently(self, work: Callable[[Connection], Awaitable[Done]]) -> Done | None:
        """Work in a transaction for which nobody waits long; None if others were in the way all the time."""
        for _ in range(_MOST_ATTEMPTS):
            try:
                async with unobtrusive(self._pool) as connection:
                    if not await connection.fetchval(_TAKE_TURNS, _ADVISORY_KEY):
                        return None
                    return await work(connection)
            except IN_THE_WAY:
                if await self._stop.wait_for(_BUSY_PAUSE_S):
                    return None
        return None


def months_kept(retention: Retention, kept: Kept) -> int | None:
    """For how many months it is kept; None for good."""
    return retention.intake_months if kept is Kept.DELIVERIES else retention.events_months


def kept_from(retention: Retention, kept: Kept, now: datetime) -> datetime | None:
    """From when on what was received is kept; None for all of it."""
    months = months_kept(retention, kept)
    return None if months is None else Month.of(now).later(-months).start


def due_of(found: Sequence[Partition], limit: datetime | None) -> list[Partition]:
    """The partitions of nothing but what is kept no longer, oldest first."""
    return [one for one in found if limit is not None and one.until is not None and one.until <= limit]


def ahead_of(found: Sequence[Partition], now: datetime) -> int:
    """How many months to come have a partition."""
    return sum(1 for one in found if one.since is not None and one.since > now)


async def _make(connection: Connection, now: datetime) -> None:
    for name in await make_ahead(connection, now):
        _log.info("retention.made", partition=name)


def _tell(done: Lapse) -> None:
    name = done.partition.name
    if done.waits:
        _log.warning("retention.waits", partition=name, because=[one.name.lower() for one in done.waits])
    else:
        _log.info("retention.lapsed", partition=name, rows=done.rows)
