"""Messages in the form of Segment's spec, which RudderStack's clients speak too."""

from typing import Any

from leadtrace_ingest.senders.drafting import Subject
from leadtrace_ingest.senders.segment.decode import About
from leadtrace_ingest.senders.segment.message import (
    ALIAS,
    ANONYMOUS,
    DELETE,
    GROUP,
    IDENTIFY,
    PAGE,
    SCREEN,
    TRACK,
    TYPES,
    USER,
    InvalidMessageError,
    Message,
    Times,
    first_text,
    id_of,
    object_if_any,
    object_of,
)
from leadtrace_ingest.senders.segment.paths import IMPORT
from leadtrace_ingest.senders.web.address import address_of
from leadtrace_ingest.senders.web.visit import NOWHERE, Visit

_CAMPAIGN = ("source", "medium", "content")


def spec_message(read: dict[str, Any], about: About, route: str) -> Message:
    """The message of an object that a client posted to `route`.

    Raises:
        InvalidMessageError: a field is missing or holds what it must not.
    """
    type_ = _type(read, route)
    # Old clients of the HTTP API write `user_id`.
    user_id = id_of("userId", read.get("userId", read.get("user_id")))
    anonymous_id = id_of("anonymousId", read.get("anonymousId", read.get("anonymous_id")))
    context = about.context | object_if_any(read.get("context"))
    properties = object_of("properties", read.get("properties"))
    traits = object_of("traits", read.get("traits"))
    hints = object_if_any(context.get("traits"))
    visited = type_ in (PAGE, SCREEN)
    place = object_if_any(context.get("page")) | (properties if visited else {})
    name = _name(read, type_)
    return Message(
        type=type_,
        times=_times(read, about, route),
        subject=_subject(user_id, anonymous_id),
        earlier=_earlier(read, type_, user_id, anonymous_id),
        name=name,
        group_id=_group_id(read, type_),
        properties=properties,
        # RudderStack's clients put the traits of an identify call into the context.
        traits=hints | traits if type_ == IDENTIFY else traits,
        hints=hints,
        visit=_visit(place, object_if_any(context.get("campaign"))),
        page=_page(place, name, type_) if visited else "",
    )


def _type(read: dict[str, Any], route: str) -> str:
    said = read.get("type", read.get("action"))
    if said is None and route in TYPES:
        return route
    if not isinstance(said, str) or not said:
        raise InvalidMessageError("type: required, and must be text")
    return said


def _subject(user_id: str, anonymous_id: str) -> Subject | None:
    if user_id:
        return Subject(USER, user_id)
    return Subject(ANONYMOUS, anonymous_id) if anonymous_id else None


def _earlier(read: dict[str, Any], type_: str, user_id: str, anonymous_id: str) -> tuple[Subject, ...]:
    anonymous = (Subject(ANONYMOUS, anonymous_id),) if anonymous_id and user_id else ()
    if type_ != ALIAS:
        return anonymous if type_ in (IDENTIFY, DELETE) else ()
    previous = id_of("previousId", read.get("previousId", read.get("previous_id")))
    if not user_id:
        raise InvalidMessageError("userId: required for alias")
    if not previous and not anonymous:
        raise InvalidMessageError("previousId: required for alias")
    if not previous or previous in (user_id, anonymous_id):
        return anonymous
    # Segment does not say which kind of id it was.
    return (Subject(ANONYMOUS, previous), *anonymous, Subject(USER, previous))


def _name(read: dict[str, Any], type_: str) -> str:
    name = first_text(read.get("event") if type_ == TRACK else read.get("name"))
    if type_ == TRACK and not name:
        raise InvalidMessageError("event: required for track, and must be text")
    return name


def _group_id(read: dict[str, Any], type_: str) -> str:
    if type_ != GROUP:
        return ""
    group_id = id_of("groupId", read.get("groupId", read.get("group_id")))
    if not group_id:
        raise InvalidMessageError("groupId: required for group")
    return group_id


def _times(read: dict[str, Any], about: About, route: str) -> Times:
    timestamp = read.get("timestamp")
    # Segment itself has corrected what it forwards, and an import tells of the past.
    if timestamp is not None and (route == IMPORT or read.get("receivedAt") is not None):
        return Times(corrected=timestamp)
    sent = None if route == IMPORT else read.get("sentAt") or about.sent_at
    original = read.get("originalTimestamp")
    return Times(occurred=timestamp if original is None else original, sent=sent)


def _visit(place: dict[str, Any], campaign: dict[str, Any]) -> Visit:
    if not place and not campaign:
        return NOWHERE
    named = {f"utm_{part}": first_text(campaign.get(part)) for part in _CAMPAIGN}
    named["utm_campaign"] = first_text(campaign.get("name"))
    return Visit(
        url=first_text(place.get("url")),
        search=first_text(place.get("search")),
        referrer=first_text(place.get("referrer")),
        named={name: text for name, text in named.items() if text},
    )


def _page(place: dict[str, Any], name: str, type_: str) -> str:
    if type_ == SCREEN:
        return name
    path = first_text(place.get("path"))
    if path:
        # What follows may name a person.
        return path.partition("?")[0].partition("#")[0]
    address = address_of(first_text(place.get("url")))
    return (address.path or "/") if address else name
