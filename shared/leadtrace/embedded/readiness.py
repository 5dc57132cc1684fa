"""Waiting for a child process that serves a port."""

import asyncio
import contextlib
import secrets
import socket
from collections.abc import Awaitable, Callable

from leadtrace.embedded.process import ManagedProcess

_LOOK_AGAIN_AFTER_S = 0.02
_PORTS_FROM, _PORTS_UNTIL = 10_000, 30_000


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
    """A TCP port on loopback that nobody listens on at this moment.

    It is below those that systems give to outgoing connections: one of these could take it in a moment.
    """
    while True:
        port = secrets.randbelow(_PORTS_UNTIL - _PORTS_FROM) + _PORTS_FROM
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
