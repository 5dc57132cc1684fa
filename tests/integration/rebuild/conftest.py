"""A scene for each test of a rebuild."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.integration.rebuild.scene import Scene, open_scene


@pytest_asyncio.fixture
async def scene(database_url: str) -> AsyncIterator[Scene]:
    """All services' tables, empty, and a bus of its own."""
    opened = await open_scene(database_url)
    yield opened
    await opened.close()
