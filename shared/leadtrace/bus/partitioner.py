"""Which partition a key belongs to: murmur2, bit for bit as Kafka's own clients compute it.

All records of one key share a partition, whoever wrote them, so they keep their order.
"""

import struct
from functools import lru_cache

_SEED = 0x9747B28C
_MIX = 0x5BD1E995
_WORD = 0xFFFFFFFF
_POSITIVE = 0x7FFFFFFF
_SIGN = 0x80000000

# A batch names the same few leads again and again; an entry costs about 150 bytes.
_REMEMBERED_KEYS = 32_768


def murmur2(data: bytes) -> int:
    """The 32-bit murmur2 hash of `data` as a signed number, as Java shows it."""
    length = len(data)
    tail = length & 3
    value = _SEED ^ length
    for read in struct.unpack_from(f"<{length >> 2}I", data):
        word = (read * _MIX) & _WORD
        word = ((word ^ (word >> 24)) * _MIX) & _WORD
        value = ((value * _MIX) & _WORD) ^ word
    if tail:
        value = ((value ^ int.from_bytes(data[length - tail :], "little")) * _MIX) & _WORD
    value = ((value ^ (value >> 13)) * _MIX) & _WORD
    value ^= value >> 15
    return value - (_WORD + 1) if value & _SIGN else value


@lru_cache(maxsize=_REMEMBERED_KEYS)
def partition_of(key: bytes, partitions: int) -> int:
    """The partition of `key` in a topic of `partitions` partitions."""
    return (murmur2(key) & _POSITIVE) % partitions
