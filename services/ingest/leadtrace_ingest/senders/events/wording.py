"""What msgspec says of a struct that does not fit, in the sender's own words, and without its values."""

import re
from collections.abc import Mapping

import msgspec

from leadtrace_ingest.senders.events.invalid import InvalidEventError, printable
from leadtrace_ingest.senders.events.nearest import Names

_WHERE = re.compile(r" - at `\$\.?(?P<path>[^`]*)`\Z")
_MISSING = re.compile(r"Object missing required field `(?P<name>.*)`\Z", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>.*)`\Z", re.DOTALL)
_LENGTH = re.compile(r"Expected `(?P<kind>\w+)` of length (?P<sign>[<>]=) (?P<bound>\d+)\Z")
_KIND = re.compile(r"Expected `(?P<wanted>[^`]*)`, got `(?P<given>[^`]*)`\Z")
_KINDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
    "date": "a day",
}
_FORMS = {
    "amount": 'must be a decimal number as text, such as "1234.50"',
    "currency": "must be an ISO 4217 code of 3 capital letters",
    "default_currency": "must be an ISO 4217 code of 3 capital letters",
}
_WORDED = "holds what this field must not"


def worded(
    error: msgspec.ValidationError,
    within: str,
    known: Names,
    choices: Mapping[str, tuple[str, ...]],
) -> InvalidEventError:
    """The same with the field's whole path; `within` is what the struct itself is called, such as `data`."""
    message = str(error)
    where = _WHERE.search(message)
    path = ".".join(part for part in (within, where["path"] if where else "") if part)
    rule = message[: where.start()] if where else message
    if missing := _MISSING.match(rule):
        return InvalidEventError(_joined(path, missing["name"]), "is missing", "Add the field.")
    if unknown := _UNKNOWN.match(rule):
        name = unknown["name"]
        remedy = known.did_you_mean(name) if path == within else "Leave it out, or correct its name."
        return InvalidEventError(_joined(path, printable(name)), "there is no such field", remedy)
    field = path.rpartition(".")[2]
    if field in choices and "enum" in rule:
        return InvalidEventError(path, f"must be one of {', '.join(choices[field])}", "Correct the value.")
    return InvalidEventError(path, _rule(rule, field), "Correct the value.")


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _rule(rule: str, field: str) -> str:
    if length := _LENGTH.match(rule):
        if (length["sign"], length["bound"]) == (">=", "1"):
            return "must not be empty"
        bound = f"at {'most' if length['sign'] == '<=' else 'least'} {length['bound']}"
        unit = "characters" if length["kind"] == "str" else "elements"
        return f"must have {bound} {unit}"
    if "matching regex" in rule:
        return _FORMS.get(field, _WORDED)
    if kind := _KIND.match(rule):
        wanted = " or ".join(_KINDS.get(one, one) for one in kind["wanted"].split(" | "))
        return f"must be {wanted}, not {_KINDS.get(kind['given'], kind['given'])}"
    if "RFC3339" in rule:
        return "must be a day such as 2026-01-31"
    return _WORDED
