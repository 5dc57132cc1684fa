"""A company for each test of versions of the definitions, and a client of its api."""

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from leadtrace.runtime.definitions import shipped_shelf
from leadtrace.runtime.health import Readiness
from leadtrace.runtime.key_ring import KeyRing
from leadtrace.runtime.metrics import Metrics
from leadtrace.store.sql_engine import make_engine
from leadtrace.testing.vault import wrapper_of
from leadtrace_api.app import create_app
from leadtrace_api.personal.vault import Vault
from leadtrace_api.room import Room
from leadtrace_api.settings import ApiSettings
from tests.integration.versions.scene import ZONE, Company, open_company


@pytest_asyncio.fixture
async def company(database_url: str) -> AsyncIterator[Company]:
    """All services over one database and a bus of its own."""
    opened = await open_company(database_url)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def client(database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the api over the company's database."""
    engine = make_engine(database_url, "leadtrace_api", size=2)
    settings = ApiSettings(currency="EUR", timezone=ZONE, embedded=True)
    room = Room(engine, settings, shipped_shelf(), KeyRing("a-key-of-sixteen-characters"), Vault(wrapper_of))
    transport = httpx.ASGITransport(create_app(room, Readiness(), Metrics()))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as made:
        yield made
    await engine.dispose()
