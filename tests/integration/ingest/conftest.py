"""A scene per test: a database of its own and a bus in memory."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.integration.ingest.scene import Scene, ingest_scene


@pytest_asyncio.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    async with ingest_scene(database_url) as made:
        yield made
