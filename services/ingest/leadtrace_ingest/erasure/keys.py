"""What identifies a person in an item, and the HMAC of it that is kept once the person was erased.

A shared mailbox or a junk number identifies nobody, here as where records are joined.
"""

import hmac
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from leadtrace.events.personal import Personal
from leadtrace.runtime.settings_identity import Identity as IdentitySettings
from leadtrace.runtime.vault.personal_block import block_of
from leadtrace_ingest.identity.keys import KeyMaker
from leadtrace_ingest.identity.subject import Subject
from leadtrace_ingest.senders.item import Draft

SUBJECT = "subject"
_PURPOSE = b"suppression"
_SEPARATOR = "\x1f"


class Identifying(NamedTuple):
    """One thing that identifies somebody: a record by its name, an address or a number by its hash."""

    kind: str
    value: str


class Identities:
    """What identifies people, by the settings of identity and the installation's secret."""

    def __init__(self, maker: KeyMaker, secret: bytes) -> None:
        self._maker = maker
        self._secret = secret

    def in_block(self, personal: Personal) -> Iterable[Identifying]:
        """What identifies somebody in a personal block in clear."""
        for key in self._maker.keys(email=personal.email, phone=personal.phone, trusted=True):
            if key.key is not None and key.refusal is None:
                yield Identifying(key.kind.value, key.key.hex())

    def in_draft(self, draft: Draft) -> tuple[Identifying, ...]:
        """The same of a draft's personal block; its subject is not among it."""
        try:
            personal = block_of(draft.data) if draft.data is not None else None
        except msgspec.DecodeError:
            return ()
        return tuple(self.in_block(personal)) if personal is not None else ()

    def kept(self, identifying: Identifying) -> bytes:
        """What is stored of it: without the installation's secret nobody tells from it whom it was about."""
        text = _SEPARATOR.join(identifying).encode()
        return hmac.digest(self._secret, _PURPOSE + _SEPARATOR.encode() + text, "sha256")


def make_identities(settings: IdentitySettings, secret: bytes) -> Identities:
    """The identities of an installation."""
    return Identities(KeyMaker(settings, secret), secret)


def of_subject(subject: Subject) -> Identifying:
    """What identifies a record, as its sender names it."""
    return Identifying(SUBJECT, _SEPARATOR.join(subject))


def subject_in(identifying: Identifying) -> Subject:
    """The record that `of_subject` was given."""
    return Subject(*identifying.value.split(_SEPARATOR))
