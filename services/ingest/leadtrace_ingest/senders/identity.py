"""What makes an item itself, hashed: the same values give the same key, no two lists of values pack alike."""

import struct
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b

import msgspec

from leadtrace.events.topics import Topic
from leadtrace_ingest.senders.item import KEY_BYTES, Draft, Identity

_pack = msgspec.msgpack.Encoder().encode
_SIGNED = struct.Struct("<q")


def posts_spend(drafts: Iterable[Draft]) -> bool:
    """Whether an item posts spend: without an id of its own, its delivery is part of what makes it itself.

    Posting A, then B, then A again is three postings, since each replaces what was posted before; anything
    else that says the same twice says it once.
    """
    return any(draft.topic == Topic.SPEND_EVENTS for draft in drafts)


def identity_of(sender: str, key: object, comparable: object = None) -> Identity:
    """The identity of a readable item.

    `key` holds the values that make it itself, `comparable` those that a copy must not change; how it was
    delivered (attempts, times of sending, subscriptions) stands in neither.
    """
    digest = blake2b(_pack((sender, key)), digest_size=KEY_BYTES).digest()
    return Identity(digest, 0 if comparable is None else hash_of(comparable))


def identity_of_bytes(sender: str, raw: bytes) -> Identity:
    """The identity of what cannot be read: the same bytes are the same item."""
    key = blake2b(raw, digest_size=KEY_BYTES, key=sender.encode()[:64], person=b"unreadable").digest()
    return Identity(key, 0)


def hash_of(values: object) -> int:
    """A signed 64-bit hash of values that msgpack can hold."""
    number: int = _SIGNED.unpack(blake2b(_pack(values), digest_size=8).digest())[0]
    return number


@lru_cache(maxsize=1024)
def hash_of_few(*values: str | int | None) -> int:
    """The same for values that come again and again."""
    return hash_of(tuple(None if one is None else str(one) for one in values))
