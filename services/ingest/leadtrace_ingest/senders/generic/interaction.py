"""What somebody did: a marketing interaction of a lead, or an activity of sales with one."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

import msgspec

from leadtrace.events.activity import ActivityKind, ActivityRecorded, Direction
from leadtrace.events.personal import Personal
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import MAX_NAME, IgnoredError, RefusedError, Subject, shown
from leadtrace_ingest.senders.generic.telling import Telling, object_of
from leadtrace_ingest.senders.generic.value import Value, Word, flag_of
from leadtrace_ingest.senders.item import Draft
from leadtrace_ingest.senders.mapping.file import Entity
from leadtrace_ingest.senders.mapping.values import name_of

_OWN_FIELDS = frozenset({"email", "phone", "first_name", "last_name"})
Member = TypeVar("Member", bound=StrEnum)


class TouchpointAction:
    """Records an interaction by its dimensions."""

    def __init__(self, *, object_: Word, id_: Value, dimensions: Mapping[str, Value]) -> None:
        self._object = object_
        self._id = id_
        self._dimensions = dimensions

    def drafts(self, telling: Telling) -> list[Draft]:
        """One event for each lead."""
        found = {}
        for name, value in self._dimensions.items():
            text = value.text(telling.item).strip()
            if text:
                found[name] = dimension(name, value.where, text, telling.mapping.channels)
        if not found:
            raise IgnoredError(Reason.NOTHING_KEPT)
        return events_of_leads(self._object, self._id, TouchpointRecorded(**found), telling)


class ActivityAction:
    """Records an activity; its kind is a row of `activities`, or one of our own words."""

    def __init__(
        self,
        *,
        object_: Word,
        id_: Value,
        kind: Word,
        direction: Word | None,
        automatic: bool | Value | None,
        done: bool | Value | None,
        outcome: Value | None,
        owner: Value | None,
        personal: Mapping[str, Value],
    ) -> None:
        self._object = object_
        self._id = id_
        self._kind = kind
        self._direction = direction
        self._automatic = automatic
        self._done = done
        self._outcome = outcome
        self._owner = owner
        self._personal = personal

    def drafts(self, telling: Telling) -> list[Draft]:
        """One event for each lead."""
        item = telling.item
        claimed = self._kind.id(item)
        row = telling.mapping.activities.get(claimed)
        automatic, done = flag_of(self._automatic, item), flag_of(self._done, item)
        recorded = ActivityRecorded(
            kind=row.kind if row else _member(ActivityKind, self._kind, claimed),
            claimed=claimed,
            direction=self._turned(telling),
            automatic=automatic if automatic is not None or row is None else row.automatic,
            done=True if done is None else done,
            outcome=_name(self._outcome, telling),
            owner=_name(self._owner, telling),
            actor=telling.actor,
            **self._personal_block(telling),
        )
        return events_of_leads(self._object, self._id, recorded, telling)

    def _turned(self, telling: Telling) -> Direction | None:
        text = self._direction.text(telling.item).strip().lower() if self._direction else ""
        return _member(Direction, self._direction, text) if self._direction and text else None

    def _personal_block(self, telling: Telling) -> dict[str, Personal]:
        texts = {name: value.text(telling.item) for name, value in self._personal.items()}
        told = {name: text for name, text in texts.items() if text}
        own = {name: text for name, text in told.items() if name in _OWN_FIELDS}
        other = {name: text for name, text in told.items() if name not in own}
        return {"personal": Personal(**own, other=other)} if told else {}


def dimension(name: str, where: str, text: str, channels: Mapping[str, str]) -> str:
    """A dimension's value: channels by their names here, pages without what may tell of a person.

    Raises:
        RefusedError: it is too long for a name.
    """
    if name == "page":
        return text.partition("?")[0].partition("#")[0][:MAX_NAME]
    value = name_of(where, text)
    return channels.get(value, value.lower()) if name == "channel" else value


def events_of_leads(object_: Word, id_: Value, data: msgspec.Struct, telling: Telling) -> list[Draft]:
    """The same event of every lead that the item names.

    Raises:
        RefusedError: it names none, or the object is no lead.
    """
    kind = object_of(object_, telling, Entity.LEAD)
    drafting = telling.at_start
    return [
        drafting.event(Subject(kind, one), data, f".n{number}" if number else "")
        for number, one in enumerate(id_.ids(telling.item))
    ]


def _name(value: Value | None, telling: Telling) -> str | None:
    text = value.text(telling.item).strip() if value else ""
    return name_of(value.where, text) if value and text else None


def _member(kind: type[Member], word: Word, text: str) -> Member:
    try:
        return kind(text)
    except ValueError:
        rows = "neither a row of `activities` nor" if kind is ActivityKind else "not"
        detail = f"{word.where}: {shown(text)} is {rows} one of {', '.join(kind)}"
        raise RefusedError(Reason.UNMAPPED_EVENT, detail) from None
