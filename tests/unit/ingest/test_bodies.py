"""Bodies on their way: bounded in size, and all together."""

import asyncio
from collections.abc import Sequence

import pytest
from starlette.types import Message, Receive

from leadtrace_ingest.door.body import BodyReader
from leadtrace_ingest.door.refusal import ClientGoneError, RefusedRequestError


def coming(parts: Sequence[bytes], *, ends: bool = True) -> Receive:
    """A client that sends these parts; without an end it then keeps still."""
    left = list(parts)

    async def receive() -> Message:
        if not left:
            await asyncio.Event().wait()
        part = left.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(left) or not ends}

    return receive


async def refused(reader: BodyReader, receive: Receive) -> int:
    with pytest.raises(RefusedRequestError) as raised:
        await reader.read({}, receive)
    return raised.value.response.status_code


async def test_parts_are_put_together() -> None:
    assert await BodyReader(10, 10).read({}, coming([b"abc", b"", b"de"])) == b"abcde"


async def test_all_that_are_on_their_way_are_bounded_together() -> None:
    reader = BodyReader(100, 150)
    slow = [asyncio.create_task(reader.read({}, coming([b"a" * 90], ends=False))) for _ in range(2)]
    done, waiting = await asyncio.wait(slow, return_when=asyncio.FIRST_COMPLETED)
    (failed,) = [task.exception() for task in done]
    assert isinstance(failed, RefusedRequestError)
    assert failed.response.status_code == 503
    assert await refused(reader, coming([b"a" * 90], ends=False)) == 503
    # What is there at once needs no room.
    assert len(await reader.read({}, coming([b"a" * 90]))) == 90
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert reader._held == 0


async def test_who_hangs_up_leaves_no_room_taken() -> None:
    reader = BodyReader(100, 100)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    with pytest.raises(ClientGoneError):
        await reader.read({}, receive)
    assert reader._held == 0
