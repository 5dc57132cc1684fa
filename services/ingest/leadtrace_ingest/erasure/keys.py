"""What identifies a person in an item, and the HMAC of it that is kept once the person was erased."""

import hmac
import re
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from leadtrace.events.personal import Personal
from leadtrace.runtime.vault.personal_block import block_of
from leadtrace_ingest.identity.subject import Subject
from leadtrace_ingest.senders.item import Draft

SUBJECT = "subject"
EMAIL = "email"
PHONE = "phone"
_PURPOSE = b"suppression"
_SEPARATOR = b"\x1f"
_NO_DIGIT = re.compile(r"\D+")
_FEWEST_DIGITS = 6


class IdentityKey(NamedTuple):
    """One thing that identifies somebody, normalised."""

    kind: str
    value: str


def subject_identity(subject: Subject) -> IdentityKey:
    """The key of a subject, as its sender names it."""
    return IdentityKey(SUBJECT, "\x1f".join(subject))


def personal_identities(personal: Personal) -> Iterable[IdentityKey]:
    """The keys in a personal block in clear."""
    if personal.email and (email := personal.email.strip().casefold()):
        yield IdentityKey(EMAIL, email)
    if personal.phone:
        digits = _NO_DIGIT.sub("", personal.phone)
        international = personal.phone.strip().startswith(("+", "00"))
        if len(digits) >= _FEWEST_DIGITS:
            yield IdentityKey(PHONE, f"+{digits.removeprefix('00')}" if international else digits)


def identity_keys(draft: Draft) -> tuple[IdentityKey, ...]:
    """The keys in the personal block of a draft; its subject is not among them."""
    try:
        personal = block_of(draft.data) if draft.data is not None else None
    except msgspec.DecodeError:
        return ()
    return tuple(personal_identities(personal)) if personal is not None else ()


def kept_key(identity: IdentityKey, secret: bytes) -> bytes:
    """What is stored of a key: without the installation's secret nobody tells from it whom it was about."""
    text = _SEPARATOR.join((_PURPOSE, *(part.encode() for part in identity)))
    return hmac.digest(secret, text, "sha256")
