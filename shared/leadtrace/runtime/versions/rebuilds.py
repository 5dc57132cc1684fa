"""The rebuilds of a service and its shadows: goes on with whichever runs, and follows the definitions' owner.

A shadow is a rebuild by another version that takes over only when that version is activated. A version that
was activated without one, as when a service was away, is folded first and taken over when it is complete.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias
from uuid import UUID

from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.runtime.clock import Clock, SystemIds
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.rebuild.rebuilder import AlreadyRunningError, Rebuilder
from leadtrace.runtime.retry import StoppedError, until_done
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.runtime.versions.schedules import Schedules, UnknownVersionError
from leadtrace.runtime.versions.takeover import take_over_shadow
from leadtrace.store.connection import Connection, Pool
from leadtrace.store.generation.state import Rebuild, RebuildStore, Shadow, State
from leadtrace.store.generation.tables import Generation
from leadtrace.store.in_force import Activation, InForceStore, told, wanted_shadow

_LOOK_EVERY_S = 1.0
_AFTER_A_FAILURE = timedelta(minutes=1)
_BY = "definitions"

MakeRebuilder: TypeAlias = Callable[[Schedule], Rebuilder]

_log = get_logger("leadtrace.runtime.versions")


@dataclass(frozen=True, slots=True)
class _Look:
    """What there is to do: `ahead` was activated and is not taken over, `wanted` is to be folded."""

    live: Schedule
    newest: Rebuild | None
    ahead: Activation | None
    wanted: Shadow | None

    @property
    def running(self) -> Rebuild | None:
        return self.newest if self.newest is not None and self.newest.state is State.RUNNING else None


class Rebuilds:
    """Those of one service."""

    def __init__(
        self, generation: Generation, schedules: Schedules, make: MakeRebuilder, pool: Pool, clock: Clock
    ) -> None:
        self.generation = generation
        self._schedules = schedules
        self._make = make
        self._pool = pool
        self._clock = clock
        self._ids = SystemIds(clock)
        self._store = RebuildStore(generation.schema)
        self._in_force = InForceStore(generation.schema)
        self._cleaned: UUID | None = None

    async def begin(self, *, takes_over: bool, by: str) -> Rebuild:
        """Begin a rebuild by the version in force.

        Raises:
            AlreadyRunningError: one is running, or a shadow.
        """
        return await self._make(await self._live()).begin(takes_over=takes_over, by=by)

    async def cancel(self) -> bool:
        """End the running rebuild; whether there was one. A shadow is ended by its owner alone."""
        newest = await self.newest()
        if newest is None or newest.shadow_id is not None:
            return False
        return await self._make(await self._live()).cancel(newest.rebuild_id)

    async def newest(self) -> Rebuild | None:
        """The last rebuild or shadow that was begun."""
        async with self._pool.acquire() as connection:
            return await self._store.newest(connection)

    async def step_name(self, rebuild: Rebuild) -> str:
        """What a running one is doing."""
        try:
            return await (await self._rebuilder_of(rebuild)).step_name(rebuild)
        except UnknownVersionError:
            return "unknown"

    async def run(self, stop: StopSignal) -> None:
        """Look every second what is to be done, and do it."""
        holder = self._ids.uuid7()
        try:
            while not stop.is_set():
                await until_done(lambda: self.work(holder, stop), what="rebuild", stop=stop)
                await stop.wait_for(_LOOK_EVERY_S)
            async with self._pool.acquire() as connection:
                await self._store.release(connection, holder)
        except StoppedError:
            _log.info("rebuild.stopped_waiting")

    async def work(self, holder: UUID, stop: StopSignal) -> None:
        """Begin or end a shadow as its owner says, go on with what runs, take over what is activated."""
        look = await self._look()
        running = look.running
        if running is not None and running.shadow_id is not None and not _is_meant(running, look.wanted):
            # The version of this one is not asked for: it may be in words that this release cannot read.
            await self._make(look.live).cancel(running.rebuild_id)
            return
        if running is None:
            await self._clean_up(look)
        if running is None and look.wanted is not None and self._may_begin(look):
            await self._begin_shadow(look.wanted)
            return
        if running is None:
            return
        try:
            rebuilder = await self._rebuilder_of(running)
        except UnknownVersionError as error:
            await self._make(look.live).give_up(running, str(error))
            return
        await rebuilder.work(holder, stop)
        if look.ahead is not None and running.version == look.ahead.version:
            await take_over_shadow(rebuilder, look.ahead)

    async def _look(self) -> _Look:
        async with self._pool.acquire() as connection:
            # Read before what is activated: a shadow that is so meanwhile is found there, and not missed.
            wanted = await wanted_shadow(connection.fetch)
            live = await self._schedules.in_force(connection.fetch)
            activations = await told(connection.fetch)
            held = len(await self._in_force.held(connection.fetch))
            # What is in force already needs no shadow: as when the shipped version is registered.
            while len(activations) > held and activations[held].version == live.version:
                held += 1
                await self._in_force.take(connection, activations[held - 1].ordinal)
            ahead = activations[-1] if len(activations) > held else None
            newest = await self._store.newest(connection)
        if ahead is not None:
            # It goes before any other: what is in force must be folded first.
            known = newest.shadow_id if newest is not None and newest.version == ahead.version else None
            wanted = Shadow(known or self._ids.uuid7(), ahead.version)
        return _Look(live, newest, ahead, wanted)

    async def _clean_up(self, look: _Look) -> None:
        """Drop what a shadow left that failed after it was complete, when nobody works on it any more."""
        newest = look.newest
        if newest is None or newest.state is not State.FAILED or newest.rebuild_id == self._cleaned:
            return
        await self._make(look.live).clean_up()
        self._cleaned = newest.rebuild_id

    async def _begin_shadow(self, shadow: Shadow) -> None:
        try:
            async with self._pool.acquire() as connection:
                schedule = await self._schedules.shadow(connection.fetch, shadow.version)
        except UnknownVersionError as error:
            await self._refuse(shadow, str(error))
            return
        try:
            await self._make(schedule).begin(takes_over=True, by=_BY, shadow=shadow)
        except AlreadyRunningError:
            return
        _log.info("shadow.began", schema=self.generation.schema, version=shadow.version)

    async def _refuse(self, shadow: Shadow, why: str) -> None:
        """Note a shadow that cannot be folded as one that failed, so that its owner is told."""
        rebuilder, refused = self._make(await self._live()), self._ids.uuid7()

        async def refuse(connection: Connection) -> None:
            if await connection.fetchval(self._store.running) is not None:
                return
            signature = rebuilder.plan.signature
            await self._store.begin(
                connection, refused, takes_over=True, signature=signature, total=0, by=_BY, shadow=shadow
            )
            await self._store.end(connection, State.FAILED, rebuild=refused, error=why)

        await rebuilder.locked(refuse)
        _log.error("shadow.refused", schema=self.generation.schema, version=shadow.version, why=why)

    async def _rebuilder_of(self, rebuild: Rebuild) -> Rebuilder:
        if rebuild.version is None:
            return self._make(await self._live())
        async with self._pool.acquire() as connection:
            return self._make(await self._schedules.shadow(connection.fetch, rebuild.version))

    def _may_begin(self, look: _Look) -> bool:
        """Whether the wanted shadow was not tried to its end, or must be tried again once it is activated."""
        newest, wanted = look.newest, look.wanted
        if newest is None or wanted is None or newest.shadow_id != wanted.shadow_id:
            return True
        if newest.state is State.CANCELLED:
            return True
        ended = newest.ended_at
        return look.ahead is not None and ended is not None and self._clock.now() - ended > _AFTER_A_FAILURE

    async def _live(self) -> Schedule:
        async with self._pool.acquire() as connection:
            return await self._schedules.in_force(connection.fetch)


def _is_meant(running: Rebuild, wanted: Shadow | None) -> bool:
    return wanted is not None and (wanted.shadow_id, wanted.version) == (running.shadow_id, running.version)
