"""Works on the rebuild that is running, whoever began it, until it takes over; one process at a time.

Each page is one transaction that also notes how far it came, under a lease. So a crash costs at most a
page, and a process that lost its lease writes nothing more.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeAlias
from uuid import UUID

import msgspec

from leadtrace.runtime.clock import Ids
from leadtrace.runtime.handler import Handler, MoreNeededError
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.rebuild.lapsed import remember
from leadtrace.runtime.rebuild.plan import RebuildPlan
from leadtrace.runtime.rebuild.step import NotYetError, OutOfReachError, Step, StepPage
from leadtrace.runtime.rebuild.steps import steps_of
from leadtrace.runtime.rebuild.traffic import Traffic
from leadtrace.runtime.retry import StoppedError, until_done
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.connection import Connection, Pool
from leadtrace.store.generation.carrying import Carrier
from leadtrace.store.generation.making import analyze, drop, is_alike, make
from leadtrace.store.generation.showing import show
from leadtrace.store.generation.state import NotOursError, Rebuild, RebuildStore, Report, Shadow, State
from leadtrace.store.generation.tables import Generation
from leadtrace.store.generation.takeover import take_over
from leadtrace.store.notes import NoteStore
from leadtrace.store.unobtrusive import IN_THE_WAY, unobtrusive

LEASE = timedelta(seconds=20)
_LOCK_ATTEMPTS = 25
_LOCK_PAUSE_S = 0.2
_LOOK_EVERY_S = 1.0
_IDS_A_NOTE = 500

Change: TypeAlias = Callable[[Connection], Awaitable[None]]

_log = get_logger("leadtrace.runtime.rebuild")


class AlreadyRunningError(Exception):
    """A rebuild of this service is running, or a shadow."""


@dataclass(frozen=True, slots=True)
class Rebuilder:
    """Begins, goes on with and ends the rebuilds of one service."""

    plan: RebuildPlan
    handler: Handler
    pool: Pool
    ids: Ids
    traffic: Traffic
    steps: Sequence[Step] = ()
    lease: timedelta = LEASE

    @property
    def store(self) -> RebuildStore:
        """Where its state is kept."""
        return RebuildStore(self.plan.generation.schema)

    @property
    def generation(self) -> Generation:
        """The tables that it rebuilds."""
        return self.plan.generation

    def all_steps(self) -> Sequence[Step]:
        """The steps of the plan, unless others were handed in."""
        return self.steps or steps_of(self.handler, self.plan)

    async def begin(self, *, takes_over: bool, by: str, shadow: Shadow | None = None) -> Rebuild:
        """Make the next generation; from now on the live loop fills it as well.

        Raises:
            AlreadyRunningError: one is running.
        """
        rebuild_id, total = self.ids.uuid7(), await self._total()

        async def begin(connection: Connection) -> None:
            if await connection.fetchval(self.store.running) is not None:
                raise AlreadyRunningError
            if self.plan.hindered is not None and await connection.fetchval(self.plan.hindered):
                raise AlreadyRunningError
            await self._make(connection)
            if shadow is not None:
                await show(connection, self.plan.generation)
            await self.store.begin(
                connection,
                rebuild_id,
                takes_over=takes_over,
                signature=self.plan.signature,
                total=total,
                by=by,
                shadow=shadow,
            )

        await self.locked(begin)
        return await self._newest()

    async def _make(self, connection: Connection) -> None:
        await make(connection, self.plan.generation)
        await remember(connection, self.plan)
        await Carrier(self.plan.generation).forget(connection)

    async def cancel(self, rebuild: UUID | None = None) -> bool:
        """End the running rebuild, or this one, and drop what it made; whether there was one."""
        ended = False

        async def cancel(connection: Connection) -> None:
            nonlocal ended
            ended = await self.store.end(connection, State.CANCELLED, rebuild=rebuild)
            await self._drop_unless_running(connection)

        await self.locked(cancel)
        return ended

    async def clean_up(self) -> None:
        """Drop what a rebuild left that a live batch has ended; nothing while one is running."""
        await self.locked(self._drop_unless_running)

    async def newest(self) -> Rebuild | None:
        """The last rebuild that was begun."""
        async with self.pool.acquire() as connection:
            return await self.store.newest(connection)

    async def step_name(self, rebuild: Rebuild) -> str:
        """What a running rebuild is doing."""
        steps = self.all_steps()
        return steps[rebuild.step].name if rebuild.step < len(steps) else "take over"

    async def run(self, stop: StopSignal) -> None:
        """Look for a running rebuild now and then, and work on it."""
        holder = self.ids.uuid7()
        try:
            while not stop.is_set():
                await until_done(lambda: self.work(holder, stop), what="rebuild", stop=stop)
                await stop.wait_for(_LOOK_EVERY_S)
            async with self.pool.acquire() as connection:
                await self.store.release(connection, holder)
        except StoppedError:
            _log.info("rebuild.stopped_waiting")

    async def work(self, holder: UUID, stop: StopSignal) -> None:
        """Go on with the running rebuild until it ends, or the stop is asked for."""
        async with self.pool.acquire() as connection:
            rebuild = await self.store.claim(connection, holder, self.lease)
        if rebuild is None:
            return
        try:
            rebuild = await self._unless_stale(rebuild, holder)
            steps = self.all_steps()
            while rebuild.step < len(steps) and not stop.is_set():
                started = time.monotonic()
                rebuild = await self._page(rebuild, steps[rebuild.step], holder)
                await stop.wait_for(self.traffic.rest_s(time.monotonic() - started))
            if stop.is_set():
                return
            if rebuild.shadow_id is None:
                await self._finish(rebuild)
            else:
                await self._stand_by(rebuild)
        except NotYetError:
            return
        except OutOfReachError as error:
            await self.give_up(rebuild, str(error))
        except NotOursError:
            _log.info("rebuild.not_ours", schema=self.plan.generation.schema)
            await self.clean_up()

    async def _drop_unless_running(self, connection: Connection) -> None:
        """Remove what an ended one left; by now another process may have begun the next."""
        if await connection.fetchval(self.store.running) is None:
            await drop(connection, self.plan.generation)

    async def _unless_stale(self, rebuild: Rebuild, holder: UUID) -> Rebuild:
        """The rebuild, begun again if its tables or what fills them are others than when it began."""
        async with self.pool.acquire() as connection:
            alike = await is_alike(connection, self.plan.generation)
        if alike and rebuild.signature == self.plan.signature:
            return rebuild
        total = await self._total()

        async def restart(connection: Connection) -> None:
            await self._make(connection)
            if rebuild.shadow_id is not None:
                await show(connection, self.plan.generation)
            await self.store.restart(connection, rebuild.rebuild_id, self.plan.signature, total)

        await self.locked(restart)
        _log.info("rebuild.restarted", schema=self.plan.generation.schema)
        async with self.pool.acquire() as connection:
            claimed = await self.store.claim(connection, holder, self.lease)
        if claimed is None:
            raise NotOursError
        return claimed

    async def _page(self, rebuild: Rebuild, step: Step, holder: UUID) -> Rebuild:
        also: frozenset[UUID] = frozenset()
        while True:
            try:
                async with self.pool.acquire() as connection, connection.transaction():
                    # A page that is rolled back must leave nothing in the report.
                    report = msgspec.json.decode(msgspec.json.encode(rebuild.report), type=Report)
                    page = await step.page(connection, rebuild.position, report, also)
                    moved = _moved(rebuild, page, report)
                    await self.store.advance(connection, moved, holder, done=page.done, lease=self.lease)
                    return moved
            except MoreNeededError as more:
                also |= more.ids

    async def _finish(self, rebuild: Rebuild) -> None:
        """Take over, or only say what would be different."""
        state = State.DONE if rebuild.takes_over else State.COMPARED
        generation = self.plan.generation
        if rebuild.takes_over:
            async with self.pool.acquire() as connection:
                await analyze(connection, generation)

        async def finish(connection: Connection) -> None:
            if await connection.fetchval(self.store.running) is None:
                raise NotOursError
            carrier = Carrier(generation)
            if rebuild.takes_over:
                await take_over(connection, generation)
                if self.plan.taken_over is not None:
                    await self.plan.taken_over(connection)
                rebuild.report.published = await self._note(connection, await carrier.changed(connection))
            else:
                await drop(connection, generation)
            await carrier.forget(connection)
            await self.store.end(connection, state, rebuild=rebuild.rebuild_id, report=rebuild.report)

        await self.locked(finish)
        _log.info("rebuild.ended", schema=generation.schema, state=state.value)

    async def _stand_by(self, rebuild: Rebuild) -> None:
        """A shadow has all there is; the live loop keeps it current until its version is activated."""
        if rebuild.complete:
            return
        async with self.pool.acquire() as connection:
            await analyze(connection, self.plan.generation)
            await self.store.complete(connection, rebuild.rebuild_id)
        _log.info("shadow.complete", schema=self.plan.generation.schema, version=rebuild.version)

    async def _note(self, connection: Connection, changed: dict[str, list[UUID]]) -> int:
        """Note what is to be published; the live loop publishes it as what a crash left behind."""
        notes = NoteStore(self.plan.generation.schema)
        for kind, ids in changed.items():
            for start in range(0, len(ids), _IDS_A_NOTE):
                await notes.write(connection, [self.ids.uuid7()], {kind: ids[start : start + _IDS_A_NOTE]})
        return sum(map(len, changed.values()))

    async def give_up(self, rebuild: Rebuild, why: str) -> None:
        """End a running rebuild that cannot go on."""

        async def give_up(connection: Connection) -> None:
            await self.store.end(
                connection, State.FAILED, rebuild=rebuild.rebuild_id, error=why, report=rebuild.report
            )
            await self._drop_unless_running(connection)

        await self.locked(give_up)
        _log.error("rebuild.failed", schema=self.plan.generation.schema, why=why)

    async def _total(self) -> int:
        """About how much there is to do."""
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.execute("set local enable_seqscan = on")
            return sum([await step.count(connection) for step in self.all_steps()])

    async def _newest(self) -> Rebuild:
        newest = await self.newest()
        assert newest is not None  # noqa: S101 - one was just begun
        return newest

    async def locked(self, change: Change) -> None:
        """Make a change while no live batch is at work; whoever is in the way is waited for, in turns."""
        for attempt in range(1, _LOCK_ATTEMPTS + 1):
            try:
                async with unobtrusive(self.pool) as connection:
                    await self.store.lock(connection)
                    await change(connection)
                    return
            except IN_THE_WAY:
                if attempt == _LOCK_ATTEMPTS:
                    raise
            await asyncio.sleep(_LOCK_PAUSE_S)


def _moved(rebuild: Rebuild, page: StepPage, report: Report) -> Rebuild:
    step = rebuild.step if page.position is not None else rebuild.step + 1
    return replace(rebuild, step=step, position=page.position, report=report)
