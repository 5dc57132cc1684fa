"""What definitions are called on every score: id, version and the hash of their canonical form."""

import hashlib
from typing import Any

import msgspec

from leadtrace.domain.definitions.model import Definitions
from leadtrace.events.snapshots import DefinitionRef

_ENCODER = msgspec.json.Encoder(order="sorted")
_JUDGES_NOTHING = "owner"


def canonical(definitions: Definitions) -> bytes:
    """JSON that comments, key order, values equal to a default and owners do not change."""
    return _ENCODER.encode(_judging(msgspec.to_builtins(definitions)))


def content_hash(definitions: Definitions) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(definitions)).hexdigest()


def reference_to(definitions: Definitions) -> DefinitionRef:
    """The name under which these definitions judge."""
    return DefinitionRef(id=definitions.id, version=definitions.version, hash=content_hash(definitions))


def _judging(value: Any) -> Any:
    """The same without who answers for what: a name that changes restates no number."""
    if isinstance(value, dict):
        return {key: _judging(one) for key, one in value.items() if key != _JUDGES_NOTHING}
    return [_judging(one) for one in value] if isinstance(value, list | tuple) else value
