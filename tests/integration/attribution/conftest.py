"""A scene for each test of attribution."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.integration.chain.scene import Scene, open_scene


@pytest_asyncio.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    """Both readers' tables, empty, and a bus of its own."""
    opened = await open_scene(database_url)
    yield opened
    await opened.pool.close()
