"""The format of a spill segment: a mark, then records with length and checksums.

Whatever happened to a segment, reading it gives exactly the records before the first byte that is wrong.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

MARK = b"LTSPILL1"
_LENGTHS = struct.Struct("<II")  # length and CRC-32 of the payload
_HEADER_SUM = struct.Struct("<I")  # CRC-32 of the two above, so that a wrong length is known as such
FRAME_BYTES = _LENGTHS.size + _HEADER_SUM.size


class Ending(Enum):
    """How a segment ends."""

    CLEAN = "clean"
    TORN = "torn"
    """Its last write was cut short: those bytes were never acknowledged."""
    DAMAGED = "damaged"
    """No interrupted write explains the wrong bytes; acknowledged records may be behind them."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a segment holds: its intact records in order, and how it goes on after them."""

    payloads: list[bytes]
    intact_bytes: int
    ending: Ending


def frame(payload: bytes) -> bytes:
    """A record as it is appended."""
    lengths = _LENGTHS.pack(len(payload), zlib.crc32(payload))
    return b"".join((lengths, _HEADER_SUM.pack(zlib.crc32(lengths)), payload))


def read(data: bytes) -> Contents:
    """The intact records of a segment."""
    if data[: len(MARK)] != MARK:
        torn = MARK.startswith(data) or not any(data)
        return Contents([], 0, Ending.TORN if torn else Ending.DAMAGED)
    payloads = list(_intact(data))
    end = len(MARK) + sum(FRAME_BYTES + len(payload) for payload in payloads)
    return Contents(payloads, end, _ending(data, end))


def _intact(data: bytes) -> Iterator[bytes]:
    at = len(MARK)
    while (length := _length_at(data, at)) is not None:
        begin = at + FRAME_BYTES
        at = begin + length
        payload = data[begin:at]
        _, checksum = _LENGTHS.unpack_from(data, begin - FRAME_BYTES)
        if len(payload) < length or zlib.crc32(payload) != checksum:
            return
        yield payload


def _length_at(data: bytes, at: int) -> int | None:
    """The length that the record at this place announces; None if no whole header stands there."""
    lengths = data[at : at + _LENGTHS.size]
    if len(data) < at + FRAME_BYTES:
        return None
    (checksum,) = _HEADER_SUM.unpack_from(data, at + _LENGTHS.size)
    if zlib.crc32(lengths) != checksum:
        return None
    length, _ = _LENGTHS.unpack(lengths)
    return int(length)


def _ending(data: bytes, end: int) -> Ending:
    if end == len(data):
        return Ending.CLEAN
    length = _length_at(data, end)
    if length is None:
        # A header that is cut short, or blocks that the file system gave and nothing was written to.
        torn = len(data) < end + FRAME_BYTES or not any(data[end:])
    else:
        torn = len(data) < end + FRAME_BYTES + length
    return Ending.TORN if torn else Ending.DAMAGED
