"""What definitions are called on every score: id, version and the hash of their canonical form."""

import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec

from leadtrace.domain.definitions.model import Definitions
from leadtrace.events.snapshots import DefinitionRef

_ENCODER = msgspec.json.Encoder(order="sorted")
_JUDGES_NOTHING = frozenset({"owner", "priorities"})


def canonical(definitions: Definitions) -> bytes:
    """JSON that comments, key order, values equal to a default, owners and priorities do not change."""
    return _ENCODER.encode(_judging(definitions))


def content_hash(definitions: Definitions) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(definitions)).hexdigest()


def reference_to(definitions: Definitions) -> DefinitionRef:
    """The name under which these definitions judge."""
    return DefinitionRef(id=definitions.id, version=definitions.version, hash=content_hash(definitions))


def _judging(value: Any) -> Any:
    """The same without defaults, who answers for what and what is done first: these restate no number."""
    if isinstance(value, tuple):
        return [_judging(one) for one in value]
    if not isinstance(value, msgspec.Struct):
        return value
    given = ((name, _judging(getattr(value, key)), default) for key, name, default in _fields(type(value)))
    return {name: one for name, one, default in given if one != default}


@cache
def _fields(kind: type[msgspec.Struct]) -> Sequence[tuple[str, str, Any]]:
    """What judges in a block: the field, the key that it is written under, and what judges when left out."""
    return [
        (field.name, field.encode_name, _judging(field.default))
        for field in msgspec.structs.fields(kind)
        if field.name not in _JUDGES_NOTHING
    ]
