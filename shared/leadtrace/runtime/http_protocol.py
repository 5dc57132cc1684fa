"""uvicorn's HTTP protocol with bounds on what a request may take, and one write for each answer.

uvicorn itself holds as many bytes of headers as somebody sends, and waits for head and body for ever. A
request that is there in one read, as nearly all are, costs no timer.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from leadtrace.runtime.joined_writes import JoinedTransport

MOST_HEAD_BYTES = 65_536
HEAD_WITHIN_S = 10.0
BODY_WITHIN_S = 30.0

# The extension of a request's scope with which its answer's connection is cut, whatever waits to be sent.
ABORT = "leadtrace.abort"

_CLOSING = b"HTTP/1.1 %s\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_TOO_LARGE = _CLOSING % b"431 Request Header Fields Too Large"
_TOO_SLOW = _CLOSING % b"408 Request Timeout"


class BoundedProtocol(HttpToolsProtocol):
    """One connection: a head that is too large is answered 431, one that does not come 408; both close it.

    So does a body that does not come to its end.
    """

    head_within_s = HEAD_WITHIN_S
    body_within_s = BODY_WITHIN_S
    _in_head = False
    _in_body = False
    _head_bytes = 0
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin a connection; its first head has its time too."""
        super().connection_made(JoinedTransport(transport, self.loop))  # type: ignore[arg-type]
        self._give(self.head_within_s)

    def connection_lost(self, exc: Exception | None) -> None:
        """End a connection."""
        self._cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came; what comes after the read in which a head began counts until it is complete."""
        was_in_head, was_in_body = self._in_head, self._in_body
        super().data_received(data)
        if self._in_head:
            self._head_bytes = self._head_bytes + len(data) if was_in_head else 0
            if self._head_bytes > MOST_HEAD_BYTES:
                self._refuse(_TOO_LARGE)
            elif not was_in_head:
                self._give(self.head_within_s)
        elif not self._in_body:
            self._cancel()
        elif not was_in_body:
            self._give(self.body_within_s)

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._in_head = True

    def on_headers_complete(self) -> None:
        """A head is complete."""
        self._in_head, self._in_body = False, True
        super().on_headers_complete()
        # The request's task begins in a later turn of the loop, and finds it there.
        self.scope.setdefault("extensions", {})[ABORT] = {"abort": self.transport.abort}

    def on_message_complete(self) -> None:
        """A request is complete."""
        self._in_body = False
        super().on_message_complete()

    def _give(self, seconds: float) -> None:
        self._cancel()
        self._timer = self.loop.call_later(seconds, self._refuse, _TOO_SLOW)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, answer: bytes) -> None:
        self._cancel()
        if self.transport.is_closing():
            return
        if not (self._in_body and self.cycle.response_started):
            self.transport.write(answer)
        self.transport.close()
