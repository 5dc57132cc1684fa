"""A projector and an api over a fresh migrated database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest_asyncio

from leadtrace.events.times import to_micros
from leadtrace.runtime.definitions import shipped_shelf
from leadtrace.runtime.health import Readiness
from leadtrace.runtime.key_ring import KeyRing
from leadtrace.runtime.metrics import Metrics
from leadtrace.store.engine import make_pool
from leadtrace.store.sql_engine import make_engine
from leadtrace.testing.vault import wrapper_of
from leadtrace_api.app import create_app
from leadtrace_api.personal.vault import Vault
from leadtrace_api.room import Room
from leadtrace_api.settings import ApiSettings
from tests.integration.api.projection import RATES, Projection

READER_KEY = "the first admin key of the tests"
SETTINGS = ApiSettings(currency="EUR", timezone="Europe/Berlin", embedded=True, rates=RATES)


@pytest_asyncio.fixture
async def projection(database_url: str) -> AsyncIterator[Projection]:
    """What the projector keeps, and ways to have it take records."""
    pool = await make_pool(database_url, "leadtrace_api", size=2)
    owner = await make_pool(database_url, "postgres", size=2)
    yield Projection(pool, owner, SETTINGS.zone)
    await owner.close()
    await pool.close()


@pytest_asyncio.fixture
async def now(projection: Projection) -> int:
    """The database's now, in microseconds."""
    return to_micros(await projection.pool.fetchval("select now()"))


@pytest_asyncio.fixture
async def room(database_url: str) -> AsyncIterator[Room]:
    """The api's dependencies."""
    engine = make_engine(database_url, "leadtrace_api", size=2)
    yield Room(engine, SETTINGS, shipped_shelf(), KeyRing(READER_KEY), Vault(wrapper_of))
    await engine.dispose()


@pytest_asyncio.fixture
async def client(room: Room) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the api on this machine."""
    async with client_of(room) as client:
        yield client


@asynccontextmanager
async def client_of(room: Room) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an api with these dependencies."""
    readiness = Readiness()
    readiness.add("postgres", room.database_missing)
    transport = httpx.ASGITransport(create_app(room, readiness, Metrics()))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client
