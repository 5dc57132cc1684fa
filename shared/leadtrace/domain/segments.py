"""The stored form of a set: segments of facts, so that one can be appended without reading the others.

Each segment has its length in front.
"""

from collections.abc import Sequence

import msgspec

from leadtrace.domain.fact import Fact

_LENGTH_BYTES = 4
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[Fact])


def pack(facts: Sequence[Fact]) -> bytes:
    """One segment holding `facts`."""
    body = _ENCODER.encode(facts)
    return len(body).to_bytes(_LENGTH_BYTES, "big") + body


def unpack(stored: bytes) -> list[Fact]:
    """The facts of every segment, in the order in which they were appended.

    Raises:
        ValueError: the bytes do not end where a segment ends.
    """
    facts: list[Fact] = []
    start, view = 0, memoryview(stored)
    while start < len(stored):
        body = start + _LENGTH_BYTES
        end = body + int.from_bytes(view[start:body], "big")
        if end > len(stored):
            raise ValueError(f"segment at byte {start} ends at {end}, beyond the {len(stored)} stored")
        facts += _DECODER.decode(view[body:end])
        start = end
    return facts
