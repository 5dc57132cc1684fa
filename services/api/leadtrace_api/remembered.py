"""What took long to find, remembered while what it was made of stands."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

_Found = TypeVar("_Found")

# Several boards of some panels each; what is remembered is as small as what is answered.
MOST_REMEMBERED = 64
MOST_ANSWERED_BYTES = 32 * 2**20
MOST_PASSING_BYTES = 64 * 2**20


class Remembered:
    """The last findings by what they depend on: the question, and the state that answered it.

    Nothing is ever taken back: whoever asks names the state that it sees, and another state is another key.
    """

    def __init__(self, most: int = MOST_REMEMBERED, size: Callable[[Any], int] = lambda _: 1) -> None:
        """Room for so many, or for so much by the size of each; the one asked for longest ago goes first."""
        self._most = most
        self._size = size
        self._held = 0
        self._found: OrderedDict[Hashable, Any] = OrderedDict()

    async def get(self, key: Hashable, find: Callable[[], Awaitable[_Found]]) -> _Found:
        """What was found under an equal key, or else is found now; what raises leaves nothing behind."""
        if key in self._found:
            self._found.move_to_end(key)
            found: _Found = self._found[key]
            return found
        found = await find()
        if self._size(found) <= self._most:
            self._keep(key, found)
        return found

    def _keep(self, key: Hashable, found: object) -> None:
        # Somebody else may have found it meanwhile.
        if key in self._found:
            self._held -= self._size(self._found[key])
        self._found[key] = found
        self._found.move_to_end(key)
        self._held += self._size(found)
        while self._held > self._most:
            _, gone = self._found.popitem(last=False)
            self._held -= self._size(gone)
