"""An api whose database is not there: for what is decided before it is asked."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from leadtrace.runtime.clock import Clock, SystemClock
from leadtrace.runtime.definitions import shipped_shelf
from leadtrace.runtime.health import Readiness
from leadtrace.runtime.key_ring import KeyRing
from leadtrace.runtime.metrics import Metrics
from leadtrace.store.sql_engine import make_engine
from leadtrace_api.app import create_app
from leadtrace_api.personal.vault import Vault
from leadtrace_api.room import Room
from leadtrace_api.settings import ApiSettings

KEY = "a-key-of-sixteen-characters"
MakeClient = Callable[..., httpx.AsyncClient]


@pytest.fixture
def make_client(tmp_path: Path) -> MakeClient:
    """Makes clients from `address` that name the api by `host`, of an api in embedded mode or not."""

    def make(
        *,
        embedded: bool = True,
        address: str = "127.0.0.1",
        host: str = "localhost",
        key: str | None = KEY,
        keys: KeyRing | None = None,
        metrics: Metrics | None = None,
        vault: Vault | None = None,
        clock: Clock | None = None,
        scheme: str = "http",
    ) -> httpx.AsyncClient:
        engine = make_engine(f"postgresql:///none?host={tmp_path}")
        settings = ApiSettings("EUR", "Europe/Berlin", embedded)
        room = Room(
            engine,
            settings,
            shipped_shelf(),
            keys or KeyRing(key),
            vault or Vault(lambda: None),
            clock=clock or SystemClock(),
        )
        readiness = Readiness()
        readiness.add("postgres", room.database_missing)
        app = create_app(room, readiness, metrics or Metrics())
        transport = httpx.ASGITransport(app, client=(address, 5))
        return httpx.AsyncClient(transport=transport, base_url=f"{scheme}://{host}")

    return make


@pytest_asyncio.fixture
async def client(make_client: MakeClient) -> AsyncIterator[httpx.AsyncClient]:
    """A client on this machine, of an api in embedded mode."""
    async with make_client() as client:
        yield client
