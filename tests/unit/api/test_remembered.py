"""What is remembered: found once for equal keys, forgotten by use, and never after a failure."""

from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from leadtrace_api.remembered import Remembered


class Source:
    """Tells numbers that grow, so that what is found anew is not what was found before."""

    def __init__(self) -> None:
        self.asked = 0

    async def find(self) -> int:
        self.asked += 1
        return self.asked

    def failing(self) -> Callable[[], Awaitable[int]]:
        async def fail() -> int:
            raise LookupError

        return fail


async def test_equal_keys_are_found_once() -> None:
    source, remembered = Source(), Remembered()
    assert [await remembered.get(key, source.find) for key in ("a", "b", "a", "b")] == [1, 2, 1, 2]


async def test_what_was_asked_for_longest_ago_goes_first() -> None:
    source, remembered = Source(), Remembered(most=2)
    found = [await remembered.get(key, source.find) for key in ("a", "b", "a", "c", "a", "b")]
    assert found == [1, 2, 1, 3, 1, 4]


async def test_what_fails_is_found_anew() -> None:
    source, remembered = Source(), Remembered()
    with pytest.raises(LookupError):
        await remembered.get("a", source.failing())
    assert await remembered.get("a", source.find) == 1


async def test_there_is_room_for_so_much_and_what_is_larger_is_found_anew_each_time() -> None:
    made = {"a": "1234", "b": "56", "c": "78901", "large": "more than there is room for"}
    asked: list[str] = []
    remembered = Remembered(9, len)

    async def find(key: str) -> str:
        asked.append(key)
        return made[key]

    for key in ("a", "b", "large", "a", "b", "c", "b", "c", "a", "large"):
        assert await remembered.get(key, partial(find, key)) == made[key]
    # c took the place of a, and a that of b.
    assert asked == ["a", "b", "large", "c", "a", "large"]
