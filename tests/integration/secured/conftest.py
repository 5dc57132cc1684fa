"""Connections over TLS end in steps: what is left when the loop ends is found later, in some other test."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio

from leadtrace.testing.eventually import eventually

# What wakes the loop up.
_OF_THE_LOOP = 1


@pytest_asyncio.fixture(autouse=True)
async def connections_end() -> AsyncIterator[None]:
    """Waits behind each test until no connection of its loop is open."""
    yield
    loop = asyncio.get_running_loop()
    assert isinstance(loop, asyncio.SelectorEventLoop)
    watched = loop._selector  # type: ignore[attr-defined]
    await eventually(lambda: len(watched.get_map()) <= _OF_THE_LOOP, what="connections to end")
