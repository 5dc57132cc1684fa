"""A change event as Change Data Capture tells it: what changed of which record, in which transaction."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

import msgspec

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import MAX_NAME, RefusedError, padded, shown
from leadtrace_ingest.senders.mapping.values import text_of
from leadtrace_ingest.senders.salesforce.fields import HEADER, Value, cleared, told, unwrapped, values_of
from leadtrace_ingest.senders.salesforce.record_id import NO_RECORD, long_id

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_NAME)]
Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]

# What a relay passes on that did not ask for the schema: bits instead of the names of fields.
_BITMAP = re.compile(r"(?:\d+-)?0x[0-9A-Fa-f]*")
_DIFF_START, _DIFF_HUNK = "--- ", "\n@@ "
_DIFF = ".diff"
_VALUE = re.compile(r" - at `\$\.?(?P<path>[^`]*)`")


class ChangeType(StrEnum):
    """What happened to a record; a gap is a change of which Salesforce tells no fields."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    UNDELETE = "UNDELETE"
    GAP_CREATE = "GAP_CREATE"
    GAP_UPDATE = "GAP_UPDATE"
    GAP_DELETE = "GAP_DELETE"
    GAP_UNDELETE = "GAP_UNDELETE"
    GAP_OVERFLOW = "GAP_OVERFLOW"


class Header(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """`ChangeEventHeader`; what is not listed here is not needed."""

    entity_name: Name
    change_type: Name
    transaction_key: Name
    sequence_number: Number
    record_ids: list[Any]
    commit_number: Number = 0
    commit_timestamp: Number | None = None
    commit_user: Name | None = None
    changed_fields: list[str] | None = None
    nulled_fields: list[str] | None = None
    diff_fields: list[str] | None = None

    @property
    def sequence(self) -> str:
        """The order of commits, and of changes within one."""
        return f"{padded(self.commit_number)}.{padded(self.sequence_number)}"


class ChangeEvent(msgspec.Struct, frozen=True, gc=False):
    """The change of one record.

    `fields` are what changed, empty where a field was cleared; `told` is all that the event says, enriched
    fields included. `unclear` says that something was cleared and the relay does not tell what.
    """

    header: Header
    record: str
    fields: Mapping[str, str]
    told: Mapping[str, str]
    unclear: bool = False


def read_header(payload: Mapping[str, Any]) -> Header:
    """The header of a change event.

    Raises:
        RefusedError: a field is missing or holds what it must not.
    """
    given = unwrapped(payload[HEADER])
    try:
        return msgspec.convert(
            {name: unwrapped(value) for name, value in given.items()} if isinstance(given, dict) else given,
            Header,
            strict=False,
        )
    except msgspec.ValidationError as error:
        raise RefusedError(Reason.INVALID_ITEM, _named(str(error))) from None


def record_of(header: Header, number: int) -> str:
    """The long id of the record that an item is about.

    Raises:
        RefusedError: there is none; an overflow or a change of whole tables names no record.
    """
    given = header.record_ids[number] if number < len(header.record_ids) else None
    record = long_id(given) if isinstance(given, str) else None
    if record is None or record == NO_RECORD:
        detail = f"recordIds: {shown(header.change_type)} of {shown(header.entity_name)} names no record"
        raise RefusedError(Reason.INVALID_ITEM, f"{detail}; import the records of this object anew")
    return record


def change_type(header: Header) -> ChangeType:
    """The type of a change.

    Raises:
        RefusedError: Salesforce documents none of this name.
    """
    try:
        return ChangeType(header.change_type)
    except ValueError:
        raise RefusedError(Reason.UNKNOWN_TYPE, f"changeType: {shown(header.change_type)}") from None


def read_change(header: Header, record: str, payload: Mapping[str, Any]) -> ChangeEvent:
    """The change of one record with the fields that it says have changed."""
    if header.change_type != ChangeType.UPDATE:
        everything = told(payload)
        return ChangeEvent(header, record, everything, everything)
    fields = {_field(one, header): text_of(one.value) for one in _changed(header, payload)}
    for path in header.nulled_fields or ():
        if not _BITMAP.fullmatch(path):
            fields.update(dict.fromkeys(cleared(path), ""))
    return ChangeEvent(header, record, fields, told(payload), unclear=_has_bitmap(header.nulled_fields))


def _changed(header: Header, payload: Mapping[str, Any]) -> list[Value]:
    """The fields of an update that changed: those named, or all that hold a value if none can be read."""
    names = header.changed_fields
    if not names or _has_bitmap(names):
        # Before lists of fields there were only the fields themselves, and null meant null.
        null_says_so = names is None and header.nulled_fields is None
        return [one for one in values_of(payload) if one.value is not None or null_says_so]
    changed = frozenset(names)
    return [
        one
        for one in values_of(payload)
        if (one.path in changed or one.whole in changed)
        and (one.value is not None or (header.nulled_fields is None and one.path == one.whole))
    ]


def _field(one: Value, header: Header) -> str:
    """The field's name; a difference of texts is no value of the field, so it gets a name of its own."""
    diffs = header.diff_fields or ()
    is_diff = one.path in diffs or one.whole in diffs
    if not is_diff and _has_bitmap(diffs) and isinstance(one.value, str):
        is_diff = one.value.startswith(_DIFF_START) and _DIFF_HUNK in one.value
    return one.field + _DIFF if is_diff else one.field


def _has_bitmap(names: Sequence[str] | None) -> bool:
    return any(_BITMAP.fullmatch(name) for name in names or ())


def _named(message: str) -> str:
    """The message of msgspec with the field first."""
    match = _VALUE.search(message)
    path = f"{HEADER}.{match['path']}" if match and match["path"] else HEADER
    return f"{path}: {message[: match.start()] if match else message}"
