"""What definitions are called on every score: id, version and the hash of their canonical form."""

import hashlib

import msgspec

from leadtrace.domain.definitions.model import Definitions
from leadtrace.events.snapshots import DefinitionRef

_ENCODER = msgspec.json.Encoder(order="sorted")


def canonical(definitions: Definitions) -> bytes:
    """JSON that comments, key order and values equal to a default do not change."""
    return _ENCODER.encode(definitions)


def content_hash(definitions: Definitions) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(definitions)).hexdigest()


def reference_to(definitions: Definitions) -> DefinitionRef:
    """The name under which these definitions judge."""
    return DefinitionRef(id=definitions.id, version=definitions.version, hash=content_hash(definitions))
