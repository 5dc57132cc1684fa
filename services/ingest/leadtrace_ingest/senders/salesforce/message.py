"""What a notification of an Outbound Message means: a record as it stood when Salesforce sent it.

It is no change that was seen, so its claims are asserted and it records no touch; what a record that holds
nothing says is that it was deleted before, which is nothing to keep.
"""

from collections.abc import Mapping as MappingOf
from datetime import datetime

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import Drafting, IgnoredError, RefusedError, Subject
from leadtrace_ingest.senders.mapping.compiled import Mapping
from leadtrace_ingest.senders.salesforce.envelope import Notification
from leadtrace_ingest.senders.salesforce.fields import part_name
from leadtrace_ingest.senders.salesforce.life import deleted
from leadtrace_ingest.senders.salesforce.record import ID, record_drafts
from leadtrace_ingest.senders.salesforce.record_id import long_id, referred
from leadtrace_ingest.senders.salesforce.relation import RELATIONS, Told, on_relation
from leadtrace_ingest.senders.salesforce.report import on_report
from leadtrace_ingest.senders.salesforce.times import moment_of

_MODIFIED = ("LastModifiedDate", "SystemModstamp")
_CREATED, _MODIFIED_BY, _DELETED = "CreatedDate", "LastModifiedById", "IsDeleted"


def on_notification(notification: Notification, received_at: datetime, mapping: Mapping) -> Told:
    """The events of a notification.

    Raises:
        IgnoredError: the record holds nothing, or its object means nothing here.
        RefusedError: a field is missing or cannot be read, or a stage has no row in the mapping.
    """
    fields = {
        part_name(*name.split(".", 1)) if "." in name else name: text
        for name, text in notification.fields.items()
    }
    if not any(text.strip() for name, text in fields.items() if name != ID):
        raise IgnoredError(Reason.NOTHING_KEPT)
    record = long_id(fields.get(ID, ""))
    if record is None or not notification.object:
        missing = "xsi:type" if record else ID
        raise RefusedError(Reason.INVALID_ITEM, f"sObject.{missing}: required")
    at = _modified(fields, received_at)
    drafting = Drafting(at, "", referred(fields.get(_MODIFIED_BY, "")) or None)
    return _told(drafting, Subject(notification.object, record), mapping, fields)


def _told(drafting: Drafting, subject: Subject, mapping: Mapping, fields: MappingOf[str, str]) -> Told:
    if subject.kind in RELATIONS:
        return on_relation(drafting, subject, mapping, fields)
    rules = mapping.objects.get(subject.kind)
    if rules is None:
        raise IgnoredError(Reason.OBJECT_IGNORED)
    if rules.record is not None:
        return Told(on_report(drafting, subject.kind, mapping, fields, fields))
    if fields.get(_DELETED, "").lower() == "true":
        return Told((deleted(drafting, subject, rules.entity),))
    drafts = record_drafts(
        drafting, subject, mapping, fields, created=_is_new(fields, drafting.time), asserted=True
    )
    if not drafts:
        raise IgnoredError(Reason.NOTHING_KEPT)
    return Told(drafts)


def _modified(fields: MappingOf[str, str], received_at: datetime) -> datetime:
    """When the record came to stand as it does: its last change, else the receipt."""
    for name in _MODIFIED:
        if fields.get(name, "").strip():
            return moment_of(name, fields[name])
    return received_at


def _is_new(fields: MappingOf[str, str], modified: datetime) -> bool:
    """Whether nothing changed the record since it was made, as far as it tells."""
    created = fields.get(_CREATED, "")
    return bool(created.strip()) and moment_of(_CREATED, created) == modified
