"""Waiting for a child process that serves a port."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

from leadtrace.embedded.process import ManagedProcess

_LOOK_AGAIN_AFTER_S = 0.02


class BrokerFailedError(Exception):
    """A broker did not come up; the message says why and shows the end of its log."""


async def until_ready(
    process: ManagedProcess, ready: Callable[[], Awaitable[bool]], *, deadline_s: float
) -> None:
    """Return once `ready` says so.

    Raises:
        BrokerFailedError: the process ended, or the deadline passed.
    """
    name = process.spec.name
    try:
        async with asyncio.timeout(deadline_s):
            while not await ready():
                if not process.running:
                    raise BrokerFailedError(f"{name} ended while starting:\n{process.log_tail()}")
                await asyncio.sleep(_LOOK_AGAIN_AFTER_S)
    except TimeoutError as error:
        message = f"{name} was not ready after {deadline_s:g} s:\n{process.log_tail()}"
        raise BrokerFailedError(message) from error


def free_port() -> int:
    """A TCP port on loopback that nobody listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
