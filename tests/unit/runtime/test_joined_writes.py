"""Head and body of an answer leave in one write, and nothing is held back longer than a turn of the loop."""

import asyncio

from leadtrace.runtime.joined_writes import JoinedTransport


class Written(asyncio.Transport):
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1)})
        self.writes: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.closed
        self.writes.append(bytes(data))

    def close(self) -> None:
        self.closed = True


def joined() -> tuple[Written, JoinedTransport]:
    written = Written()
    return written, JoinedTransport(written, asyncio.get_running_loop())


async def test_one_turn_is_one_write() -> None:
    written, transport = joined()
    transport.write(b"head")
    transport.write(b"body")
    assert written.writes == []
    await asyncio.sleep(0)
    assert written.writes == [b"headbody"]


async def test_a_stream_is_sent_as_it_comes() -> None:
    written, transport = joined()
    for part in (b"head", b"first", b"second"):
        transport.write(part)
        await asyncio.sleep(0)
    assert written.writes == [b"head", b"first", b"second"]


async def test_what_waits_is_sent_before_the_end() -> None:
    written, transport = joined()
    transport.write(b"bye")
    transport.close()
    assert (written.writes, written.closed) == ([b"bye"], True)
    await asyncio.sleep(0)
    assert written.writes == [b"bye"]


async def test_everything_else_is_the_transports_own() -> None:
    _, transport = joined()
    assert transport.get_extra_info("peername") == ("127.0.0.1", 1)
