"""Records of Mautic as flat text fields: the fields of all groups by their alias, and what stands beside."""

from typing import Any

from leadtrace_ingest.senders.mapping.file import FieldRule
from leadtrace_ingest.senders.mapping.values import text_of
from leadtrace_ingest.senders.mautic.decode import Event, id_of

_GROUPS = "fields"
_BLOCKED, _BLOCKED_CHANNEL = "doNotContact", "email"


def fields_of(record: Event) -> dict[str, str]:
    """Every field of a contact or a company."""
    found = {text_of(name): _beside(name, value) for name, value in record.items() if name != _GROUPS}
    if not found.get(_BLOCKED, "-"):
        # Nobody says with each change of a contact that it may be written to.
        del found[_BLOCKED]
    groups = record.get(_GROUPS)
    for group in groups.values() if isinstance(groups, dict) else ():
        for alias, field in group.items() if isinstance(group, dict) else ():
            value = field.get("value") if isinstance(field, dict) else field
            found[text_of(alias)] = listed(value)
    return found


def told_fields(record: Event, rules: dict[str, FieldRule]) -> dict[str, str]:
    """The fields of a record as it stands: an empty one clears what the mapping knows and is no news else."""
    return {name: text for name, text in fields_of(record).items() if text or name in rules}


def listed(value: Any) -> str:
    """A value as text, of a list its elements."""
    if isinstance(value, list):
        return ",".join(text_of(one) for one in value)
    return text_of(value)


def _beside(name: str, value: Any) -> str:
    match value:
        case {"id": _}:
            return id_of(value)
        case list() if name == _BLOCKED:
            blocked = any(isinstance(one, dict) and one.get("channel") == _BLOCKED_CHANNEL for one in value)
            return "true" if blocked else ""
        case list():
            return ",".join(_tag(one) for one in value)
        case _:
            return text_of(value)


def _tag(value: Any) -> str:
    return text_of(value["tag"]) if isinstance(value, dict) and "tag" in value else text_of(value)
