"""Pipedrive's notifications of version 1 and 2 in one form."""

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any

import msgspec

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import MAX_NAME, RefusedError, shown
from leadtrace_ingest.senders.mapping.values import text_of
from leadtrace_ingest.senders.moments import moment_of
from leadtrace_ingest.senders.reading import read_json

Id = int | Annotated[str, msgspec.Meta(max_length=MAX_NAME)]
Name = Annotated[str, msgspec.Meta(max_length=MAX_NAME)]


class Action(Enum):
    """What happened to the record, whichever version says it."""

    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"
    MERGED = "merged"


class Meta(msgspec.Struct, frozen=True, gc=False):
    """The `meta` block of both versions; what only says how a notification was delivered is left out."""

    action: Name
    company_id: Id | None = None
    entity: Name | None = None
    object: Name | None = None
    id: Id | None = None
    entity_id: Id | None = None
    user_id: Id | None = None
    timestamp: Any = None
    timestamp_micro: Any = None
    timestamp_milli: Any = None
    is_bulk_edit: Any = None
    is_bulk_update: Any = None
    change_source: Any = None
    correlation_id: Any = None
    merged_from_id: Id | None = None
    merged_to_id: Id | None = None


class Body(msgspec.Struct, frozen=True, gc=False):
    """A request's body: version 1 says `current`, version 2 says `data`."""

    meta: Meta
    data: Any = None
    current: Any = None
    previous: Any = None


class Notification(msgspec.Struct, frozen=True, gc=False):
    """One change of one record.

    `at` is when Pipedrive noted it, None if it does not say. `previous` holds the fields that changed, or,
    where `whole` is true, all of them.
    """

    company: str
    object: str
    record: str
    action: Action
    at: datetime | None
    current: dict[str, Any]
    previous: dict[str, Any]
    whole: bool
    user: str | None
    bulk: bool
    origin: str | None
    correlation: str
    merged_from: str | None
    merged_to: str | None


_BODY = msgspec.json.Decoder(Body, float_hook=Decimal)
_ACTIONS = {
    "create": Action.CREATED,
    "change": Action.CHANGED,
    "delete": Action.DELETED,
    "added": Action.CREATED,
    "updated": Action.CHANGED,
    "deleted": Action.DELETED,
    "merged": Action.MERGED,
}


def decode_body(raw: bytes) -> Body:
    """The body of a request.

    Raises:
        RefusedError: it is no JSON object with a `meta` block of this form.
    """
    return read_json(_BODY, raw)


def moment_told(meta: Meta) -> Any:
    """When Pipedrive noted the change, as it says it most exactly."""
    for told in (meta.timestamp_micro, meta.timestamp_milli):
        if told is not None:
            return told
    return meta.timestamp


def is_bulk(meta: Meta) -> bool:
    """Whether many records were changed at once."""
    return meta.is_bulk_edit is True or meta.is_bulk_update is True


def object_of(meta: Meta) -> str:
    """Pipedrive's word for what the record is.

    Raises:
        RefusedError: it is missing.
    """
    return _required(meta.entity or meta.object, "meta.entity")


def notification_of(body: Body) -> Notification:
    """The notification that a body holds.

    Raises:
        RefusedError: what every notification has is missing, or the action is none.
    """
    meta = body.meta
    action = _ACTIONS.get(meta.action)
    if action is None:
        raise RefusedError(Reason.UNKNOWN_TYPE, f"meta.action: {shown(text_of(meta.action))}")
    told = moment_told(meta)
    at = moment_of(told)
    if told is not None and at is None:
        raise RefusedError(Reason.BAD_TIME, "meta.timestamp: must be a moment, not before the year 2000")
    second = meta.entity is not None
    current, previous = _record(body.data if second else body.current), _record(body.previous)
    if action is not Action.DELETED and not current:
        field = "data" if second else "current"
        raise RefusedError(Reason.INVALID_ITEM, f"{field}: required for {meta.action}")
    record = meta.entity_id if second else meta.id
    return Notification(
        company=_required(meta.company_id, "meta.company_id"),
        object=object_of(meta),
        record=_required(record or current.get("id") or previous.get("id"), "meta.entity_id"),
        action=action,
        at=at,
        current=current,
        previous=previous,
        whole=not second,
        user=_text(meta.user_id),
        bulk=is_bulk(meta),
        origin=_text(meta.change_source),
        correlation=_text(meta.correlation_id) or "",
        merged_from=_text(meta.merged_from_id or _absorbed(action, current, second)),
        merged_to=_text(meta.merged_to_id),
    )


def _absorbed(action: Action, current: dict[str, Any], second: bool) -> Any:
    """The record that the first form's merge names; a later change may still carry the field."""
    return current.get("merge_what_id") if action is Action.MERGED and not second else None


def _record(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _required(value: Any, field: str) -> str:
    text = _text(value)
    if text is None:
        raise RefusedError(Reason.INVALID_ITEM, f"{field}: required")
    return text


def _text(value: Any) -> str | None:
    """A short text, or None for what is empty; an id that is no scalar is none."""
    text = text_of(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if 0 < len(text) <= MAX_NAME else None
