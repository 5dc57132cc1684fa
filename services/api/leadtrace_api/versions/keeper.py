"""Follows the definitions' owner: takes a shadow's rows in, and serves a version once it has all of it.

Rows of a shadow are read where their owners show them, and then kept current by the topics; the projector
takes in nothing of any other version, so that what is left of one can be removed.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from leadtrace.bus.protocol import Record
from leadtrace.events.snapshots import DEAL_CONCLUDED, LEAD_CONCLUDED, LEAD_SCORED, SnapshotType
from leadtrace.runtime.clock import Ids
from leadtrace.runtime.derive import record_of
from leadtrace.runtime.handler import MoreNeededError
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.retry import StoppedError, until_done
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.connection import Connection, Pool
from leadtrace.store.generation.state import RebuildStore, Shadow
from leadtrace.store.in_force import Activation, InForceStore, told, wanted_shadow
from leadtrace_api.handlers import Projector
from leadtrace_api.projector.ticker import reset_entry
from leadtrace_api.store import ticker, versions
from leadtrace_api.store.versions import Lacked, LackedRow

SCHEMA = "api"
_OWNERS = ("scoring", "attribution")
_LOOK_EVERY_S = 1.0
_PAGE = 500
# Comparing all rows takes its time; where little is lacking it is done for a tenth of it at most.
_RESTS_A_COMPARISON = 9.0
_NO_ID = UUID(int=0)
_SOURCES: tuple[tuple[SnapshotType, Lacked], ...] = (
    (LEAD_SCORED, Lacked("scoring", "leads", key="lead_id", revision="score_revision", qualified=True)),
    (LEAD_CONCLUDED, Lacked("attribution", "leads", key="lead_id", revision="outcome_revision")),
    (DEAL_CONCLUDED, Lacked("attribution", "deals", key="deal_id", revision="outcome_revision")),
)

_log = get_logger("leadtrace_api.versions")


@dataclass(frozen=True, slots=True)
class _Look:
    """`ahead` was activated and is not served yet, `wanted` is to be kept beside what is served."""

    live: int
    ahead: Activation | None
    wanted: Shadow | None
    held: Shadow | None


class Versions:
    """One in each projector; whichever comes first does the work."""

    def __init__(
        self,
        pool: Pool,
        projector: Projector,
        ids: Ids,
        shipped: int,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pool = pool
        self._projector = projector
        self._ids = ids
        self._shipped = shipped
        self._in_force = InForceStore(SCHEMA)
        self._rebuilds = RebuildStore(SCHEMA)
        self._elapsed = elapsed
        self._rests_until = elapsed()
        self._cleared: frozenset[int] = frozenset()

    async def run(self, stop: StopSignal) -> None:
        """Look every second until the stop signal."""
        try:
            while not stop.is_set():
                await until_done(self.look, what="follow the definitions", stop=stop)
                await stop.wait_for(_LOOK_EVERY_S)
        except StoppedError:
            return

    async def look(self) -> None:
        """Do whatever is to be done next."""
        async with self._pool.acquire() as connection:
            look = await self._see(connection)
        if look.wanted is not None:
            self._cleared = frozenset()
        if look.wanted != look.held:
            await self._follow(look.wanted)
        elif look.wanted is not None:
            # Whoever activated a version waits for it: there is no rest until it is served.
            if look.ahead is not None or self._elapsed() >= self._rests_until:
                await self._fill(look.wanted, look.ahead)
        else:
            await self._clear()

    async def _see(self, connection: Connection) -> _Look:
        # Read before what is activated: a shadow that is so meanwhile is found there, and not missed.
        wanted = await wanted_shadow(connection.fetch)
        held = await self._in_force.held(connection.fetch)
        activations = await told(connection.fetch)
        live = held[-1].version if held else self._shipped
        taken = len(held)
        # What is served already needs no shadow: as when the shipped version is registered.
        while len(activations) > taken and activations[taken].version == live:
            taken += 1
            await self._in_force.take(connection, activations[taken - 1].ordinal)
        ahead = activations[-1] if len(activations) > taken else None
        beside = await versions.shadow(connection)
        if ahead is not None:
            # It goes before any other: what is in force must be served first.
            same = beside is not None and beside.version == ahead.version
            wanted = beside if same else Shadow(self._ids.uuid7(), ahead.version)
        return _Look(live, ahead, wanted, beside)

    async def _follow(self, wanted: Shadow | None) -> None:
        """Keep another version beside the one in force, or none; what was left of it goes first."""
        async with self._pool.acquire() as connection, connection.transaction():
            # Held until the end, so that no rebuild begins meanwhile and no batch is at work.
            await self._rebuilds.lock(connection)
            if await connection.fetchval(self._rebuilds.running) is not None:
                return
            await versions.forget(connection)
            if wanted is not None:
                # The one that is served may be wanted again, if others were activated meanwhile.
                if wanted.version not in await versions.kept(connection, self._shipped):
                    await versions.purge(connection, wanted.version)
                await versions.keep(connection, wanted)
        _log.info("shadow.kept", version=wanted.version if wanted is not None else None)

    async def _fill(self, wanted: Shadow, ahead: Activation | None) -> None:
        async with self._pool.acquire() as connection:
            ready = [await versions.is_ready(connection, owner, wanted.version) for owner in _OWNERS]
        if not all(ready):
            return
        started, taken, unreadable = self._elapsed(), 0, 0
        for kind, lacked in _SOURCES:
            rows, bad = await self._take_in(kind, lacked, wanted.version)
            taken, unreadable = taken + rows, unreadable + bad
        complete = await self._compare(wanted.version, unreadable)
        if taken < _PAGE:
            now = self._elapsed()
            self._rests_until = now + _RESTS_A_COMPARISON * (now - started)
        if complete and ahead is not None and ahead.version == wanted.version:
            await self._serve(ahead)

    async def _take_in(self, kind: SnapshotType, lacked: Lacked, version: int) -> tuple[int, int]:
        """Take in what is lacking; how many snapshots it was, and how many of them cannot be read."""
        after, taken, unreadable = _NO_ID, 0, 0
        while True:
            async with self._pool.acquire() as connection:
                rows = await lacked.page(connection, version, after, _PAGE)
            if rows:
                unreadable += await self._apply([_record(kind, row) for row in rows])
            taken += len(rows)
            if len(rows) < _PAGE:
                return taken, unreadable
            after = rows[-1][0]

    async def _apply(self, records: Sequence[Record]) -> int:
        also: frozenset[UUID] = frozenset()
        while True:
            try:
                async with self._pool.acquire() as connection, connection.transaction():
                    await connection.fetchval(self._rebuilds.running)
                    return len((await self._projector.apply(connection, records, also)).dead)
            except MoreNeededError as more:
                also |= more.ids

    async def _compare(self, version: int, unreadable: int) -> bool:
        """Whether nothing is lacking."""
        async with self._pool.acquire() as connection:
            counts = [await lacked.count(connection, version) for _, lacked in _SOURCES]
            total, lacking = sum(held for held, _ in counts), sum(missing for _, missing in counts)
            await versions.note(connection, done=total - lacking, total=total, unreadable=unreadable)
        return lacking == 0

    async def _serve(self, ahead: Activation) -> None:
        """From the end of this transaction on every answer is by the new version."""
        async with self._pool.acquire() as connection, connection.transaction():
            # No batch is at work that took the other version for the one in force.
            await self._rebuilds.lock(connection)
            await self._in_force.take(connection, ahead.ordinal)
            await versions.forget(connection)
            await ticker.tell(connection, [reset_entry("definitions")])
        _log.info("shadow.took_over", schema=SCHEMA, version=ahead.version)

    async def _clear(self) -> None:
        """Remove what is left of versions that are not kept, once each time that others are."""
        async with self._pool.acquire() as connection:
            of_use = await versions.kept(connection, self._shipped)
            if of_use == self._cleared:
                return
            for version in await versions.others(connection, of_use):
                async with connection.transaction():
                    await self._rebuilds.lock(connection)
                    # Another projector may have begun to keep it meanwhile.
                    if version in await versions.kept(connection, self._shipped):
                        return
                    await versions.purge(connection, version)
                _log.info("version.removed", version=version)
            self._cleared = of_use


def _record(kind: SnapshotType, row: LackedRow) -> Record:
    entity, version, revision, qualification, body = row
    sent = record_of(
        kind, entity, version=version, revision=revision, body=body, qualification_revision=qualification
    )
    return Record(sent.topic, 0, 0, sent.key, sent.value)
