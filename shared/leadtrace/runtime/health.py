"""`/livez` says that the process runs, `/readyz` which dependency is missing and why, `/metrics` the rest."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from leadtrace.runtime.metrics import CONTENT_TYPE, Metrics
from leadtrace.runtime.patience import within

CHECK_TIMEOUT_S = 2.0

# A check answers None when its dependency is there, else the reason why it is not.
Check = Callable[[], "str | Awaitable[str | None] | None"]
# Whether a process can do its work for now although a dependency is missing.
Bridged = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Missing:
    """A dependency that is not there, with the reason in words; `bridged` if the work goes on without it."""

    dependency: str
    reason: str
    bridged: bool = False


class Readiness:
    """The named checks that together decide whether a process can do its work."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}
        self._bridges: dict[str, Bridged] = {}
        self._draining = False
        self._when_draining: list[Callable[[], None]] = []

    def add(self, dependency: str, check: Check, *, bridged: Bridged | None = None) -> None:
        """Register a check under the dependency's name; a later one of that name replaces it.

        While `bridged` says so, the process is ready without the dependency, which is still named as missing.
        """
        self._checks[dependency] = check
        if bridged is not None:
            self._bridges[dependency] = bridged

    def start_draining(self) -> None:
        """From now on the process is not ready: it is stopping."""
        self._draining = True
        for callback in self._when_draining:
            callback()

    def when_draining(self, callback: Callable[[], None]) -> None:
        """Have answers that would never end be ended when the process stops: requests end first."""
        self._when_draining.append(callback)

    async def missing(self) -> list[Missing]:
        """What is missing now, in the order of registration; empty when ready."""
        if self._draining:
            return [Missing("process", "draining before its stop")]
        reasons = await asyncio.gather(*(_reason(check) for check in self._checks.values()))
        return [
            Missing(name, reason, bridged=name in self._bridges and await self._bridges[name]())
            for name, reason in zip(self._checks, reasons, strict=True)
            if reason
        ]

    def names(self) -> list[str]:
        """The dependencies that are checked."""
        return list(self._checks)


async def _reason(check: Check) -> str | None:
    try:
        answer = check()
        return await within(CHECK_TIMEOUT_S, _awaited(answer)) if inspect.isawaitable(answer) else answer
    except TimeoutError:
        return f"no answer within {CHECK_TIMEOUT_S:g} s"
    except Exception as error:  # noqa: BLE001 - a check that fails is the answer, whatever it failed with
        return f"{type(error).__name__}: {error}"


async def _awaited(answer: Awaitable[str | None]) -> str | None:
    return await answer


def _told(missing: Missing) -> dict[str, object]:
    told: dict[str, object] = {"dependency": missing.dependency, "reason": missing.reason}
    return {**told, "bridged": True} if missing.bridged else told


def operations_routes(readiness: Readiness, metrics: Metrics) -> list[Route]:
    """The routes that every service process serves; add them to the app's own.

    `/metrics` is among them unless the configuration has it off.
    """

    async def livez(_: Request) -> Response:
        return JSONResponse({"alive": True})

    async def readyz(_: Request) -> Response:
        missing = await readiness.missing()
        ready = all(one.bridged for one in missing)
        body = {"ready": ready, "checked": readiness.names(), "missing": [_told(one) for one in missing]}
        return JSONResponse(body, status_code=200 if ready else 503)

    async def exposition(_: Request) -> Response:
        return Response(metrics.render(), media_type=CONTENT_TYPE)

    routes = [
        Route("/livez", livez, include_in_schema=False),
        Route("/readyz", readyz, include_in_schema=False),
    ]
    if metrics.served:
        routes.append(Route("/metrics", exposition, include_in_schema=False))
    return routes
