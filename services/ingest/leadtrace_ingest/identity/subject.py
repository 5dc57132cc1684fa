"""A subject is (source, kind, external id); its first binding follows from it and from the secret alone."""

import hmac
from collections.abc import Mapping
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID

from leadtrace_ingest.senders.sender import Standing

_VISITOR_KIND = "anonymous"
FIRST_BINDING_REVISION = 1
_UUID_BYTES = 16
_SEPARATOR = b"\x1f"


class Subject(NamedTuple):
    """A record of a sender: `kind` is `contact` or `deal`, `external_id` the sender's own id."""

    source: str
    kind: str
    external_id: str

    @property
    def name(self) -> str:
        """The CloudEvents subject, unique within the source."""
        return f"{self.kind}/{self.external_id}"


class Standings:
    """Whose record names the lead: by the kind of the source, a visitor's after all others."""

    def __init__(self, senders: Mapping[str, int]) -> None:
        self._senders = senders

    def of(self, subject: Subject) -> int:
        """The standing of a record; the part of a source before its first slash is the sender's name."""
        if subject.kind == _VISITOR_KIND:
            return Standing.VISITOR
        return self._senders.get(subject.source.partition("/")[0], Standing.FORM)


class Binding(NamedTuple):
    """The lead or deal that a subject is bound to, as an id and as text, and the revision of that."""

    entity_id: UUID
    entity: str
    revision: int

    @classmethod
    def to(cls, entity: UUID, revision: int) -> "Binding":
        """The binding to an entity."""
        return cls(entity, str(entity), revision)


def subject_key(subject: Subject) -> bytes:
    """16 bytes that stand for the subject; no secret, so that whoever knows the subject finds its row."""
    return blake2b(_packed(subject), digest_size=_UUID_BYTES, person=b"subject").digest()


def subject_uuid(subject: Subject) -> UUID:
    """The same 16 bytes as the id of its row."""
    return UUID(bytes=subject_key(subject))


def entity_id(subject: Subject, secret: bytes) -> UUID:
    """The id that a subject founds: version 5 over an HMAC, so that nobody guesses it from the record."""
    digest = hmac.digest(secret, _packed(subject), "sha256")
    return UUID(bytes=digest[:_UUID_BYTES], version=5)


def _packed(subject: Subject) -> bytes:
    return _SEPARATOR.join(part.encode() for part in subject)
