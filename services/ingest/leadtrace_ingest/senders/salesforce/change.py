"""What the change of one record means, by its type and by what its object is here."""

from collections.abc import Sequence

import msgspec

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import Drafting, IgnoredError, Subject
from leadtrace_ingest.senders.item import Draft
from leadtrace_ingest.senders.mapping.change import unsuffixed
from leadtrace_ingest.senders.mapping.compiled import Mapping
from leadtrace_ingest.senders.mapping.file import Entity
from leadtrace_ingest.senders.salesforce.change_event import ChangeEvent, ChangeType
from leadtrace_ingest.senders.salesforce.life import deleted, restored, stale
from leadtrace_ingest.senders.salesforce.record import record_drafts
from leadtrace_ingest.senders.salesforce.relation import RELATIONS, Told, on_relation
from leadtrace_ingest.senders.salesforce.report import on_report

# The only ones that bring fields; the others hold ids alone.
_WITH_FIELDS = frozenset({ChangeType.CREATE, ChangeType.UPDATE, ChangeType.UNDELETE})


def on_change(event: ChangeEvent, kind: ChangeType, drafting: Drafting, mapping: Mapping) -> Told:
    """The events of a change.

    Raises:
        IgnoredError: nothing is told that is kept.
        RefusedError: a field cannot be read, or a stage has no row in the mapping.
    """
    object_ = event.header.entity_name
    subject = Subject(object_, event.record)
    if object_ in RELATIONS:
        if kind not in _WITH_FIELDS:
            raise IgnoredError(Reason.NOTHING_KEPT)
        changed = event.fields.keys() if kind is ChangeType.UPDATE else None
        return on_relation(drafting, subject, mapping, event.told, changed)
    rules = mapping.objects.get(object_)
    if rules is None:
        raise IgnoredError(Reason.OBJECT_IGNORED)
    if rules.record is not None:
        if kind not in _WITH_FIELDS:
            raise IgnoredError(Reason.NOTHING_KEPT)
        return Told(on_report(drafting, object_, mapping, event.fields, event.told))
    drafts = _on_record(event, kind, drafting, subject, mapping)
    if not drafts:
        raise IgnoredError(Reason.NOTHING_KEPT)
    return Told(unsuffixed([*drafts]))


def _on_record(
    event: ChangeEvent, kind: ChangeType, drafting: Drafting, subject: Subject, mapping: Mapping
) -> Sequence[Draft]:
    entity = mapping.objects[subject.kind].entity
    match kind:
        case ChangeType.CREATE:
            return record_drafts(drafting, subject, mapping, event.fields, created=True)
        case ChangeType.UPDATE:
            return _on_update(event, drafting, subject, mapping, entity)
        case ChangeType.DELETE:
            return [deleted(drafting, subject, entity)]
        case ChangeType.UNDELETE:
            as_it_stands = record_drafts(drafting, subject, mapping, event.fields, asserted=True)
            again = [msgspec.structs.replace(one, suffix=f".r{one.suffix}") for one in as_it_stands]
            return [restored(drafting, subject, entity), *again]
        case _:
            return _on_gap(kind, drafting, subject, entity)


def _on_update(
    event: ChangeEvent, drafting: Drafting, subject: Subject, mapping: Mapping, entity: Entity
) -> Sequence[Draft]:
    drafts = record_drafts(drafting, subject, mapping, event.fields)
    if not event.unclear:
        return drafts
    return [*drafts, stale(drafting, subject, entity, ChangeType.UPDATE, ".x")]


def _on_gap(kind: ChangeType, drafting: Drafting, subject: Subject, entity: Entity) -> Sequence[Draft]:
    """Something is not known any more; that the record is gone or back, though, is."""
    missed = stale(drafting, subject, entity, kind)
    match kind:
        case ChangeType.GAP_DELETE:
            return [missed, deleted(drafting, subject, entity, ".d")]
        case ChangeType.GAP_UNDELETE:
            return [missed, restored(drafting, subject, entity, ".r")]
        case _:
            return [missed]
