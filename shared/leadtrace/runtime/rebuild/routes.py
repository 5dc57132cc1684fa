"""Admin routes of a rebuild: begin one, see how far it is, end it.

The process that serves them may be another than the one that works on it: the state is in the database.
"""

from datetime import datetime
from typing import Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadtrace.runtime.admin import Authorize, body_of, guarded, json_answer, name_of_key
from leadtrace.runtime.problem import problem
from leadtrace.runtime.rebuild.rebuilder import AlreadyRunningError
from leadtrace.store.generation.state import Rebuild, TableReport
from leadtrace.store.generation.tables import Generation

_PATH = "/v1/admin/rebuild"
_MOST_TOLD = 20


class Wanted(msgspec.Struct, forbid_unknown_fields=True):
    """What to do: with `check` the rows are built and compared, and the live ones stay."""

    check: bool = False


class ToldTable(msgspec.Struct, frozen=True):
    """One compared table; the hashes leave revisions out."""

    table: str
    rows: int
    live_hash: str
    rebuilt_hash: str
    differing: int
    rows_differing: list[str]


class ToldRebuild(msgspec.Struct, frozen=True):
    """How far a rebuild is, or what it came to; `shadow_of` is the version that a shadow folds by."""

    rebuild_id: str
    state: str
    shadow_of: int | None
    step: str
    done: int
    total: int
    tables: list[ToldTable]
    undecodable: int
    published: int
    lapsed: int
    lapsed_before: str | None
    error: str | None
    started_at: str
    started_by: str


class Rebuilding(Protocol):
    """What begins, follows and ends the rebuilds of a service."""

    @property
    def generation(self) -> Generation:
        """The tables that are rebuilt."""

    async def begin(self, *, takes_over: bool, by: str) -> Rebuild:
        """Begin one; AlreadyRunningError if one is running, or a shadow."""

    async def cancel(self) -> bool:
        """End the running one; whether there was one."""

    async def newest(self) -> Rebuild | None:
        """The last one that was begun."""

    async def step_name(self, rebuild: Rebuild) -> str:
        """What a running one is doing."""


def generation_routes(rebuilder: Rebuilding, authorize: Authorize) -> list[Route]:
    """`POST`, `GET` and `DELETE /v1/admin/rebuild`."""

    async def begin(request: Request) -> Response:
        wanted = await body_of(request, Wanted)
        try:
            begun = await rebuilder.begin(takes_over=not wanted.check, by=name_of_key(request))
        except AlreadyRunningError:
            return problem(
                409,
                "rebuild_running",
                "A rebuild of this service is running, or a version of the definitions runs in shadow.",
                remedy="GET this address to follow a rebuild, DELETE it to end it; a shadow is ended with "
                "`leadtrace definitions shadow --end`.",
            )
        return json_answer(await _told(rebuilder, begun), 202)

    async def look(_: Request) -> Response:
        newest = await rebuilder.newest()
        if newest is None:
            return problem(404, "no_rebuild", "This service was never rebuilt.", remedy="POST to begin.")
        return json_answer(await _told(rebuilder, newest))

    async def cancel(_: Request) -> Response:
        return json_answer({"cancelled": await rebuilder.cancel()})

    return [
        Route(_PATH, guarded(endpoint, authorize), methods=[method])
        for method, endpoint in (("POST", begin), ("GET", look), ("DELETE", cancel))
    ]


def _day(moment: datetime | None) -> str | None:
    return moment.date().isoformat() if moment is not None else None


async def _told(rebuilder: Rebuilding, rebuild: Rebuild) -> ToldRebuild:
    order = [table.name for table in rebuilder.generation.tables]
    found = rebuild.report.tables
    return ToldRebuild(
        rebuild_id=str(rebuild.rebuild_id),
        state=rebuild.state.value,
        step=await rebuilder.step_name(rebuild),
        shadow_of=rebuild.version,
        done=rebuild.done,
        total=rebuild.total,
        tables=[_told_table(name, found[name]) for name in order if name in found],
        undecodable=rebuild.report.undecodable,
        published=rebuild.report.published,
        lapsed=rebuild.report.lapsed,
        lapsed_before=_day(rebuild.report.lapsed_before),
        error=rebuild.error,
        started_at=rebuild.started_at.isoformat(),
        started_by=rebuild.started_by,
    )


def _told_table(name: str, found: TableReport) -> ToldTable:
    return ToldTable(
        table=name,
        rows=found.rows,
        live_hash=f"{found.live_sum:016x}",
        rebuilt_hash=f"{found.next_sum:016x}",
        differing=found.differing,
        rows_differing=[row.key for row in found.differences[:_MOST_TOLD]],
    )
