"""One message, whichever client's form it came in."""

from typing import Any

import msgspec

from leadtrace_ingest.senders.drafting import MAX_NAME, Subject
from leadtrace_ingest.senders.mapping.values import text_of
from leadtrace_ingest.senders.web.visit import NOWHERE, Visit

TRACK, IDENTIFY, PAGE, SCREEN, GROUP, ALIAS = "track", "identify", "page", "screen", "group", "alias"
DELETE = "delete"
TYPES = (TRACK, IDENTIFY, PAGE, SCREEN, GROUP, ALIAS)
USER, ANONYMOUS, PERSON, ACCOUNT = "user", "anonymous", "person", "group"  # kinds of subjects
LONGEST_MESSAGE_ID = 100  # characters, Segment's own limit
_NUL = "\x00"


class InvalidMessageError(ValueError):
    """The message breaks a rule of its form; the message of this error names field and rule."""


class Times(msgspec.Struct, frozen=True, gc=False):
    """What the message says of its time, as it says it.

    `occurred` by the clock of whoever made it, `corrected` when a server has set that right already,
    `sent` by the same clock as `occurred`, `ago_ms` how long before its sending it was.
    """

    occurred: Any = None
    corrected: Any = None
    sent: Any = None
    ago_ms: Any = None


class Message(msgspec.Struct, frozen=True, gc=False):
    """A call of a client: who, what, of which page. Empty texts are missing.

    `earlier` is what the person was known by before; `traits` are told of the person, or of the group that
    `group_id` names; `hints` are traits of the person that a client merely sends along.
    """

    type: str
    times: Times
    subject: Subject | None = None
    earlier: tuple[Subject, ...] = ()
    name: str = ""
    group_id: str = ""
    properties: dict[str, Any] = {}
    traits: dict[str, Any] = {}
    hints: dict[str, Any] = {}
    visit: Visit = NOWHERE
    page: str = ""


def id_of(field: str, value: Any) -> str:
    """An id as text; empty if it is missing.

    Raises:
        InvalidMessageError: it is neither text nor a whole number, too long, or holds NUL.
    """
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise InvalidMessageError(f"{field}: must be text")
    text = str(value).strip()
    if len(text) > MAX_NAME:
        raise InvalidMessageError(f"{field}: longer than {MAX_NAME} characters")
    if _NUL in text:
        raise InvalidMessageError(f"{field}: holds a NUL character")
    return text


def object_of(field: str, value: Any) -> dict[str, Any]:
    """A JSON object; empty if it is missing.

    Raises:
        InvalidMessageError: it is something else.
    """
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidMessageError(f"{field}: must be an object")
    return value


def object_if_any(value: Any) -> dict[str, Any]:
    """A JSON object among what a client adds by itself; anything else is as if it were missing."""
    return value if isinstance(value, dict) else {}


def first_text(*values: Any) -> str:
    """The first value that is a text with something in it."""
    for value in values:
        if isinstance(value, str) and value.strip():
            return value.replace(_NUL, "\ufffd").strip()
    return ""


def flat(values: dict[str, Any]) -> dict[str, str]:
    """The values as texts; those of an inner object stand under `outer.inner`."""
    found: dict[str, str] = {}
    for name, value in values.items():
        key = name.replace(_NUL, "\ufffd")
        if isinstance(value, dict):
            for inner, one in value.items():
                found[f"{key}.{inner.replace(_NUL, chr(0xFFFD))}"] = text_of(one)
        else:
            found[key] = text_of(value)
    return found
