"""The admin route that says what would change if other definitions judged: lines, the report last."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from leadtrace.domain.comparison.report import Report
from leadtrace.runtime.admin import Authorize, body_of, guarded
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.problem import problem
from leadtrace.runtime.retry import RETRIED
from leadtrace.store.connection import Pool
from leadtrace_scoring.comparing.comparer import Comparer
from leadtrace_scoring.comparing.sides import Side, Wanted, side_of

PATH = "/v1/admin/definitions/diff"
_MEDIA_TYPE = "application/x-ndjson"
_MOST_SAMPLED = 1_000

_log = get_logger("leadtrace.scoring.comparing")


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which versions; without `b` the one in force. `sample` is how many lead ids stand for each movement."""

    a: Wanted
    b: Wanted | None = None
    sample: Annotated[int, msgspec.Meta(ge=0, le=_MOST_SAMPLED)] = 10


def comparing_routes(comparer: Comparer, pool: Pool, authorize: Authorize) -> list[Route]:
    """`POST /v1/admin/definitions/diff`: lines of JSON, `done` of `total` each, at last `report` or `error`.

    One comparison runs at a time, so that several take no more of the machine than one.
    """
    one_at_a_time = asyncio.Lock()

    async def compare(request: Request) -> Response:
        asked = await body_of(request, Asked)
        if one_at_a_time.locked():
            return _running()
        a = await side_of(pool, comparer.schedules, asked.a, "a")
        b = await side_of(pool, comparer.schedules, asked.b, "b")
        return StreamingResponse(lines(a, b, asked.sample), media_type=_MEDIA_TYPE)

    async def lines(a: Side, b: Side, sample: int) -> AsyncIterator[bytes]:
        async with one_at_a_time, aclosing(comparer.compare(a, b, sample=sample)) as told:
            try:
                async for one in told:
                    yield _line({"report": one} if isinstance(one, Report) else one)
            except RETRIED as error:
                _log.warning("definitions.diff_failed", error=type(error).__name__)
                said = f"The database went away ({type(error).__name__}); ask again: nothing was changed."
                yield _line({"error": said})

    return [Route(PATH, guarded(compare, authorize), methods=["POST"])]


def _running() -> Response:
    return problem(
        409,
        "diff_running",
        "This process is comparing two versions for somebody else.",
        remedy="Send the same request again when that is done, or end the other one.",
    )


def _line(value: object) -> bytes:
    return msgspec.json.encode(value) + b"\n"
