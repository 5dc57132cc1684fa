"""Links by which people accept or reject an offer: what was offered, until when, and a signature over both.

The webhooks worker writes them, the door reads them; both sign with a key derived from the master keys. Who
holds a link may answer, so it names nobody: no owner, no address, nothing of the lead but its id.
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from leadtrace.events.times import from_micros, to_micros

PATH = "/v1/answers"
PURPOSE = b"answer-links/1"
LONGEST_TOKEN = 2_000
_MAC_BYTES = 32


class Answer(StrEnum):
    """What a link asks for."""

    ACCEPT = "accept"
    REJECT = "reject"


class LinkError(Exception):
    """The link is none of ours, or is cut short."""


class Offer(msgspec.Struct, frozen=True, array_like=True):
    """An offer that waits for an answer, and until when a link may give it; times in microseconds."""

    lead: bytes
    offer_id: str
    offered_us: int
    expires_us: int
    definition_version: int
    team: str | None = None
    partner: str | None = None

    @property
    def lead_id(self) -> UUID:
        """The lead that was offered."""
        return UUID(bytes=self.lead)

    @property
    def offered_at(self) -> datetime:
        """When it was."""
        return from_micros(self.offered_us)

    @property
    def expires_at(self) -> datetime:
        """From when on the link is too old."""
        return from_micros(self.expires_us)


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Offer).decode


def make_offer(
    *,
    lead_id: UUID,
    offer_id: str,
    offered_at: datetime,
    expires_at: datetime,
    definition_version: int,
    team: str | None,
    partner: str | None,
) -> Offer:
    """The offer as a link holds it."""
    offered_us, expires_us = to_micros(offered_at), to_micros(expires_at)
    return Offer(lead_id.bytes, offer_id, offered_us, expires_us, definition_version, team, partner)


def link_to(offer: Offer, answer: Answer, base: str, keys: Sequence[bytes]) -> str:
    """The address of the page that asks for this answer; the first key signs."""
    return f"{base.rstrip('/')}{PATH}/{token_of(offer, keys)}/{answer.value}"


def token_of(offer: Offer, keys: Sequence[bytes]) -> str:
    """The offer, signed, as a segment of a path."""
    content = _encode(offer)
    mac = hmac.digest(keys[0], content, "sha256")
    return base64.urlsafe_b64encode(mac + content).rstrip(b"=").decode()


def read_token(token: str, keys: Sequence[bytes]) -> Offer:
    """The offer that a token holds; whether it is still good is for the caller to say.

    Raises:
        LinkError: none of the keys signed it.
    """
    try:
        raw = (
            base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)) if len(token) <= LONGEST_TOKEN else b""
        )
    except (binascii.Error, ValueError):
        raise LinkError from None
    mac, content = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
    # Every key is tried, so that the time taken does not tell which came close.
    if not sum([hmac.compare_digest(mac, hmac.digest(key, content, "sha256")) for key in keys]):
        raise LinkError
    try:
        return _decode(content)
    except msgspec.DecodeError:
        raise LinkError from None
