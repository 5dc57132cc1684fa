"""Admin routes of a rebuild: begin one, see how far it is, end it.

The process that serves them may be another than the one that works on it: the state is in the database.
"""

from datetime import datetime

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadtrace.runtime.admin import Authorize, body_of, guarded, json_answer, name_of_key
from leadtrace.runtime.problem import problem
from leadtrace.runtime.rebuild.rebuilder import AlreadyRunningError, Rebuilder
from leadtrace.store.generation.state import Rebuild, TableReport

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
    """How far a rebuild is, or what it came to."""

    rebuild_id: str
    state: str
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


def generation_routes(rebuilder: Rebuilder, authorize: Authorize) -> list[Route]:
    """`POST`, `GET` and `DELETE /v1/admin/rebuild`."""

    async def begin(request: Request) -> Response:
        wanted = await body_of(request, Wanted)
        try:
            begun = await rebuilder.begin(takes_over=not wanted.check, by=name_of_key(request))
        except AlreadyRunningError:
            return problem(
                409,
                "rebuild_running",
                "A rebuild of this service is running.",
                remedy="GET this address to follow it, DELETE it to end it.",
            )
        return json_answer(_told(rebuilder, begun), 202)

    async def look(_: Request) -> Response:
        newest = await rebuilder.newest()
        if newest is None:
            return problem(404, "no_rebuild", "This service was never rebuilt.", remedy="POST to begin.")
        return json_answer(_told(rebuilder, newest))

    async def cancel(_: Request) -> Response:
        return json_answer({"cancelled": await rebuilder.cancel()})

    return [
        Route(_PATH, guarded(endpoint, authorize), methods=[method])
        for method, endpoint in (("POST", begin), ("GET", look), ("DELETE", cancel))
    ]


def _day(moment: datetime | None) -> str | None:
    return moment.date().isoformat() if moment is not None else None


def _told(rebuilder: Rebuilder, rebuild: Rebuild) -> ToldRebuild:
    order = [table.name for table in rebuilder.plan.generation.tables]
    found = rebuild.report.tables
    return ToldRebuild(
        rebuild_id=str(rebuild.rebuild_id),
        state=rebuild.state.value,
        step=rebuilder.step_name(rebuild),
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
