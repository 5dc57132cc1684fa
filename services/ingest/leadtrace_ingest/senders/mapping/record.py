"""Changes of a record, whichever entity it is: the one entry for adapters."""

from collections.abc import Mapping as MappingOf

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import Drafting, IgnoredError, RefusedError, Subject
from leadtrace_ingest.senders.item import Draft
from leadtrace_ingest.senders.mapping.account_change import AccountChange
from leadtrace_ingest.senders.mapping.compiled import Mapping
from leadtrace_ingest.senders.mapping.deal_change import DealChange
from leadtrace_ingest.senders.mapping.file import Entity
from leadtrace_ingest.senders.mapping.lead_change import LeadChange

AnyChange = LeadChange | DealChange | AccountChange
_CHANGES: dict[Entity, type[AnyChange]] = {
    Entity.LEAD: LeadChange,
    Entity.DEAL: DealChange,
    Entity.ACCOUNT: AccountChange,
}


def change_of(drafting: Drafting, subject: Subject, mapping: Mapping) -> AnyChange:
    """An empty change of a record of the object `subject.kind`.

    Raises:
        RefusedError: the mapping does not know the object.
    """
    rules = mapping.objects.get(subject.kind)
    if rules is None:
        raise RefusedError(Reason.UNMAPPED_OBJECT, f"the mapping has no object {subject.kind!r}")
    return _CHANGES[rules.entity](drafting, subject, mapping)


def take_field(change: AnyChange, mapping: Mapping, kind: str, field: str, text: str) -> None:
    """Take one field, known to the mapping or not.

    Raises:
        IgnoredError: it says nothing.
        RefusedError: it cannot be read or has no row in the mapping.
    """
    rule = mapping.objects[kind].fields.get(field)
    if rule is None:
        change.keep(field, text)
    else:
        change.take(field, text, rule)


def record_drafts(
    drafting: Drafting,
    subject: Subject,
    mapping: Mapping,
    fields: MappingOf[str, str],
    *,
    created: bool = False,
    asserted: bool = False,
) -> tuple[Draft, ...]:
    """The events of a record of which several fields are told at once; a field that says nothing is passed.

    Raises:
        IgnoredError: nothing is told that is kept.
        RefusedError: a field cannot be read, or object or stage have no row in the mapping.
    """
    change = change_of(drafting, subject, mapping)
    for field, text in fields.items():
        if created and not text:
            continue
        try:
            take_field(change, mapping, subject.kind, field, text)
        except IgnoredError:
            continue
    drafts = change.drafts(created=created, asserted=asserted)
    if not drafts:
        raise IgnoredError(Reason.NOTHING_KEPT)
    return drafts
