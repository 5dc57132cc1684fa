"""Many things in portions that one statement takes."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

One = TypeVar("One")


def portions(
    things: Sequence[One], size_of: Callable[[One], int], *, most_bytes: int, most: int | None = None
) -> Iterator[list[One]]:
    """The things in their order, at most `most_bytes` and `most` of them together; a larger one is alone."""
    portion: list[One] = []
    size = 0
    for one in things:
        own = size_of(one)
        if portion and (len(portion) == most or size + own > most_bytes):
            yield portion
            portion, size = [], 0
        portion.append(one)
        size += own
    if portion:
        yield portion
