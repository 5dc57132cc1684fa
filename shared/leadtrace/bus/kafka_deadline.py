"""The edge between aiokafka and the bus: every call has a deadline, every failure the bus's own name."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from aiokafka.errors import KafkaError

from leadtrace.bus.protocol import BusUnavailableError


@asynccontextmanager
async def within(seconds: float, what: str) -> AsyncIterator[None]:
    """Run the block for at most `seconds`; what goes wrong in it becomes a `BusUnavailableError`."""
    with translated(what):
        async with asyncio.timeout(seconds):
            yield


@contextmanager
def translated(what: str) -> Iterator[None]:
    """What goes wrong in the block becomes a `BusUnavailableError`."""
    try:
        yield
    except TimeoutError as error:
        raise BusUnavailableError(f"{what}: no answer in time") from error
    except (KafkaError, OSError) as error:
        raise BusUnavailableError(f"{what}: {type(error).__name__}: {error}") from error
