"""The attributes of an event as its sender gave them, in whichever mode, checked by the same rules.

Unknown extensions are allowed and mean nothing here; `recordedtime` and `partitionkey` are the door's own.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from leadtrace.events.envelope import SPEC_VERSION
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import MAX_NAME, padded
from leadtrace_ingest.senders.events.invalid import InvalidEventError
from leadtrace_ingest.senders.events.media import is_json_type
from leadtrace_ingest.senders.events.nearest import Names
from leadtrace_ingest.senders.events.wording import worded

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[Tt ](?P<clock>\d\d:\d\d:\d\d)(?P<part>\.\d+)?(?P<zone>[Zz]|[+-]\d\d:\d\d)",
    re.ASCII,
)
_MICROSECOND_DIGITS = 7  # with the point
_LONGEST_KIND = 64
_LONGEST_SEQUENCE = 64
_SEQUENCE_DIGITS = 20
_NOTHING = b"{}"


class Attributes(msgspec.Struct, frozen=True, gc=False):
    """What CloudEvents calls attributes, and the data; null is as good as absent."""

    id: str | None = None
    type: str | None = None
    source: str | None = None
    subject: str | None = None
    specversion: str | None = None
    time: str | None = None
    datacontenttype: str | None = None
    sequence: str | int | None = None
    correlationid: str | None = None
    causationid: str | None = None
    traceparent: str | None = None
    subjectsource: str | None = None
    data: msgspec.Raw = msgspec.Raw(b"")
    data_base64: str | None = None


ATTRIBUTES = frozenset(Attributes.__struct_fields__) - {"data", "data_base64"}


class Named(NamedTuple):
    """The subject of an event, in its two parts."""

    kind: str
    external_id: str


# What msgspec raises on bytes that are not JSON; RecursionError is nesting without end.
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_ANY = msgspec.json.Decoder(msgspec.Raw)
_NO_NAMES = Names(())
_DECODER = msgspec.json.Decoder(Attributes)


def read_json(raw: bytes) -> Attributes:
    """The attributes of an event in JSON.

    Raises:
        InvalidEventError: it is no JSON object, or an attribute is of the wrong kind.
    """
    try:
        return _DECODER.decode(raw)
    except msgspec.ValidationError as error:
        raise (worded(error, "", _NO_NAMES, {}) if is_json(raw) else not_json("")) from None
    except UNREADABLE:
        raise not_json("") from None


def read_headers(given: Mapping[str, str], body: bytes) -> Attributes:
    """The attributes of an event in binary mode; its data is the body.

    Raises:
        InvalidEventError: an attribute is of the wrong kind.
    """
    texts = {name: value for name, value in given.items() if name in ATTRIBUTES}
    return msgspec.structs.replace(msgspec.convert(texts, Attributes), data=msgspec.Raw(body))


def is_json(raw: bytes) -> bool:
    """Whether the bytes are JSON to their end: a wrong type is noticed before that."""
    try:
        _ANY.decode(raw)
    except UNREADABLE:
        return False
    return True


def not_json(field: str) -> InvalidEventError:
    """The event or its data cannot be read."""
    return InvalidEventError(
        field, "is not JSON in UTF-8" if field else "the event is not JSON in UTF-8", "", Reason.NOT_JSON
    )


def require_version(given: Attributes) -> None:
    """CloudEvents 1.0 must say so.

    Raises:
        InvalidEventError: the event says nothing, or another version.
    """
    if given.specversion != SPEC_VERSION:
        rule = f"must be {SPEC_VERSION}" if given.specversion else "is missing"
        raise InvalidEventError("specversion", rule, f"Send CloudEvents {SPEC_VERSION}.")


def name_in(field: str, value: str | None) -> str:
    """A required attribute that names something.

    Raises:
        InvalidEventError: it is missing, empty, too long or holds control characters.
    """
    if not value:
        raise InvalidEventError(field, "is missing", "Add the attribute.")
    return text_in(field, value)


def text_in(field: str, value: str | None) -> str:
    """An attribute that may be missing, which then is empty.

    Raises:
        InvalidEventError: it is too long or holds control characters.
    """
    text = value or ""
    if len(text) > MAX_NAME:
        raise InvalidEventError(field, f"must have at most {MAX_NAME} characters", "Shorten it.")
    if _CONTROL.search(text):
        raise InvalidEventError(field, "holds a control character", "Take it out.")
    return text


def subject_in(field: str, value: str | None) -> Named:
    """A subject in its two parts.

    Raises:
        InvalidEventError: it has not the form `<kind>/<external id>`, or is too long.
    """
    if not value:
        raise InvalidEventError(field, "is missing", "Name the record: <kind>/<external id>.")
    kind, _, external_id = value.partition("/")
    if not kind or not external_id or len(kind) > _LONGEST_KIND or len(external_id) > MAX_NAME:
        rule = f"must be <kind>/<external id>, at most {_LONGEST_KIND} and {MAX_NAME} characters"
        raise InvalidEventError(field, rule, "Name the record as your system does: contact/123.")
    if _CONTROL.search(value):
        raise InvalidEventError(field, "holds a control character", "Take it out.")
    return Named(kind, external_id)


def time_in(value: str | None, received_at: datetime) -> datetime:
    """The time of the event, cut to microseconds; a missing one is that of the receipt, on replay too.

    Raises:
        InvalidEventError: it is not RFC 3339 with an offset, or lies before the year 2000.
    """
    if not value:
        return received_at
    moment = _moment(value)
    if moment is not None and moment >= _EARLIEST:
        return moment
    raise InvalidEventError(
        "time",
        "must be a moment with an offset, such as 2026-01-31T09:30:00Z, not before the year 2000",
        "Correct it, or leave it out if the event happens as it is sent.",
        Reason.BAD_TIME,
    )


def sequence_in(value: str | int | None) -> str:
    """The sender's own order as text that sorts; whole numbers are padded.

    Raises:
        InvalidEventError: it is too long or holds control characters.
    """
    text = text_in("sequence", None if value is None else str(value))
    if text.isascii() and text.isdigit() and len(text) <= _SEQUENCE_DIGITS:
        return padded(int(text))
    if len(text) > _LONGEST_SEQUENCE:
        raise InvalidEventError(
            "sequence", f"must have at most {_LONGEST_SEQUENCE} characters", "Shorten it."
        )
    return text


def data_in(given: Attributes) -> bytes:
    """The data as JSON; without any it is an empty object.

    Raises:
        InvalidEventError: it is given twice, is of another type than JSON, or is not base64.
    """
    if given.datacontenttype is not None and not is_json_type(given.datacontenttype):
        raise InvalidEventError("datacontenttype", "must be application/json", "Send the data as JSON.")
    data = bytes(given.data).strip()
    if given.data_base64 is None:
        return data if data and data != b"null" else _NOTHING
    if data:
        raise InvalidEventError("data_base64", "stands beside data", "Send one of both.")
    try:
        return base64.b64decode(given.data_base64, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidEventError(
            "data_base64", "is not base64", "Encode the data, or send it as data."
        ) from None


def _moment(value: str) -> datetime | None:
    match = _MOMENT.fullmatch(value)
    if match is None:
        return None
    part = (match["part"] or "")[:_MICROSECOND_DIGITS]
    try:
        text = f"{match['day']}T{match['clock']}{part}{match['zone'].upper()}"
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def extensions_of(given: Attributes) -> dict[str, Any]:
    """What travels along in the envelope, by its name in `Mapped`."""
    return {
        "correlation": text_in("correlationid", given.correlationid),
        "causation": text_in("causationid", given.causationid),
        "trace": text_in("traceparent", given.traceparent),
    }
