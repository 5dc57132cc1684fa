"""Looks again at what a process is doing; one that starts again meanwhile is waited for."""

import asyncio
from typing import Any

import httpx

from leadtrace.cli.admin_call import AdminCall, AdminProblemError

_LOOK_AGAIN_S = 0.25
_LOOKS_IN_VAIN = 240  # a minute


async def look_again(call: AdminCall, path: str) -> dict[str, Any]:
    """How far it is a moment later.

    Raises:
        AdminProblemError: the process does not answer for a minute.
        TransportError: the same.
    """
    for failures in range(_LOOKS_IN_VAIN):
        await asyncio.sleep(_LOOK_AGAIN_S)
        try:
            return await call.get(path)
        except (AdminProblemError, httpx.TransportError):
            if failures == _LOOKS_IN_VAIN - 1:
                raise
    raise AssertionError("the last look returns or raises")
