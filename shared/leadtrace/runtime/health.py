"""`/livez` says that the process runs, `/readyz` which dependency is missing and why, `/metrics` the rest."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from leadtrace.runtime.metrics import CONTENT_TYPE, Metrics

CHECK_TIMEOUT_S = 2.0

# A check answers None when its dependency is there, else the reason why it is not.
Check = Callable[[], "str | Awaitable[str | None] | None"]


@dataclass(frozen=True, slots=True)
class Missing:
    """A dependency that is not there, with the reason in words."""

    dependency: str
    reason: str


class Readiness:
    """The named checks that together decide whether a process can do its work."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}
        self._draining = False

    def add(self, dependency: str, check: Check) -> None:
        """Register a check under the dependency's name; a later one of that name replaces it."""
        self._checks[dependency] = check

    def start_draining(self) -> None:
        """From now on the process is not ready: it is stopping."""
        self._draining = True

    async def missing(self) -> list[Missing]:
        """What is missing now, in the order of registration; empty when ready."""
        if self._draining:
            return [Missing("process", "draining before its stop")]
        reasons = await asyncio.gather(*(_reason(check) for check in self._checks.values()))
        return [Missing(name, reason) for name, reason in zip(self._checks, reasons, strict=True) if reason]

    def names(self) -> list[str]:
        """The dependencies that are checked."""
        return list(self._checks)


async def _reason(check: Check) -> str | None:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            answer = check()
            return await answer if inspect.isawaitable(answer) else answer
    except TimeoutError:
        return f"no answer within {CHECK_TIMEOUT_S:g} s"
    except Exception as error:  # noqa: BLE001 - a check that fails is the answer, whatever it failed with
        return f"{type(error).__name__}: {error}"


def operations_routes(readiness: Readiness, metrics: Metrics) -> list[Route]:
    """The routes that every service process serves; add them to the app's own."""

    async def livez(_: Request) -> Response:
        return JSONResponse({"alive": True})

    async def readyz(_: Request) -> Response:
        missing = await readiness.missing()
        body = {
            "ready": not missing,
            "checked": readiness.names(),
            "missing": [{"dependency": one.dependency, "reason": one.reason} for one in missing],
        }
        return JSONResponse(body, status_code=503 if missing else 200)

    async def exposition(_: Request) -> Response:
        return Response(metrics.render(), media_type=CONTENT_TYPE)

    return [
        Route("/livez", livez, include_in_schema=False),
        Route("/readyz", readyz, include_in_schema=False),
        Route("/metrics", exposition, include_in_schema=False),
    ]
