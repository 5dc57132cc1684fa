"""Reading a body within its limits: as it came, which is what signatures cover, and unpacked."""

from collections.abc import Mapping

from starlette.types import Receive

from leadtrace_ingest.door.refusal import (
    ClientGoneError,
    broken_encoding,
    not_durable,
    too_large,
)
from leadtrace_ingest.senders.unpack import GZIP_MAGIC, BrokenGzipError, UnpacksTooLargeError, gunzipped

_NO_ENCODING = frozenset({b"", b"identity"})


class BodyReader:
    """Reads bodies of at most `limit` bytes; all that are on their way hold at most `room` bytes together.

    So nobody who has not proved yet who he is can fill the memory.
    """

    def __init__(self, limit: int, room: int) -> None:
        self._limit = limit
        self._room = room
        self._held = 0

    async def read(self, headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
        """The bytes as they came, announced or in chunks.

        Raises:
            RefusedRequestError: there are more than the limit, or there is no room.
            ClientGoneError: the sender hung up.
        """
        limit = self._limit
        announced = headers.get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > limit:
            raise too_large(f"The body has {int(announced)} bytes; the door takes {limit}.")
        parts: list[bytes] = []
        size = 0
        try:
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientGoneError
                part = message.get("body", b"")
                parts.append(part)
                size += len(part)
                self._held += len(part)
                if size > self._limit:
                    raise too_large(f"The body has more than {self._limit} bytes.")
                if not message.get("more_body", False):
                    return parts[0] if len(parts) == 1 else b"".join(parts)
                if self._held > self._room:
                    raise not_durable("too many bytes of bodies are on their way")
        finally:
            self._held -= size


def unpacked(body: bytes, headers: Mapping[bytes, bytes], limit: int, *, guess: bool) -> bytes:
    """The body without its compression; with `guess` gzip is seen whatever the headers say.

    Raises:
        RefusedRequestError: the encoding is unknown or broken, or there are more than `limit` bytes inside.
    """
    encoding = headers.get(b"content-encoding", b"").strip().lower()
    if guess and body.startswith(GZIP_MAGIC):
        return _gunzipped(body, limit)
    if encoding in _NO_ENCODING or (guess and encoding == b"gzip"):
        return body
    if encoding in {b"gzip", b"x-gzip"}:
        return _gunzipped(body, limit)
    raise broken_encoding("Content-Encoding: the door takes gzip and no other.")


def _gunzipped(body: bytes, limit: int) -> bytes:
    try:
        return gunzipped(body, limit)
    except BrokenGzipError as error:
        raise broken_encoding(f"Content-Encoding: {error}.") from None
    except UnpacksTooLargeError as error:
        raise too_large(f"{str(error).capitalize()}.") from None
