"""Unpacking gzip within a limit, for the door and for adapters whose key lies in the body."""

import zlib

GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WINDOW = 31  # zlib's word for: a gzip header and nothing else


class BrokenGzipError(ValueError):
    """The bytes are no gzip, or end too early."""


class UnpacksTooLargeError(ValueError):
    """There are more bytes inside than the limit allows."""


def gunzipped(body: bytes, limit: int) -> bytes:
    """What a gzip body holds; no more than `limit` bytes are ever made of it.

    Raises:
        BrokenGzipError: it is no gzip, or ends too early.
        UnpacksTooLargeError: there are more than `limit` bytes inside.
    """
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    try:
        content = unpacker.decompress(body, limit + 1)
    except zlib.error:
        raise BrokenGzipError("the body is not gzip") from None
    if len(content) > limit:
        raise UnpacksTooLargeError(f"the body unpacks to more than {limit} bytes")
    if not unpacker.eof:
        raise BrokenGzipError("the gzip body ends too early")
    return content
