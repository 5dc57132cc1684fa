"""An event loop in a thread of its own, so that fixtures of a session outlive the loops of its tests."""

import asyncio
import threading
from collections.abc import Coroutine, Generator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Self, TypeVar

# A whole installation starts on a busy machine.
_ENTERED_WITHIN_S = 240.0

_T = TypeVar("_T")


class LoopThread:
    """Runs coroutines for code that has no loop; a context manager."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, work: Coroutine[object, object, _T], *, deadline_s: float = 60.0) -> _T:
        """The result of `work`, waited for by the calling thread.

        Raises:
            TimeoutError: it took longer than `deadline_s` seconds.
        """
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(deadline_s)

    @contextmanager
    def entered(self, context: AbstractAsyncContextManager[_T]) -> Generator[_T]:
        """What the context gives, which is left at the end.

        Raises:
            TimeoutError: entering or leaving it took longer than four minutes.
        """
        given = self.run(context.__aenter__(), deadline_s=_ENTERED_WITHIN_S)
        try:
            yield given
        finally:
            self.run(context.__aexit__(None, None, None), deadline_s=_ENTERED_WITHIN_S)
