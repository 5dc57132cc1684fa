"""Events in the form of PostHog's capture API.

PostHog has one kind of id for known and unknown persons alike, and so has their subject here: `person`.
"""

from typing import Any

from leadtrace_ingest.senders.drafting import Subject
from leadtrace_ingest.senders.segment.decode import About
from leadtrace_ingest.senders.segment.message import (
    ALIAS,
    GROUP,
    IDENTIFY,
    PAGE,
    PERSON,
    SCREEN,
    TRACK,
    InvalidMessageError,
    Message,
    Times,
    first_text,
    id_of,
    object_if_any,
    object_of,
)
from leadtrace_ingest.senders.web.address import address_of
from leadtrace_ingest.senders.web.visit import Visit

_TYPES = {
    "$pageview": PAGE,
    "$screen": SCREEN,
    "$identify": IDENTIFY,
    "$set": IDENTIFY,
    "$create_alias": ALIAS,
    "$merge_dangerously": ALIAS,
    "$groupidentify": GROUP,
}
_OWN = "$"
_NO_REFERRER = "$direct"


def is_posthog(read: dict[str, Any]) -> bool:
    """Whether an object has PostHog's form: a `distinct_id`, and no id in Segment's words."""
    if "userId" in read or "anonymousId" in read:
        return False
    return "distinct_id" in read or "distinct_id" in object_if_any(read.get("properties"))


def posthog_message(read: dict[str, Any], about: About) -> Message:
    """The message of an object in PostHog's form.

    Raises:
        InvalidMessageError: a field is missing or holds what it must not.
    """
    event = first_text(read.get("event"))
    if not event:
        raise InvalidMessageError("event: required, and must be text")
    properties = object_of("properties", read.get("properties"))
    person = id_of("distinct_id", read.get("distinct_id", properties.get("distinct_id")))
    if not person:
        raise InvalidMessageError("distinct_id: required")
    type_ = _TYPES.get(event, TRACK)
    is_group = type_ == GROUP
    return Message(
        type=type_,
        times=_times(read, about),
        subject=_member(properties, person) if is_group else Subject(PERSON, person),
        earlier=_earlier(type_, properties, person),
        name=event if type_ == TRACK else first_text(properties.get("$screen_name")),
        group_id=_group_id(properties) if is_group else "",
        properties=_told(properties),
        traits=_told(object_if_any(properties.get("$group_set"))) if is_group else _set(read, properties),
        visit=_visit(properties),
        page=_page(properties, type_),
    )


def _earlier(type_: str, properties: dict[str, Any], person: str) -> tuple[Subject, ...]:
    if type_ == IDENTIFY:
        before = id_of("$anon_distinct_id", properties.get("$anon_distinct_id"))
    elif type_ == ALIAS:
        before = id_of("alias", properties.get("alias"))
        if not before:
            raise InvalidMessageError("alias: required for $create_alias")
    else:
        return ()
    return (Subject(PERSON, before),) if before and before != person else ()


def _group_id(properties: dict[str, Any]) -> str:
    kind = id_of("$group_type", properties.get("$group_type"))
    key = id_of("$group_key", properties.get("$group_key"))
    if not kind or not key:
        raise InvalidMessageError("$group_type and $group_key: required for $groupidentify")
    return id_of("$group_key", f"{kind}:{key}")


def _member(properties: dict[str, Any], person: str) -> Subject | None:
    """Who told of the group and belongs to it; server clients tell of it under an id that is nobody's."""
    groups = object_if_any(properties.get("$groups"))
    belongs = groups.get(str(properties.get("$group_type"))) == properties.get("$group_key")
    return Subject(PERSON, person) if belongs else None


def _set(read: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    once = object_if_any(read.get("$set_once")) | object_if_any(properties.get("$set_once"))
    always = object_if_any(read.get("$set")) | object_if_any(properties.get("$set"))
    return _told(once | always)


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """What the application says; names that begin with `$` are the client's own."""
    return {
        name: value
        for name, value in values.items()
        if not name.startswith(_OWN) and name not in ("token", "distinct_id")
    }


def _times(read: dict[str, Any], about: About) -> Times:
    timestamp = read.get("timestamp")
    if about.historical and timestamp is not None:
        return Times(corrected=timestamp)
    return Times(
        occurred=timestamp,
        sent=read.get("sent_at") or about.sent_at,
        ago_ms=read.get("offset") if timestamp is None else None,
    )


def _visit(properties: dict[str, Any]) -> Visit:
    referrer = first_text(properties.get("$referrer"))
    # The client takes campaign parameters and click ids out of the address by itself.
    named = {name: value for name, value in properties.items() if isinstance(value, str) and value}
    return Visit(
        url=first_text(properties.get("$current_url")),
        referrer="" if referrer == _NO_REFERRER else referrer,
        named=named,
    )


def _page(properties: dict[str, Any], type_: str) -> str:
    if type_ == SCREEN:
        return first_text(properties.get("$screen_name"))
    if type_ != PAGE:
        return ""
    path = first_text(properties.get("$pathname"))
    if path:
        # What follows may name a person.
        return path.partition("?")[0].partition("#")[0]
    address = address_of(first_text(properties.get("$current_url")))
    return (address.path or "/") if address else ""
