"""The one way in which tests wait for something outside their process: look again until a deadline."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

_LOOK_AGAIN_AFTER_S = 0.02
# A machine of CI may be several times as slow from one hour to the next: that fails no test that only waits.
_PATIENCE = 3.0 if os.environ.get("CI") else 1.0

_T = TypeVar("_T")


async def eventually(look: Callable[[], _T], *, what: str, deadline_s: float = 10.0) -> _T:
    """The first truthy answer of `look`, which may not block.

    Raises:
        AssertionError: there was none within `deadline_s` seconds; says what was waited for.
    """

    async def ask() -> _T:
        return look()

    return await eventually_answers(ask, what=what, deadline_s=deadline_s)


async def eventually_answers(ask: Callable[[], Awaitable[_T]], *, what: str, deadline_s: float = 10.0) -> _T:
    """The first truthy answer of `ask`, which is awaited.

    Raises:
        AssertionError: there was none within `deadline_s` seconds, three times as many in CI; says what was
            waited for.
    """
    patience_s = deadline_s * _PATIENCE
    ends_at = time.monotonic() + patience_s
    while True:
        answer = await ask()
        if answer:
            return answer
        if time.monotonic() >= ends_at:
            raise AssertionError(f"not within {patience_s:g} s: {what}; last seen: {answer!r}")
        await asyncio.sleep(_LOOK_AGAIN_AFTER_S)
