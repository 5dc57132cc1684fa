"""`DELETE /v1/leads/{id}/personal-data` erases, `GET /v1/erasures` and `/v1/erasures/{id}` show receipts.

The relay carries a request out; the answer waits a while for that, and is 202 with the receipt so far if it
takes longer.
"""

import asyncio
from typing import Annotated
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadtrace.runtime.admin import (
    Authorize,
    RefusedError,
    guarded,
    json_answer,
    name_of_key,
    parameters_of,
)
from leadtrace.runtime.clock import Clock, Ids
from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.problem import problem
from leadtrace.store.connection import Connection, Pool
from leadtrace_ingest.erasure.receipts import Receipt, receipt, receipts
from leadtrace_ingest.erasure.requests import request_erasure

ERASE = "/v1/leads/{lead_id}/personal-data"
RECEIPTS = "/v1/erasures"
RECEIPT = "/v1/erasures/{erasure_id}"
_FIRST = UUID(int=0)
_DONE = "done"
_LOOK_EVERY_S = 0.1
_LONGEST_WAIT_S = 30.0

# An absorbed lead is known by what founded it.
_KNOWN = """
select entity_id from ingest.subjects where entity_id = $1
union all select entity_id from ingest.subjects where founded_id = $1 limit 1
"""

_log = get_logger("leadtrace.ingest.erasure")


class EraseQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many seconds the answer may wait for the end of it."""

    wait_s: Annotated[float, msgspec.Meta(ge=0, le=_LONGEST_WAIT_S)] = 10.0


class ShowQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The same for a receipt, which by default is shown as it stands."""

    wait_s: Annotated[float, msgspec.Meta(ge=0, le=_LONGEST_WAIT_S)] = 0.0


class ListQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The parameters of the list."""

    lead_id: UUID | None = None
    after: UUID = _FIRST
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 50


def erasure_routes(pool: Pool, ids: Ids, clock: Clock, authorize: Authorize) -> list[Route]:
    """All three, behind an admin key."""

    async def erase(request: Request) -> Response:
        lead_id, asked = _id(request, "lead_id"), parameters_of(request, EraseQuery)
        erasure_id, by = ids.uuid7(), f"key {name_of_key(request)}"
        async with pool.acquire() as connection:
            entity = await connection.fetchval(_KNOWN, lead_id)
            if entity is None:
                raise RefusedError(_unknown_lead())
            await request_erasure(connection, erasure_id, entity, by=by, at=clock.now())
        _log.info("erasure.requested", erasure_id=str(erasure_id), lead_id=str(lead_id), by=by)
        told = await _settled(pool, erasure_id, asked.wait_s)
        return json_answer(told, status=200 if told.state == _DONE else 202)

    async def listed(request: Request) -> Response:
        asked = parameters_of(request, ListQuery)
        async with pool.acquire() as connection:
            found = await receipts(connection, asked.after, asked.limit, asked.lead_id)
        return json_answer(
            {"erasures": found, "next": found[-1].erasure_id if len(found) == asked.limit else None}
        )

    async def show(request: Request) -> Response:
        asked = parameters_of(request, ShowQuery)
        return json_answer(await _settled(pool, _id(request, "erasure_id"), asked.wait_s))

    return [
        Route(ERASE, guarded(erase, authorize), methods=["DELETE"]),
        Route(RECEIPTS, guarded(listed, authorize), methods=["GET"]),
        Route(RECEIPT, guarded(show, authorize), methods=["GET"]),
    ]


async def _settled(pool: Pool, erasure_id: UUID, wait_s: float) -> Receipt:
    loop = asyncio.get_running_loop()
    until = loop.time() + wait_s
    while True:
        async with pool.acquire() as connection:
            told = await _found(connection, erasure_id)
        if told.state == _DONE or loop.time() >= until:
            return told
        await asyncio.sleep(_LOOK_EVERY_S)


async def _found(connection: Connection, erasure_id: UUID) -> Receipt:
    told = await receipt(connection, erasure_id)
    if told is None:
        raise RefusedError(
            problem(
                404,
                "unknown_erasure",
                "No erasure has this id.",
                parameter="erasure_id",
                remedy="`GET /v1/erasures` lists them.",
            )
        )
    return told


def _id(request: Request, name: str) -> UUID:
    try:
        return UUID(request.path_params[name])
    except ValueError:
        raise RefusedError(
            problem(422, "bad_request", "An id is a UUID.", parameter=name, remedy="Take it from an answer.")
        ) from None


def _unknown_lead() -> Response:
    return problem(
        404,
        "unknown_lead",
        "Ingest knows no lead of this id.",
        parameter="lead_id",
        remedy="`GET /v1/leads` of the api lists those that there are.",
    )
