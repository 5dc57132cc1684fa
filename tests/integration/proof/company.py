"""The whole product over one database and one bus, driven a step at a time, and what it says at each."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import msgspec

from leadtrace.domain.calendar import Days
from leadtrace.domain.definitions.canonical import reference_to
from leadtrace.domain.scoring.fold import ScoreFold
from leadtrace.runtime.clock import SystemClock
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.handler import Handler
from leadtrace.runtime.health import Readiness
from leadtrace.runtime.key_ring import KeyRing
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.settings import Settings
from leadtrace.store.connection import Pool
from leadtrace.store.engine import make_pool
from leadtrace.store.sql_engine import make_engine
from leadtrace.testing.chain import Stage
from leadtrace.testing.vault import wrapper_of
from leadtrace_api.app import create_app
from leadtrace_api.handlers import Projector
from leadtrace_api.knowledge.relearn import Relearner
from leadtrace_api.personal.vault import Vault
from leadtrace_api.room import Room
from leadtrace_api.settings import ApiSettings
from leadtrace_attribution.handlers import AttributionHandler
from leadtrace_ingest.settings import configured_senders
from leadtrace_scoring.handlers import ScoringHandler
from tests.integration.ingest.entries import file
from tests.integration.ingest.scene import RECEIVED_AT, Scene, ingest_scene
from tests.unit.ingest.event_items import JSON, KEY

_SETTINGS = ApiSettings(currency="EUR", timezone="Europe/Berlin", embedded=True)
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
    posted: int = 0
    handlers: Mapping[str, Handler] = field(default_factory=dict)

    async def post(self, sender: str, body: Mapping[str, Any], *, route: str = "") -> None:
        """Have the door keep one item, a second after the last."""
        self.posted += 1
        at = RECEIVED_AT + timedelta(seconds=self.posted)
        headers = {} if route else {"content-type": JSON}
        await file(self.scene, sender, msgspec.json.encode(body), route=route, headers=headers, at=at)

    async def settle(self) -> None:
        """Let everybody read all there is."""
        await self.scene.drain()
        for service, handler in self.handlers.items():
            await Stage(service, self.scene.bus, self.pool, handler).drain()

    async def get(self, path: str) -> Any:
        """What the api answers."""
        answer = await self.client.get(path, follow_redirects=True)
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.json()

    async def bound(self) -> dict[str, UUID]:
        """The entity of each record."""
        return {row[0]: row[1] for row in await self.pool.fetch(_GROUPS)}


@asynccontextmanager
async def company(url: str) -> AsyncGenerator[Company]:
    """An installation over the migrated database at `url`."""
    settings = Settings.model_validate({"senders": _SENDERS})
    pool = await make_pool(url, "postgres", size=4)
    engine = make_engine(url, "leadtrace_api", size=2)
    definitions, clock = live_definitions(), SystemClock()
    app = create_app(Room(engine, _SETTINGS, 1, KeyRing(), Vault(wrapper_of)), Readiness(), Metrics())
    transport = httpx.ASGITransport(app)
    try:
        async with (
            ingest_scene(url) as scene,
            httpx.AsyncClient(transport=transport, base_url="http://localhost") as client,
        ):
            scene.senders = configured_senders(settings)
            handlers: Mapping[str, Handler] = {
                "scoring": ScoringHandler(ScoreFold(definitions), clock),
                "attribution": AttributionHandler(reference_to(definitions), clock, Days(_SETTINGS.zone)),
                "api": Projector(Relearner(definitions, _SETTINGS.zone)),
            }
            yield Company(scene, pool, client, handlers=handlers)
    finally:
        await engine.dispose()
        await pool.close()
