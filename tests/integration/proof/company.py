"""The whole product over one database and one bus, driven a step at a time, and what it says at each."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import msgspec

from leadtrace.domain.calendar import Days
from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.domain.scoring.history_fold import fold_by
from leadtrace.runtime.clock import FrozenClock, SystemClock
from leadtrace.runtime.definitions import live_definitions, shipped_shelf
from leadtrace.runtime.handler import Handler
from leadtrace.runtime.health import Readiness
from leadtrace.runtime.key_ring import KeyRing
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.settings import Settings
from leadtrace.store.connection import Pool
from leadtrace.store.engine import make_pool
from leadtrace.store.generation.state import State
from leadtrace.store.roles import role_of
from leadtrace.store.sql_engine import make_engine
from leadtrace.testing.chain import Stage
from leadtrace.testing.vault import wrapper_of
from leadtrace_api.app import create_app
from leadtrace_api.handlers import Projector
from leadtrace_api.knowledge.relearn import Relearner
from leadtrace_api.personal.vault import Vault
from leadtrace_api.room import Room
from leadtrace_api.settings import ApiSettings
from leadtrace_api.store.generation import rebuild_plan as plan_of_api
from leadtrace_api.store.spend import SpendKeeper
from leadtrace_attribution.handlers import AttributionHandler
from leadtrace_attribution.wiring import rebuild_plan as plan_of_attribution
from leadtrace_ingest.settings import configured_senders
from leadtrace_scoring.handlers import ScoringHandler
from leadtrace_scoring.wiring import rebuild_plan as plan_of_scoring
from tests.integration.ingest.entries import file
from tests.integration.ingest.scene import RECEIVED_AT, Scene, ingest_scene
from tests.integration.rebuild.scene import Service
from tests.unit.ingest.event_items import JSON, KEY

_SETTINGS = ApiSettings(currency="EUR", timezone="Europe/Berlin", embedded=True)
_DAYS = Days(_SETTINGS.zone)
_SENDERS: Mapping[str, Mapping[str, Any]] = {
    "crm": {"kind": "events", "secrets": [KEY]},
    "website": {"kind": "segment", "secrets": ["a write key of a page"]},
}
_GROUPS = "select source || ' ' || kind || '/' || external_id, entity_id from ingest.subjects"


@dataclass(slots=True)
class Company:
    """One installation."""

    scene: Scene
    pool: Pool
    client: httpx.AsyncClient
    world: FrozenClock
    posted: int = 0
    handlers: Mapping[str, Handler] = field(default_factory=dict)
    services: list[Service] = field(default_factory=list)

    async def post(self, sender: str, body: Mapping[str, Any], *, route: str = "") -> None:
        """Have the door keep one item, a second after the last."""
        self.posted += 1
        at = RECEIVED_AT + timedelta(seconds=self.posted)
        self.world.set(at)
        headers = {} if route else {"content-type": JSON}
        await file(self.scene, sender, msgspec.json.encode(body), route=route, headers=headers, at=at)

    async def settle(self) -> None:
        """Let everybody read all there is."""
        await self.scene.drain()
        for service, handler in self.handlers.items():
            await Stage(service, self.scene.bus, self.pool, handler).drain()

    async def rebuild(self) -> None:
        """Make every row anew beside the live ones: none may say anything else."""
        for service in self.services:
            done = await service.rebuild(size=50)
            assert (done.state, done.error) == (State.DONE, None)
            differing = {name: table for name, table in done.report.tables.items() if table.differing}
            assert not differing, differing

    async def get(self, path: str) -> Any:
        """What the api answers."""
        answer = await self.client.get(path, follow_redirects=True)
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.json()

    async def bound(self) -> dict[str, UUID]:
        """The entity of each record."""
        return {row[0]: row[1] for row in await self.pool.fetch(_GROUPS)}


@asynccontextmanager
async def _rebuilt(url: str, scene: Scene, handlers: Mapping[str, Handler]) -> AsyncGenerator[list[Service]]:
    """What rebuilds each service, in its own role."""
    plans = {
        "scoring": plan_of_scoring(fold_by(live_definitions(), _DAYS)),
        "attribution": plan_of_attribution(_SETTINGS.timezone, Schedule(live_definitions())),
        "api": plan_of_api(_SETTINGS.timezone, SpendKeeper()),
    }
    async with AsyncExitStack() as pools:
        services = []
        for name, plan in plans.items():
            pool = await make_pool(url, role_of(name), size=3)
            pools.push_async_callback(pool.close)
            services.append(Service(name, scene.bus, pool, handlers[name], plan))
        yield services


@asynccontextmanager
async def company(url: str) -> AsyncGenerator[Company]:
    """An installation over the migrated database at `url`."""
    settings = Settings.model_validate({"senders": _SENDERS})
    pool = await make_pool(url, "postgres", size=4)
    engine = make_engine(url, "leadtrace_api", size=2)
    definitions, clock = live_definitions(), SystemClock()
    # Scores fade: the world's clock stands where the last item was posted.
    world = FrozenClock(RECEIVED_AT)
    app = create_app(
        Room(engine, _SETTINGS, shipped_shelf(), KeyRing(), Vault(wrapper_of)), Readiness(), Metrics()
    )
    transport = httpx.ASGITransport(app)
    try:
        async with (
            ingest_scene(url) as scene,
            httpx.AsyncClient(transport=transport, base_url="http://localhost") as client,
        ):
            scene.senders = configured_senders(settings)
            handlers: Mapping[str, Handler] = {
                "scoring": ScoringHandler(fold_by(definitions, _DAYS), world),
                "attribution": AttributionHandler(Schedule(definitions), clock, _DAYS),
                "api": Projector(Relearner(_SETTINGS.zone)),
            }
            async with _rebuilt(url, scene, handlers) as services:
                yield Company(scene, pool, client, world, handlers=handlers, services=services)
    finally:
        await engine.dispose()
        await pool.close()
