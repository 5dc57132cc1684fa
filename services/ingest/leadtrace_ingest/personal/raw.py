"""Raw bytes at rest: each delivery and each held item is sealed under a key of its own.

They name people before anyone knows who they are, so no key of a person can seal them; whoever drops the key
of a row drops its bytes. What was stored before that has no key and stands in clear.
"""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

import msgspec

from leadtrace.runtime.vault.sealing import Sealed, open_once, seal_once
from leadtrace.runtime.vault.wrapper import KeyWrapper
from leadtrace_ingest.senders.sender import Delivery

_HEADERS = msgspec.json.Decoder(dict[str, str])
_END_OF_HEADERS = b"\n"
_NOTHING = "{}"


class RawDelivery(NamedTuple):
    """Headers, as JSON, and body of a delivery in clear."""

    headers: str
    body: bytes


class SealedDelivery(NamedTuple):
    """A delivery as it is stored: headers that are part of the items are sealed with the body."""

    headers: str
    body: bytes
    body_key: bytes


def sealed_delivery(
    wrapper: KeyWrapper, intake_id: UUID, delivery: Delivery, prefixes: tuple[bytes, ...]
) -> SealedDelivery:
    """The delivery sealed; `prefixes` begin the names of the headers that are part of its items."""
    told, own = _divided(delivery.headers, prefixes)
    return sealed_raw(wrapper, intake_id, told, own, delivery.body)


def sealed_raw(wrapper: KeyWrapper, intake_id: UUID, told: str, own: str, body: bytes) -> SealedDelivery:
    """The body sealed with headers of its own; `told` are those that stand in clear."""
    sealed = seal_once(wrapper, _END_OF_HEADERS.join((own.encode(), body)), intake_id.bytes)
    return SealedDelivery(told, sealed.body, sealed.key)


def opened_delivery(
    wrapper: KeyWrapper, intake_id: UUID, headers: str, body: bytes, body_key: bytes | None
) -> RawDelivery:
    """The delivery in clear.

    Raises:
        UnknownMasterKeyError: its master key is not here.
        UnreadableKeyError: its key is damaged.
        UnreadableError: it is damaged, or belongs to another row.
    """
    if body_key is None:
        return RawDelivery(headers, body)
    plain = open_once(wrapper, Sealed(body, body_key), intake_id.bytes)
    own, _, content = plain.partition(_END_OF_HEADERS)
    if own == _NOTHING.encode():
        return RawDelivery(headers, content)
    both = _HEADERS.decode(headers) | _HEADERS.decode(own)
    return RawDelivery(msgspec.json.encode(both).decode(), content)


def sealed_item(wrapper: KeyWrapper, intake_id: UUID, item: int, raw: bytes) -> Sealed:
    """The bytes of one item sealed."""
    return seal_once(wrapper, raw, _about_item(intake_id, item))


def opened_item(wrapper: KeyWrapper, intake_id: UUID, item: int, raw: bytes, raw_key: bytes | None) -> bytes:
    """The bytes of one item in clear.

    Raises:
        UnknownMasterKeyError: the master key is not here.
        UnreadableKeyError: the key is damaged.
        UnreadableError: they are damaged, or belong to another row.
    """
    if raw_key is None:
        return raw
    return open_once(wrapper, Sealed(raw, raw_key), _about_item(intake_id, item))


def _divided(headers: Mapping[str, str], prefixes: tuple[bytes, ...]) -> tuple[str, str]:
    if not prefixes:
        return msgspec.json.encode(headers).decode(), _NOTHING
    beginnings = tuple(prefix.decode() for prefix in prefixes)
    own = {name: value for name, value in headers.items() if name.startswith(beginnings)}
    told = {name: value for name, value in headers.items() if name not in own}
    return msgspec.json.encode(told).decode(), msgspec.json.encode(own).decode()


def _about_item(intake_id: UUID, item: int) -> bytes:
    return intake_id.bytes + item.to_bytes(4, "big")
