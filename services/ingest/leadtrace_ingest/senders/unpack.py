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
    members: list[bytes] = []
    size = 0
    while body or not members:
        content, body = _member(body, limit + 1 - size)
        size += len(content)
        if size > limit:
            raise UnpacksTooLargeError(f"the body unpacks to more than {limit} bytes")
        members.append(content)
    return members[0] if len(members) == 1 else b"".join(members)


def _member(body: bytes, most: int) -> tuple[bytes, bytes]:
    """One member of a gzip file, at most `most` bytes of it, and what follows it."""
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    try:
        content = unpacker.decompress(body, most)
    except zlib.error:
        raise BrokenGzipError("the body is not gzip") from None
    if not unpacker.eof and len(content) < most:
        raise BrokenGzipError("the gzip body ends too early")
    return content, unpacker.unused_data
