"""Records of Pipedrive as flat text fields, under the same names for both versions.

A custom field stands under its own hash. What has several parts gives the main one under its name and the
others behind it (`value_currency`, `address_country`); a list of contact points gives the primary one.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from leadtrace_ingest.senders.mapping.values import text_of
from leadtrace_ingest.senders.pipedrive.decode import Notification

_CUSTOM = "custom_fields"
_NOT_PARTS = frozenset({"type", "value", "primary", "label"})


def all_fields(record: Mapping[str, Any]) -> dict[str, str]:
    """Every field of a record."""
    return _flat(_with_custom(record))


def changed_fields(notification: Notification) -> tuple[dict[str, str], dict[str, str]]:
    """The fields that changed, as they are now and as they were before."""
    now, before = _with_custom(notification.current), _with_custom(notification.previous)
    names: Iterable[str] = dict.fromkeys((*now, *before)) if notification.whole else before
    changed = [name for name in names if now.get(name) != before.get(name)]
    return (
        _flat({name: now.get(name) for name in changed}),
        _flat({name: before.get(name) for name in changed}),
    )


def text_in(record: Mapping[str, Any], name: str) -> str:
    """One field of a record; empty if it is not there."""
    return _flat({name: record.get(name)}).get(name, "")


def _with_custom(record: Mapping[str, Any]) -> dict[str, Any]:
    custom = record.get(_CUSTOM)
    if not isinstance(custom, dict):
        return {name: value for name, value in record.items() if name != _CUSTOM}
    return {**{name: value for name, value in record.items() if name != _CUSTOM}, **custom}


def _flat(record: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for given, value in record.items():
        name = text_of(given)
        match value:
            case dict():
                _put_parts(found, name, value)
            case list():
                _put_list(found, name, value)
            case _:
                found[name] = text_of(value)
    return found


def _put_parts(found: dict[str, str], name: str, value: dict[str, Any]) -> None:
    match value:
        case {"amount": amount, "currency": currency}:
            found[name], found[f"{name}_currency"] = text_of(amount), text_of(currency)
        case {"from": start, "until": end}:
            found[name] = f"{text_of(start)}/{text_of(end)}"
        case {"values": list() as chosen}:
            _put_list(found, name, chosen)
        case {"value": main}:
            found[name] = text_of(main)
            parts = {part: one for part, one in value.items() if part not in _NOT_PARTS}
            found.update({f"{name}_{text_of(part)}": text_of(one) for part, one in parts.items()})
        case {"id": chosen}:
            found[name] = text_of(chosen)
        case _:
            found[name] = text_of(value)


def _put_list(found: dict[str, str], name: str, values: list[Any]) -> None:
    if values and all(isinstance(one, dict) and "value" in one for one in values):
        points = sorted(values, key=lambda one: one.get("primary") is not True)
        texts = [text for text in (text_of(one["value"]) for one in points) if text]
        found[name] = texts[0] if texts else ""
        if texts[1:]:
            found[f"{name}_others"] = ", ".join(texts[1:])
        return
    if any(isinstance(one, list) or (isinstance(one, dict) and "id" not in one) for one in values):
        found[name] = text_of(values)
        return
    found[name] = ",".join(text_of(one["id"] if isinstance(one, dict) else one) for one in values)
