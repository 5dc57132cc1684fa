"""The fields of a change or an event as text, whichever way a relay writes them.

A compound field becomes its parts under the names of the record's own fields. Avro's JSON wraps a value
in an object with its type as the only key. Ids that refer to records get their long form later.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from leadtrace_ingest.senders.mapping.values import text_of

HEADER = "ChangeEventHeader"

_AVRO = re.compile(r"string|double|float|int|long|boolean|bytes|com\.sforce\.[\w.]+")
_PARTS = {
    "Name": ("Salutation", "FirstName", "MiddleName", "LastName", "Suffix"),
    "Address": (
        "Street",
        "City",
        "State",
        "PostalCode",
        "Country",
        "StateCode",
        "CountryCode",
        "Latitude",
        "Longitude",
        "GeocodeAccuracy",
    ),
}
_CUSTOM = "__c"


class Value(NamedTuple):
    """A field's value; `path` is how lists of changed fields name it, `whole` the compound it belongs to."""

    field: str
    path: str
    whole: str
    value: Any


def values_of(payload: Mapping[str, Any]) -> Iterator[Value]:
    """Every field of a payload, compound ones in parts; null stands as None."""
    for name, given in payload.items():
        value = unwrapped(given)
        if name == HEADER:
            continue
        if not isinstance(value, dict):
            yield Value(name, name, name, value)
            continue
        for part, inner in value.items():
            yield Value(part_name(name, part), f"{name}.{part}", name, unwrapped(inner))


def told(payload: Mapping[str, Any]) -> dict[str, str]:
    """The fields of a payload that hold anything, as text."""
    return {one.field: text_of(one.value) for one in values_of(payload) if one.value is not None}


def part_name(whole: str, part: str) -> str:
    """The record's own name of a part: `FirstName`, `MailingCity`, `Site__City__s`, else `<whole>.<part>`."""
    part = part[:1].upper() + part[1:]
    if whole == "Name" and part in _PARTS["Name"]:
        return part
    if whole.endswith("Address") and part in _PARTS["Address"]:
        return whole.removesuffix("Address") + part
    if whole.endswith(_CUSTOM) and part in _PARTS["Address"]:
        return f"{whole.removesuffix('c')}{part}__s"
    return f"{whole}.{part}"


def cleared(path: str) -> list[str]:
    """The fields that a name in `nulledFields` stands for: one, a part, or a compound with all its parts."""
    whole, _, part = path.partition(".")
    if part:
        return [part_name(whole, part)]
    parts = _PARTS["Name"] if path == "Name" else _PARTS["Address"] if path.endswith("Address") else ()
    return [path, *(part_name(path, one) for one in parts)]


def unwrapped(value: Any) -> Any:
    """The value inside of Avro's `{"string": …}`."""
    while isinstance(value, dict) and len(value) == 1:
        ((name, inner),) = value.items()
        if not _AVRO.fullmatch(name):
            break
        value = inner
    return value
