"""`GET /v1/admin/spill`: what waits in this door's spill, where, and since when; it needs no database."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadtrace.runtime.admin import Authorize
from leadtrace_ingest.door.spill.spill import Spill


def spill_routes(spill: Spill, authorize: Authorize) -> list[Route]:
    """The route; it takes the admin key."""

    async def show(request: Request) -> Response:
        refusal = authorize(request)
        if refusal is not None:
            return refusal
        return Response(msgspec.json.encode(spill.status()), media_type="application/json")

    return [Route("/v1/admin/spill", show, methods=["GET"])]
