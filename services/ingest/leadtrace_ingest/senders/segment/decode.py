"""The messages of a body, and what makes a message itself.

The sender's own id of a message is its key; without one its contents are. When and how often it was sent
stays outside.
"""

from typing import Any

import msgspec

from leadtrace_ingest.senders.identity import identity_of
from leadtrace_ingest.senders.item import Identity, Item
from leadtrace_ingest.senders.segment.message import (
    LONGEST_MESSAGE_ID,
    InvalidMessageError,
    id_of,
    object_if_any,
)

_DELIVERY = frozenset(
    {
        "sentAt",
        "sent_at",
        "receivedAt",
        "offset",
        "writeKey",
        "api_key",
        "token",
        "integrations",
        "_metadata",
    }
)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class About(msgspec.Struct, frozen=True, gc=False):
    """What the body says of all its messages; `first` says that this is the first of an array."""

    first: bool = False
    sent_at: Any = None
    context: dict[str, Any] = {}
    historical: bool = False


class _Batch(msgspec.Struct, frozen=True, gc=False):
    batch: list[msgspec.Raw]
    sent_at: Any = msgspec.field(default=None, name="sentAt")
    sent_at_snake: Any = msgspec.field(default=None, name="sent_at")
    context: Any = None
    historical_migration: Any = None


_BATCH = msgspec.json.Decoder(_Batch, float_hook=str)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
# Fractions as text, so that a number keeps its digits.
_OBJECT = msgspec.json.Decoder(dict[str, Any], float_hook=str)
_sorted = msgspec.json.Encoder(order="deterministic").encode


def split(body: bytes) -> list[Item]:
    """The elements of `batch` or of an array, else the whole body as one item."""
    try:
        if body.lstrip().startswith(b"["):
            return [Item(bytes(raw), About(first=not n)) for n, raw in enumerate(_LIST.decode(body))]
        read = _BATCH.decode(body)
    except _UNREADABLE:
        return [Item(body, About())]
    about = About(
        sent_at=read.sent_at or read.sent_at_snake,
        context=object_if_any(read.context),
        historical=read.historical_migration is True,
    )
    return [Item(bytes(raw), about) for raw in read.batch]


def read_object(raw: bytes) -> dict[str, Any]:
    """The JSON object of an item, numbers with a fraction as text.

    Raises:
        InvalidMessageError: it is no object.
        RecursionError: it is nested too deeply.
    """
    try:
        return _OBJECT.decode(raw)
    except UnicodeDecodeError:
        raise InvalidMessageError("the item is not UTF-8") from None
    except msgspec.DecodeError:
        raise InvalidMessageError("the item is not a JSON object") from None


def identity(sender: str, read: dict[str, Any]) -> Identity:
    """Key and comparable part of a message.

    Raises:
        InvalidMessageError: its id cannot be one.
    """
    field = "messageId" if "messageId" in read or "uuid" not in read else "uuid"
    message_id = id_of(field, read.get(field))
    if len(message_id) > LONGEST_MESSAGE_ID:
        raise InvalidMessageError(f"{field}: longer than {LONGEST_MESSAGE_ID} characters")
    # Whoever keeps the original time has corrected the other one by the time of its sending.
    left_out = _DELIVERY | {"timestamp"} if "originalTimestamp" in read else _DELIVERY
    content = _sorted({name: value for name, value in read.items() if name not in left_out})
    if message_id:
        return identity_of(sender, ("id", message_id), content)
    return identity_of(sender, ("content", content))


def is_json(raw: bytes) -> bool:
    """Whether the bytes are JSON at all."""
    try:
        msgspec.json.decode(raw, type=msgspec.Raw)
    except _UNREADABLE:
        return False
    return True
