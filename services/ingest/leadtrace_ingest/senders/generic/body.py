"""A body as items: those that `items` names, else the elements of an array, else the body itself.

Whatever cannot be divided is one item, so that its sender's mistake is one line in quarantine.
"""

from typing import Any
from urllib.parse import parse_qs

import msgspec

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import RefusedError
from leadtrace_ingest.senders.generic.decoding import decode_value
from leadtrace_ingest.senders.generic.mapping import GenericMapping
from leadtrace_ingest.senders.item import Item

FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 1_000
_JSON_BEGINS = (b"{", b"[")
_ENCODE = msgspec.json.Encoder().encode
_LIST = msgspec.json.Decoder(list[msgspec.Raw]).decode


class Undivided(msgspec.Struct, frozen=True, gc=False):
    """Why the items of a body could not be found; the one item is the whole body."""

    reason: Reason
    detail: str


def split(body: bytes, content_type: str, mapping: GenericMapping) -> list[Item]:
    """The items; `about` holds what every item of the body shares, or why the body is not divided."""
    # Some clients, curl among them, call whatever they post a form.
    if content_type.strip().lower().startswith(FORM) and body.lstrip()[:1] not in _JSON_BEGINS:
        body = _form(body)
    try:
        if mapping.items is None and not mapping.shared:
            return _elements(body, {})
        value = decode_value(body)
        shared = {name: expression.of(value) for name, expression in mapping.shared.items()}
        if mapping.items is None:
            return _elements(body, shared)
        found = mapping.items.of(value)
    except RefusedError as error:
        return [Item(body, Undivided(error.reason, error.detail))]
    if found is None:
        return [Item(body, shared)]
    return [Item(_ENCODE(one), shared) for one in (found if isinstance(found, list) else [found])]


def item_value(item: Item) -> Any:
    """The JSON value of an item, with what it shares with the others; its own fields win.

    Raises:
        RefusedError: it is no JSON, is nested too deeply, or the body could not be divided.
    """
    if isinstance(item.about, Undivided):
        raise RefusedError(item.about.reason, item.about.detail)
    value = decode_value(item.raw)
    return item.about | value if item.about and isinstance(value, dict) else value


def _elements(body: bytes, shared: dict[str, Any]) -> list[Item]:
    try:
        return [Item(bytes(raw), shared) for raw in _LIST(body)]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return [Item(body, shared)]


def _form(body: bytes) -> bytes:
    """A form as a JSON object; a field that comes again is a list."""
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return body
    return _ENCODE({name: values[0] if len(values) == 1 else values for name, values in fields.items()})
