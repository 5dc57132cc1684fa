"""Reading a body within its limits: as it came, which is what signatures cover, and unpacked."""

from collections.abc import Mapping

from starlette.types import Receive

from leadtrace_ingest.door.refusal import ClientGoneError, broken_encoding, too_large
from leadtrace_ingest.senders.unpack import GZIP_MAGIC, BrokenGzipError, UnpacksTooLargeError, gunzipped

_NO_ENCODING = frozenset({b"", b"identity"})


async def read_body(headers: Mapping[bytes, bytes], receive: Receive, limit: int) -> bytes:
    """The bytes as they came, announced or in chunks.

    Raises:
        RefusedRequestError: there are more than `limit`.
        ClientGoneError: the sender hung up.
    """
    announced = headers.get(b"content-length", b"0")
    if announced.isdigit() and int(announced) > limit:
        raise too_large(f"The body has {int(announced)} bytes; the door takes {limit}.")
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise too_large(f"The body has more than {limit} bytes.")
        parts.append(part)
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


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
