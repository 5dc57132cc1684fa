"""Routes that need PostgreSQL, from the start: until it is reached they say so instead of not being there."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, Router

from leadtrace.runtime.problem import problem

ADMIN = "/v1/admin/{path:path}"
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class LaterRoutes:
    """Stand-ins at `paths` of a router, until the real routes take their place."""

    def __init__(self, router: Router, *paths: str) -> None:
        self._router = router
        self._stand_ins = [Route(path, _not_yet, methods=_METHODS) for path in paths]
        router.routes += self._stand_ins

    def open(self, routes: Sequence[BaseRoute]) -> None:
        """The database is there: from now on these answer."""
        for stand_in in self._stand_ins:
            self._router.routes.remove(stand_in)
        self._stand_ins = []
        self._router.routes += routes


async def _not_yet(_: Request) -> Response:
    return problem(
        503,
        "unavailable",
        "The service has not reached its database yet.",
        remedy="Send the same request again after Retry-After; `/readyz` says what is missing.",
        headers={"Retry-After": "2"},
    )
