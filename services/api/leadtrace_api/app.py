"""The HTTP application: its routes, their errors, and how long each takes."""

import time
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadtrace.runtime.documented_app import documented_app
from leadtrace.runtime.health import Readiness, operations_routes
from leadtrace.runtime.metrics import Metrics
from leadtrace_api import problems
from leadtrace_api.accounts import routes as accounts
from leadtrace_api.audit import routes as audit
from leadtrace_api.catalogue import routes as catalogue
from leadtrace_api.cohorts import routes as cohorts
from leadtrace_api.costs import routes as costs
from leadtrace_api.credits import deal as deal_credits
from leadtrace_api.credits import routes as attribution
from leadtrace_api.dashboard import routes as dashboard
from leadtrace_api.definitions import routes as definitions
from leadtrace_api.disagreements import routes as disagreements
from leadtrace_api.documentation import complete_document
from leadtrace_api.documented import ERRORS
from leadtrace_api.explain import routes as explain
from leadtrace_api.exposition import ConservationGauges, metrics_route
from leadtrace_api.funnel import routes as funnel
from leadtrace_api.handovers import routes as handovers
from leadtrace_api.identity import routes as identity
from leadtrace_api.intake import routes as intake
from leadtrace_api.keys import may_administer, may_read
from leadtrace_api.knowledge import restatements, score, score_history
from leadtrace_api.leads import routes as leads
from leadtrace_api.ledger import routes as ledger
from leadtrace_api.manners import keep_manners
from leadtrace_api.metrics import REQUEST_DURATION
from leadtrace_api.models import routes as models
from leadtrace_api.parameters import only_known_parameters
from leadtrace_api.personal import routes as personal
from leadtrace_api.priorities import routes as priorities
from leadtrace_api.room import Room
from leadtrace_api.scoring_quality import routes as scoring_quality
from leadtrace_api.scoring_quality.gauges import QualityGauges
from leadtrace_api.session import routes as session
from leadtrace_api.ticker import routes as ticker
from leadtrace_api.velocity import routes as velocity

_VERSION = version("leadtrace")
_STREAM = b"text/event-stream; charset=utf-8"
READING = (
    funnel.router,
    cohorts.router,
    costs.router,
    ledger.router,
    handovers.router,
    velocity.router,
    attribution.router,
    deal_credits.router,
    leads.router,
    priorities.router,
    accounts.router,
    score.router,
    score_history.router,
    identity.router,
    catalogue.router,
    restatements.router,
    scoring_quality.router,
    # Before the route of one version, which takes any word in this place.
    disagreements.router,
    definitions.router,
    models.router,
    explain.router,
    intake.router,
    audit.router,
    ticker.router,
)
ADMINISTERING = (personal.router,)
_EVERY_ROUTER = (*READING, session.router, *ADMINISTERING)


def create_app(room: Room, readiness: Readiness, metrics: Metrics) -> FastAPI:
    """The app over one room; nothing is connected yet."""
    app = documented_app(
        title="leadtrace",
        version=_VERSION,
        summary="Sales leads, from the first touch to the money, every number explained.",
    )
    app.state.room = room
    problems.install(app)
    guards = [Depends(may_read), Depends(only_known_parameters)]
    for router in READING:
        app.include_router(router, dependencies=guards, responses=ERRORS)
    administered = [Depends(may_administer), Depends(only_known_parameters)]
    for router in ADMINISTERING:
        app.include_router(router, dependencies=administered, responses=ERRORS)
    # A session begins and ends where nothing else than a key opens anything.
    app.include_router(session.router, responses=ERRORS)
    app.include_router(_index(), dependencies=guards)
    app.include_router(dashboard.routes())
    # The first route of a path answers: this one counts before it renders.
    if metrics.served:
        gauges = (ConservationGauges(room, metrics), QualityGauges(room, metrics))
        app.router.routes.append(metrics_route(gauges, metrics))
    app.router.routes.extend(operations_routes(readiness, metrics))
    complete_document(app, _EVERY_ROUTER)
    keep_manners(app, room.settings)
    app.add_middleware(Timing, metrics=metrics)
    return app


def _index() -> APIRouter:
    router = APIRouter()

    @router.get("/v1", include_in_schema=False)
    async def index() -> dict[str, Any]:
        paths = [route.path for one in _EVERY_ROUTER for route in one.routes if isinstance(route, APIRoute)]
        return {
            "name": "leadtrace",
            "version": _VERSION,
            "routes": paths,
            "documentation": "/docs",
            "openapi": "/openapi.json",
            "operations": ["/livez", "/readyz", "/metrics"],
        }

    return router


class Timing:
    """Measures every request by its route's pattern, so that ids do not become labels.

    A stream of events has no end that says how fast it was: it counts when it begins.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._duration = metrics.histogram(REQUEST_DURATION)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note how long it took."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500
        took: float | None = None

        async def noted(message: Message) -> None:
            nonlocal status, took
            if message["type"] == "http.response.start":
                status = message["status"]
                if (b"content-type", _STREAM) in message["headers"]:
                    took = time.perf_counter() - started
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            self._duration.labels(route, str(status)).observe(
                took if took is not None else time.perf_counter() - started
            )
