"""Unpacking gzip within a limit, for the door and for adapters whose key lies in the body."""

import zlib

GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WINDOW = 31  # zlib's word for: a gzip header and nothing else
# What follows a member in its piece is copied: small pieces keep a body of very many empty members cheap.
_PIECE_BYTES = 4_096


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
    packed, at = memoryview(body), 0
    parts: list[bytes] = []
    room = limit
    while at < len(packed) or not parts:
        member = zlib.decompressobj(_GZIP_WINDOW)
        while not member.eof:
            piece = packed[at : at + _PIECE_BYTES]
            if not piece:
                raise BrokenGzipError("the gzip body ends too early")
            content = _unpacked(member, piece, room + 1)
            at += len(piece) - len(member.unused_data)
            room -= len(content)
            if room < 0:
                raise UnpacksTooLargeError(f"the body unpacks to more than {limit} bytes")
            parts.append(content)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _unpacked(member: "zlib._Decompress", piece: memoryview, most: int) -> bytes:
    try:
        return member.decompress(piece, most)
    except zlib.error:
        raise BrokenGzipError("the body is not gzip") from None
