"""uvicorn's HTTP protocol with bounds on the head of a request, and one write for each answer.

uvicorn itself holds as many bytes of headers as somebody sends, and waits for them for ever.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from leadtrace.runtime.joined_writes import JoinedTransport

MOST_HEAD_BYTES = 65_536
HEAD_WITHIN_S = 10.0

_CLOSING = b"HTTP/1.1 %s\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_TOO_LARGE = _CLOSING % b"431 Request Header Fields Too Large"
_TOO_SLOW = _CLOSING % b"408 Request Timeout"


class BoundedProtocol(HttpToolsProtocol):
    """One connection: a head that is too large is answered 431, one that does not come 408; both close it."""

    head_within_s = HEAD_WITHIN_S
    _head_begun = False
    _head_bytes = 0
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin a connection; its first head has its time too."""
        super().connection_made(JoinedTransport(transport, self.loop))  # type: ignore[arg-type]
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """End a connection."""
        self._head_is_there()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came; what comes after the read in which a head began counts until it is complete."""
        begun = self._head_begun
        super().data_received(data)
        if begun and self._head_begun:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES:
                self._refuse(_TOO_LARGE)

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._head_begun = True
        if self._head_timer is None:
            self._expect_head()

    def on_headers_complete(self) -> None:
        """A head is complete."""
        self._head_is_there()
        super().on_headers_complete()

    def _expect_head(self) -> None:
        self._head_timer = self.loop.call_later(self.head_within_s, self._refuse, _TOO_SLOW)

    def _head_is_there(self) -> None:
        timer, self._head_timer = self._head_timer, None
        if timer is not None:
            timer.cancel()
        self._head_begun = False
        self._head_bytes = 0

    def _refuse(self, answer: bytes) -> None:
        self._head_is_there()
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()
