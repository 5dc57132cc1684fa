"""Credits what is due, batch by batch, in transactions of its own: one process at a time.

A batch that fails is done one by one, so that what cannot be credited is named and holds up nobody.
"""

import asyncio
import zlib
from collections.abc import Callable, Sequence

from starlette.routing import BaseRoute

from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.runtime.admin import Authorize
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.retry import RETRIED, StoppedError, until_done
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.runtime.versions.schedules import Schedules
from leadtrace.store.connection import Connection, Pool
from leadtrace_attribution.crediting import due
from leadtrace_attribution.crediting.reading import see
from leadtrace_attribution.crediting.units import Crediting
from leadtrace_attribution.crediting.writing import write, write_stuck

# A takeover of other rows waits for a batch to end, and no longer than its patience.
AT_ONCE = 50
_LOOK_EVERY_S = 0.5
# So often nothing was due: time to see whether another process credited by other terms.
_IDLE_LOOKS = 120
# Raised whenever the same sets make other credits: everything is credited anew.
_CODE_VERSION = 2
_ALONE = "select pg_advisory_xact_lock(7317203120)"
# A rebuild or another version that took over put other rows there, and marked none of them.
_GENERATION = "select 'attribution.leads'::regclass::oid::bigint"

_log = get_logger("leadtrace.attribution.crediting")

By = Callable[[Schedule], tuple[Crediting, str]]


class CreditingWorker:
    """Runs beside the loop that folds; `by` makes of a schedule what credits by it, and a label of it."""

    def __init__(self, pool: Pool, schedules: Schedules, by: By) -> None:
        self._pool = pool
        self._schedules = schedules
        self._by = by
        self._looked_through: tuple[int, int] | None = None
        self._idle = 0

    def routes(self, authorize: Authorize) -> Sequence[BaseRoute]:
        """None: nobody asks for it."""
        del authorize
        return ()

    async def run(self, stop: StopSignal) -> None:
        """Credit until the stop signal; a database that is away is waited for."""
        try:
            while not stop.is_set():
                done = await until_done(self.work, what="credit deals", stop=stop)
                if done < AT_ONCE:
                    await stop.wait_for(_LOOK_EVERY_S)
        except StoppedError:
            return

    async def work(self) -> int:
        """Credit one batch of what is due; how much that was."""
        await self._look_through()
        try:
            done = await self._batch(AT_ONCE)
        except Exception as error:  # whatever is wrong with one of them, the others are credited
            if _passes(error):
                raise
            done = await self._one_by_one()
        self._idle = 0 if done else self._idle + 1
        return done

    async def _look_through(self) -> None:
        """Mark what is missing when the terms or the rows are others than before, or somebody else's."""
        async with self._pool.acquire() as connection, connection.transaction():
            _, judged_by = await self._terms(connection)
            found = judged_by, await connection.fetchval(_GENERATION)
            told_otherwise = self._idle >= _IDLE_LOOKS and await due.judged_otherwise(connection, judged_by)
            if found == self._looked_through and not told_otherwise:
                return
            await due.mark_missing(connection, judged_by)
        _log.info("crediting.looked_through", judged_by=judged_by)
        self._looked_through, self._idle = found, 0

    async def _batch(self, size: int) -> int:
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(_ALONE)
            crediting, judged_by = await self._terms(connection)
            taken = await due.take(connection, size)
            if taken:
                seen = await see(connection, taken, crediting.channel_of)
                # A deal of many touches takes its time, in which the loop and others' questions go on.
                journeys = await asyncio.to_thread(lambda: list(crediting.journeys(taken, seen)))
                await write(connection, journeys, judged_by)
        return len(taken)

    async def _one_by_one(self) -> int:
        done = 0
        for _ in range(AT_ONCE):
            try:
                some = await self._batch(1)
            except Exception as error:
                if _passes(error):
                    raise
                some = await self._set_aside(error)
            if not some:
                break
            done += some
        return done

    async def _set_aside(self, error: Exception) -> int:
        """Write the oldest mark's unit as one that was never judged: the next start tries again."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(_ALONE)
            _, judged_by = await self._terms(connection)
            taken = await due.take(connection, 1)
            for kind, unit in taken.units():
                _log.error("credit.stuck", unit=str(unit), kind=kind.value, error=type(error).__name__)
                await write_stuck(connection, kind, unit, judged_by)
        return len(taken)

    async def _terms(self, connection: Connection) -> tuple[Crediting, int]:
        crediting, label = self._by(await self._schedules.in_force(connection.fetch))
        return crediting, zlib.crc32(f"{_CODE_VERSION} {label}".encode())


def _passes(error: Exception) -> bool:
    """Whether the same will do at another moment: the database is away, and no unit is at fault."""
    return isinstance(error, RETRIED) and not isinstance(error, due.VALUE_AT_FAULT)
