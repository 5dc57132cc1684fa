"""How far a rebuild has come, in a table: whoever starts again after a crash goes on from there.

Every batch of the live loop reads the table first, and holds it until it ends; whoever begins or ends a
rebuild locks it whole. So no batch is at work that does not know whether there are two generations.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from leadtrace.store.connection import Connection


class State(StrEnum):
    """What a rebuild is doing, or what became of it."""

    RUNNING = "running"
    DONE = "done"
    COMPARED = "compared"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Difference(msgspec.Struct, frozen=True, array_like=True):
    """A row that differs between the generations, and its digest in each; 0 where it is not there."""

    key: str
    live: int
    next: int


class TableReport(msgspec.Struct):
    """What comparing one table came to; a hash is the sum of its rows' digests."""

    rows: int = 0
    live_sum: int = 0
    next_sum: int = 0
    differing: int = 0
    differences: list[Difference] = msgspec.field(default_factory=list)


class Report(msgspec.Struct):
    """What a rebuild has found so far; `lapsed` counts the events of its topics that are kept no longer."""

    tables: dict[str, TableReport] = msgspec.field(default_factory=dict)
    undecodable: int = 0
    published: int = 0
    lapsed: int = 0
    lapsed_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shadow:
    """A version of the definitions that is folded beside the one in force."""

    shadow_id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class Rebuild:
    """One rebuild; `position` is where its `step` goes on.

    One that is a shadow folds by `version` of the definitions, and is `complete` once only the activation of
    that version is missing; the others fold by the version in force.
    """

    rebuild_id: UUID
    state: State
    takes_over: bool
    shadow_id: UUID | None
    version: int | None
    complete: bool
    signature: str
    step: int
    position: str | None
    done: int
    total: int
    report: Report
    error: str | None
    started_by: str
    started_at: datetime
    ended_at: datetime | None


class NotOursError(Exception):
    """Another process goes on with this rebuild, or it was ended: what was done meanwhile is rolled back."""


_COLUMNS = (
    "rebuild_id, state, takes_over, shadow_id, version, complete, signature, step, position, done, total, "
    "report, error, started_by, started_at, ended_at"
)


class RebuildStore:
    """The rebuilds of one schema; at most one is running."""

    def __init__(self, schema: str) -> None:
        table = f"{schema}.rebuilds"
        # Nothing if none is running, 0 of an ordinary one, the version of a shadow.
        self.running = f"select coalesce(version, 0) from {table} where state = 'running'"
        self._lock = f"lock table {table} in access exclusive mode"
        self._begin = (
            f"insert into {table} "
            "(rebuild_id, state, takes_over, signature, total, started_by, shadow_id, version) "
            "values ($1, 'running', $2, $3, $4, $5, $6, $7)"
        )
        self._newest = f"select {_COLUMNS} from {table} order by rebuild_id desc limit 1"
        self._claim = (
            f"update {table} set holder = $1, leased_until = now() + $2::interval where state = 'running' "
            f"and (holder = $1 or leased_until is null or leased_until < now()) returning {_COLUMNS}"
        )
        self._release = f"update {table} set holder = null, leased_until = null where holder = $1"
        self._advance = (
            f"update {table} set step = $3, position = $4, done = done + $5, report = $6::jsonb, "
            "leased_until = now() + $7::interval "
            "where rebuild_id = $1 and holder = $2 and state = 'running' returning true"
        )
        self._restart = (
            f"update {table} set signature = $2, step = 0, position = null, done = 0, total = $3, "
            "complete = false, report = '{}' where rebuild_id = $1"
        )
        self._complete = f"update {table} set complete = true where rebuild_id = $1 and not complete"
        self._end = (
            f"update {table} set state = $2, error = $3, report = coalesce($4::jsonb, report), "
            "holder = null, leased_until = null, ended_at = now() "
            "where state = 'running' and ($1::uuid is null or rebuild_id = $1) returning rebuild_id"
        )

    async def lock(self, connection: Connection) -> None:
        """Wait for the live batches at work and hold up the next ones until this transaction ends."""
        await connection.execute(self._lock)

    async def begin(
        self,
        connection: Connection,
        rebuild: UUID,
        *,
        takes_over: bool,
        signature: str,
        total: int,
        by: str,
        shadow: Shadow | None = None,
    ) -> None:
        """Note a new rebuild, or a new shadow."""
        shadow_id, version = (shadow.shadow_id, shadow.version) if shadow is not None else (None, None)
        await connection.execute(self._begin, rebuild, takes_over, signature, total, by, shadow_id, version)

    async def complete(self, connection: Connection, rebuild: UUID) -> None:
        """Note that a shadow has all there is, and is kept current from now on."""
        await connection.execute(self._complete, rebuild)

    async def newest(self, connection: Connection) -> Rebuild | None:
        """The last rebuild that was begun."""
        row = await connection.fetchrow(self._newest)
        return _rebuild(tuple(row)) if row is not None else None

    async def claim(self, connection: Connection, holder: UUID, lease: timedelta) -> Rebuild | None:
        """The running rebuild, unless another process holds it."""
        row = await connection.fetchrow(self._claim, holder, lease)
        return _rebuild(tuple(row)) if row is not None else None

    async def release(self, connection: Connection, holder: UUID) -> None:
        """Let whoever comes next go on at once."""
        await connection.execute(self._release, holder)

    async def advance(
        self, connection: Connection, rebuild: Rebuild, holder: UUID, *, done: int, lease: timedelta
    ) -> None:
        """Note how far the rebuild has come, and `done` more.

        Raises:
            NotOursError: the lease was lost, or the rebuild was ended.
        """
        report = msgspec.json.encode(rebuild.report).decode()
        ours = await connection.fetchval(
            self._advance, rebuild.rebuild_id, holder, rebuild.step, rebuild.position, done, report, lease
        )
        if not ours:
            raise NotOursError

    async def restart(self, connection: Connection, rebuild: UUID, signature: str, total: int) -> None:
        """Begin the rebuild again, because its tables or the code that fills them are others now."""
        await connection.execute(self._restart, rebuild, signature, total)

    async def end(
        self,
        connection: Connection,
        state: State,
        *,
        rebuild: UUID | None = None,
        error: str | None = None,
        report: Report | None = None,
    ) -> bool:
        """End the running rebuild, or this one; whether there was one."""
        told = msgspec.json.encode(report).decode() if report is not None else None
        return await connection.fetchval(self._end, rebuild, state.value, error, told) is not None


def _rebuild(row: tuple[object, ...]) -> Rebuild:
    named = dict(zip(_COLUMNS.split(", "), row, strict=True))
    named["state"] = State(str(named["state"]))
    named["report"] = msgspec.json.decode(str(named["report"]), type=Report)
    return Rebuild(**named)  # type: ignore[arg-type]  # the columns are of these types
