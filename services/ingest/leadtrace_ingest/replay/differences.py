"""What a mapping would make otherwise of an item: pure comparison of the events that stand with its drafts.

Which lead or deal a record is bound to is not the mapping's doing, so it is left out.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from leadtrace.events.catalogue import BY_TYPE
from leadtrace_ingest.identity.after_erasure import name_before_erasures

# What puts an event right has its id with a mark and a count behind it.
_MARK = "#remap-"
_MARKED = re.compile(rf"{re.escape(_MARK)}(\d+)(?:\.void-\d+)?\Z")
_BOUND = frozenset({"lead_id", "deal_id", "account_id", "bindingrev"})


class Said(msgspec.Struct, frozen=True):
    """What one event says, stored or as the mapping now has it; `place` tells the events of an item apart."""

    place: str
    type: str
    topic: str
    source: str
    subject: str
    subject_source: str
    time: datetime
    sequence: str
    data: Any


class Difference(msgspec.Struct, frozen=True):
    """An event that stands, what should stand in its place, and where these differ.

    Without `stands` the event is missing, without `wanted` it is one too many.
    """

    stands: Said | None
    wanted: Said | None
    where: tuple[str, ...]

    @property
    def type_name(self) -> str:
        """The type of the event that stands, else of the missing one, as the catalogue names it."""
        one = self.stands or self.wanted
        assert one is not None  # noqa: S101 - a difference has either
        return BY_TYPE[one.type].name if one.type in BY_TYPE else one.type


def differences(standing: Sequence[Said], wanted: Sequence[Said]) -> list[Difference]:
    """Every event that stands wrongly, or is missing; nothing for those that are equal."""
    left, lacking = list(standing), []
    for one in wanted:
        equal = next((other for other in left if not where_they_differ(other, one)), None)
        if equal is None:
            lacking.append(one)
        else:
            left.remove(equal)
    found = []
    for other in left:
        instead = next((one for one in lacking if one.place == root_of(other.place)), None)
        if instead is not None:
            lacking.remove(instead)
        where = where_they_differ(other, instead) if instead is not None else ("no longer told",)
        found.append(Difference(other, instead, where))
    return found + [Difference(None, one, ("newly told",)) for one in lacking]


def where_they_differ(one: Said, other: Said) -> tuple[str, ...]:
    """The names of what two events say differently: attributes, and paths into their data."""
    attributes = ("type", "source", "subject_source", "time", "sequence")
    named = [name for name in attributes if getattr(one, name) != getattr(other, name)]
    # What a record is called after an erasure is not the mapping's doing either.
    if name_before_erasures(one.subject) != name_before_erasures(other.subject):
        named.append("subject")
    return (*named, *_paths("data", _unbound(one.data), _unbound(other.data)))


def root_of(place: str) -> str:
    """The place of the event that an event was to put right, or its own."""
    return _MARKED.sub("", place)


def next_mark(places: Sequence[str]) -> str:
    """The suffix of the next events that put an item right; `places` are all that it ever had."""
    used = [int(found[1]) for place in places if (found := _MARKED.search(place))]
    return f"{_MARK}{max(used, default=0) + 1}"


def _paths(path: str, one: Any, other: Any) -> list[str]:
    if one == other:
        return []
    if not isinstance(one, Mapping) or not isinstance(other, Mapping):
        return [path]
    return [
        found
        for name in sorted({*one, *other})
        for found in _paths(f"{path}.{name}", one.get(name), other.get(name))
    ]


def _unbound(data: Any) -> Any:
    """The data without what the relay found records bound to, records named as their sender does."""
    match data:
        case dict():
            bound = _BOUND if "subject" in data else frozenset[str]()
            unbound = {name: _unbound(value) for name, value in data.items() if name not in bound}
            if isinstance(data.get("subject"), str):
                unbound["subject"] = name_before_erasures(data["subject"])
            return unbound
        case list():
            return [_unbound(value) for value in data]
        case _:
            return data
