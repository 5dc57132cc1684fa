"""The known name that comes nearest to a wrong one, found by its beginning and its end in microseconds.

Any search that compares with each name would let a batch of wrong names hold up the door.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence

_LONGEST_GIVEN = 60
_ENOUGH = 0.6  # of the longer name


class Names:
    """Names that are known; of a wrong one they tell which may have been meant."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = sorted(names)
        self._backwards = sorted(name[::-1] for name in self._names)

    def did_you_mean(self, given: str) -> str:
        """A remedy: the name that comes nearest, else all of them."""
        given = given[:_LONGEST_GIVEN]
        near = [*_around(given, self._names), *(one[::-1] for one in _around(given[::-1], self._backwards))]
        best = max(near, key=lambda one: (_shared(given, one), one), default="")
        if best and _shared(given, best) >= _ENOUGH * max(len(given), len(best)):
            return f"Did you mean {best}?"
        return f"Known are: {', '.join(self._names)}." if self._names else "There are none."


def _around(given: str, names: Sequence[str]) -> Sequence[str]:
    """Whatever shares the longest beginning with `given` stands next to it."""
    place = bisect_left(names, given)
    return names[max(0, place - 1) : place + 1]


def _shared(one: str, other: str) -> int:
    """How many characters two names share at their beginnings and their ends."""
    return _beginning(one, other) + _beginning(one[::-1], other[::-1])


def _beginning(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
