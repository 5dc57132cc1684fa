"""The personal block of an event's data: sealed as ingest stores it, opened as the api shows it.

`{"sealed": "<base64>", "key": "<hex of the subject's key>"}`; a block of an older event may stand in clear.
"""

import base64
import binascii
from uuid import UUID

import msgspec

from leadtrace.events.personal import Personal
from leadtrace.runtime.vault.sealing import DataKey, UnreadableError

NAME = "personal"
# Data are encoded without spaces, so that a look tells most of them apart that have no such block.
_MARK = b'"personal":{'
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_BLOCK = msgspec.json.Decoder(Personal)
_SEPARATOR = "\x1f"


def about_event(source: str, event_id: str) -> bytes:
    """What a block is bound to."""
    return f"{source}{_SEPARATOR}{event_id}".encode()


def may_hold_block(data: bytes) -> bool:
    """Whether encoded data might hold a personal block."""
    return _MARK in data


def with_sealed_block(data: bytes, key: DataKey, key_id: UUID, about: bytes) -> bytes:
    """The encoded data with their personal block sealed, whatever it says; as they are without one."""
    members = _MEMBERS.decode(data)
    block = members.get(NAME)
    if block is None:
        return data
    sealed = base64.b64encode(key.seal(bytes(block), about)).decode()
    members[NAME] = msgspec.Raw(msgspec.json.encode({"sealed": sealed, "key": key_id.hex}))
    return msgspec.json.encode(members)


def without_block(data: bytes) -> bytes:
    """The encoded data without their personal block."""
    members = _MEMBERS.decode(data)
    members.pop(NAME, None)
    return msgspec.json.encode(members)


def block_of(data: bytes) -> Personal | None:
    """The personal block of encoded data, sealed or in clear; None if there is none."""
    if not may_hold_block(data):
        return None
    block = _MEMBERS.decode(data).get(NAME)
    return None if block is None else _BLOCK.decode(block)


def opened_block(block: Personal, key: DataKey, about: bytes) -> Personal:
    """A sealed block in clear.

    Raises:
        UnreadableError: it is damaged or belongs elsewhere.
    """
    try:
        return _BLOCK.decode(opened_bytes(block, key, about))
    except msgspec.DecodeError:
        raise UnreadableError("a sealed block is damaged") from None


def opened_bytes(block: Personal, key: DataKey, about: bytes) -> bytes:
    """The same as it was encoded before it was sealed.

    Raises:
        UnreadableError: it is damaged or belongs elsewhere.
    """
    try:
        return key.open(base64.b64decode(block.sealed or "", validate=True), about)
    except binascii.Error:
        raise UnreadableError("a sealed block is damaged") from None


def key_id_of(block: Personal) -> UUID | None:
    """Which key opens a sealed block; None for one in clear, or one that names no key."""
    try:
        return UUID(block.key) if block.sealed is not None and block.key is not None else None
    except ValueError:
        return None
