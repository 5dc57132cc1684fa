"""Admin routes of the services that own hops: reconcile, republish, rebuild what is stuck.

They change what is published, so they take a key of scope `admin`; the CLI is their client.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadtrace.runtime.key_ring import Key, KeyRing, KeysNotReadError, Scope
from leadtrace.runtime.problem import problem
from leadtrace.runtime.reconcile import HopResult, Reconciler
from leadtrace.runtime.refold import RefoldResult
from leadtrace.runtime.retry import RETRIED, StoppedError

Authorize = Callable[[Request], Response | None]
Endpoint = Callable[[Request], Awaitable[Response]]


_Given = TypeVar("_Given")
# PostgreSQL's text cannot hold NUL.
PlainText = Annotated[str, msgspec.Meta(pattern=r"^[^\x00]*\Z", max_length=1_000)]


class RefusedError(Exception):
    """The request cannot be done; it is answered with this problem."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


def bearer(keys: KeyRing) -> Authorize:
    """A check that lets only `Authorization: Bearer <key>` with a key of scope `admin` pass."""

    def authorize(request: Request) -> Response | None:
        try:
            # Header text is Latin-1 by HTTP's rules, whatever bytes the client sent.
            key = keys.shown(request.headers.get("authorization", "").encode("latin-1"))
        except KeysNotReadError:
            return _keys_not_read()
        if key is None:
            return _no_key()
        if Scope.ADMIN not in key.scopes:
            return _no_scope()
        request.state.key = key
        return None

    return authorize


def name_of_key(request: Request) -> str:
    """Who asks: the name of the key that was let pass."""
    key: Key = request.state.key
    return key.name


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
        Route("/v1/admin/reconcile", guarded(reconcile, authorize), methods=["POST"]),
        Route("/v1/admin/republish", guarded(republish, authorize), methods=["POST"]),
    ]


def rebuild_routes(
    rebuild_stuck: Callable[[], Awaitable[Sequence[RefoldResult]]], authorize: Authorize
) -> list[Route]:
    """`POST /v1/admin/rebuild-stuck`: fold every stuck row again and publish what came of it."""

    async def rebuild(_: Request) -> Response:
        return json_answer({"kinds": list(await rebuild_stuck())})

    return [Route("/v1/admin/rebuild-stuck", guarded(rebuild, authorize), methods=["POST"])]


def guarded(endpoint: Endpoint, authorize: Authorize) -> Endpoint:
    """The endpoint behind the key; what is refused or away is answered with a problem."""

    async def answered(request: Request) -> Response:
        try:
            return authorize(request) or await endpoint(request)
        except RefusedError as refused:
            return refused.response
        except (*RETRIED, StoppedError) as error:
            return problem(
                503,
                "unavailable",
                f"The database or the broker is away ({type(error).__name__}); nothing is lost.",
                remedy="Send the same request again.",
                headers={"Retry-After": "5"},
            )

    return answered


async def body_of(request: Request, kind: type[_Given]) -> _Given:
    """The JSON body of a request.

    Raises:
        RefusedError: it is no such body.
    """
    try:
        return msgspec.json.decode(await request.body() or b"{}", type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RefusedError(problem(422, "bad_request", f"{error}.")) from None


def parameters_of(request: Request, kind: type[_Given]) -> _Given:
    """The query parameters of a request, as the fields of a struct; one that it lacks is refused.

    Raises:
        RefusedError: a parameter is unknown or does not fit.
    """
    try:
        return msgspec.convert(dict(request.query_params), type=kind, strict=False)
    except msgspec.ValidationError as error:
        raise RefusedError(problem(422, "bad_request", f"{error}.")) from None


def json_answer(body: object, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(msgspec.json.encode(body), status_code=status, media_type="application/json")


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
    return json_answer({"hops": list(results)})


def _no_key() -> Response:
    return problem(
        401,
        "unauthorized",
        "This route changes what is published and takes the admin key.",
        remedy="Send `Authorization: Bearer <key>`: one of scope admin, or keys.bootstrap.",
        headers={"WWW-Authenticate": "Bearer"},
    )


def _no_scope() -> Response:
    return problem(
        403,
        "scope_missing",
        "The key is live, but it does not allow this.",
        remedy="Make one with `leadtrace keys create --scope admin`.",
    )


def _keys_not_read() -> Response:
    return problem(
        503,
        "unavailable",
        "This process could not read the API keys yet.",
        remedy="Send the same request again.",
        headers={"Retry-After": "5"},
    )
