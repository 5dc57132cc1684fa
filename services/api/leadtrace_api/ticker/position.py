"""Where a reader stands among the entries, as text that it hands back.

Behind a number, and having counted entries that had no number yet when its numbers were read: `4711-5-7`
stands behind entry 4711, and the entries of the ids 5 and 7 are in the reader's numbers already.
"""

import re
from collections.abc import Collection
from typing import Final, NamedTuple

# More that wait for a number say that nobody numbers.
MOST_COUNTED: Final = 50
# Other digits than these are digits to Python too.
_WRITTEN: Final = re.compile(rf"[0-9]{{1,19}}(?:-[0-9]{{1,19}}){{0,{MOST_COUNTED}}}")
_LARGEST: Final = 2**63 - 1


class Position(NamedTuple):
    """Behind an entry's number, with the ids of later entries that are counted already."""

    number: int
    counted: frozenset[int] = frozenset()


def written(number: int, counted: Collection[int] = ()) -> str:
    """The position as text."""
    return "-".join(map(str, (number, *sorted(counted))))


def position_of(given: str) -> Position | None:
    """The position that a text says; None if it says none."""
    if _WRITTEN.fullmatch(given) is None:
        return None
    number, *counted = map(int, given.split("-"))
    return Position(number, frozenset(counted)) if max(number, *counted, 0) <= _LARGEST else None
