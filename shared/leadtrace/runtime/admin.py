"""Admin routes of the services that own hops: reconcile, republish, rebuild what is stuck.

They change what is published, so they take the admin key; the CLI is their client.
"""

import hmac
from collections.abc import Awaitable, Callable, Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadtrace.runtime.problem import problem
from leadtrace.runtime.reconcile import HopResult, Reconciler
from leadtrace.runtime.refold import RefoldResult
from leadtrace.runtime.retry import RETRIED, StoppedError

Authorize = Callable[[Request], Response | None]
Endpoint = Callable[[Request], Awaitable[Response]]


def bearer(key: str | None) -> Authorize:
    """A check that lets only `Authorization: Bearer <key>` pass; without a key nobody passes."""

    def authorize(request: Request) -> Response | None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        expected = (key or "").encode()
        # Header text is Latin-1 by HTTP's rules, whatever bytes the client sent.
        sent = given.strip().encode("latin-1")
        if expected and scheme.lower() == "bearer" and hmac.compare_digest(sent, expected):
            return None
        return problem(
            401,
            "unauthorized",
            "This route changes what is published and takes the admin key.",
            remedy="Send `Authorization: Bearer <key>`; the key is keys.bootstrap, or in the data folder.",
            headers={"WWW-Authenticate": "Bearer"},
        )

    return authorize


def reconcile_routes(reconciler: Reconciler, authorize: Authorize) -> list[Route]:
    """`POST /v1/admin/reconcile` for what readers lack, `POST /v1/admin/republish` for everything.

    `?hop=` names one hop; the answer lists every hop with what was missing and published again.
    """
    names = [hop.name for hop in reconciler.hops]

    async def reconcile(request: Request) -> Response:
        hop = request.query_params.get("hop")
        return _unknown_hop(hop, names) or _hops(await reconciler.reconcile(hop=hop))

    async def republish(request: Request) -> Response:
        hop = request.query_params.get("hop")
        return _unknown_hop(hop, names) or _hops(await reconciler.republish(hop=hop))

    return [
        Route("/v1/admin/reconcile", _guarded(reconcile, authorize), methods=["POST"]),
        Route("/v1/admin/republish", _guarded(republish, authorize), methods=["POST"]),
    ]


def rebuild_routes(
    rebuild_stuck: Callable[[], Awaitable[Sequence[RefoldResult]]], authorize: Authorize
) -> list[Route]:
    """`POST /v1/admin/rebuild-stuck`: fold every stuck row again and publish what came of it."""

    async def rebuild(_: Request) -> Response:
        return _json({"kinds": list(await rebuild_stuck())})

    return [Route("/v1/admin/rebuild-stuck", _guarded(rebuild, authorize), methods=["POST"])]


def _guarded(endpoint: Endpoint, authorize: Authorize) -> Endpoint:
    async def guarded(request: Request) -> Response:
        try:
            return authorize(request) or await endpoint(request)
        except (*RETRIED, StoppedError) as error:
            return problem(
                503,
                "unavailable",
                f"The database or the broker is away ({type(error).__name__}); nothing is lost.",
                remedy="Send the same request again.",
                headers={"Retry-After": "5"},
            )

    return guarded


def _unknown_hop(hop: str | None, names: Sequence[str]) -> Response | None:
    if hop is None or hop in names:
        return None
    return problem(
        422,
        "unknown_hop",
        f"This service owns no hop named {hop!r}.",
        parameter="hop",
        remedy=f"Name one of: {'; '.join(names)}.",
    )


def _hops(results: Sequence[HopResult]) -> Response:
    return _json({"hops": list(results)})


def _json(body: object) -> Response:
    return Response(msgspec.json.encode(body), media_type="application/json")
