"""Mautic's bodies: an object of lists of events, by the trigger that made them; each event is an item.

A trigger that holds an object instead of a list is Mautic's test button, which posts an invented event.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from leadtrace_ingest.senders.item import Item
from leadtrace_ingest.senders.mapping.values import text_of
from leadtrace_ingest.senders.moments import moment_of
from leadtrace_ingest.senders.reading import read_json

# Beside its triggers the test button says when it was pressed.
_NO_TRIGGER = "timestamp"
_BODY = msgspec.json.Decoder(dict[str, msgspec.Raw])
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_EVENT = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
_OBJECT = b"{"

Event = Mapping[str, Any]


class About(NamedTuple):
    """What the body says of an item: the trigger, and whether it was only a test."""

    trigger: str
    test: bool


def split(body: bytes) -> list[Item]:
    """The items of a body; what is no object is one item that nothing is known about."""
    try:
        by_trigger = _BODY.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return [Item(body)]
    items: list[Item] = []
    for trigger, raw in by_trigger.items():
        try:
            events = _LIST.decode(raw)
        except (msgspec.DecodeError, RecursionError):
            if trigger != _NO_TRIGGER:
                items.append(Item(bytes(raw), About(trigger, bytes(raw).lstrip().startswith(_OBJECT))))
            continue
        items += [Item(bytes(one), About(trigger, test=False)) for one in events]
    return items


def decode_event(raw: bytes) -> Event:
    """One event.

    Raises:
        RefusedError: it is no JSON object.
    """
    return read_json(_EVENT, raw)


def part_of(event: Event, name: str) -> Event:
    """A part of an event that is an object; an empty one if it is not there."""
    part = event.get(name)
    return part if isinstance(part, dict) else {}


def contact_of(event: Event) -> Event:
    """The contact that an event is about, by either of its names."""
    return part_of(event, "contact") or part_of(event, "lead")


def id_of(record: Event) -> str:
    """A record's id; empty if it has none."""
    value = record.get("id")
    return text_of(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def first_moment(*values: Any) -> Any:
    """The first value that is a moment."""
    return next((moment for moment in map(moment_of, values) if moment is not None), None)
