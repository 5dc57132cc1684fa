"""Events and objects of an organisation's own making that tell of a record of another object.

The mapping's `record` says which of their fields holds that record's id.
"""

from collections.abc import Mapping as MappingOf

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import Drafting, IgnoredError, RefusedError, Subject, shown
from leadtrace_ingest.senders.item import Draft
from leadtrace_ingest.senders.mapping.compiled import Mapping
from leadtrace_ingest.senders.mapping.file import Meaning
from leadtrace_ingest.senders.mapping.record import change_of
from leadtrace_ingest.senders.salesforce.record_id import long_id, referred

CREATED_AT, CREATED_BY = "CreatedDate", "CreatedById"
_ENVELOPE = frozenset({CREATED_AT, CREATED_BY, "EventUuid", "ReplayId"})
_REFERENCES = frozenset({Meaning.LINK, Meaning.OWNER})


def on_report(
    drafting: Drafting,
    name: str,
    mapping: Mapping,
    fields: MappingOf[str, str],
    told: MappingOf[str, str],
) -> tuple[Draft, ...]:
    """What `fields` tell of the record that is named in `told`.

    Raises:
        IgnoredError: nothing is told that is kept.
        RefusedError: the mapping says not of which record, or the field holds none.
    """
    rules = mapping.objects.get(name)
    if rules is None or rules.record is None:
        detail = f"the mapping has no object {shown(name)} with a `record`"
        raise RefusedError(Reason.UNMAPPED_OBJECT, detail)
    record = long_id(told.get(rules.record.field, ""))
    if record is None:
        raise RefusedError(Reason.INVALID_ITEM, f"{rules.record.field}: must hold the id of a record")
    change = change_of(drafting, Subject(rules.record.of, record), mapping)
    for field, text in fields.items():
        rule = rules.fields.get(field)
        if field == rules.record.field or field in _ENVELOPE:
            continue
        try:
            if rule is None:
                change.keep(field, text)
            else:
                change.take(field, referred(text) if rule.means in _REFERENCES else text, rule)
        except IgnoredError:
            continue
    drafts = change.drafts()
    if not drafts:
        raise IgnoredError(Reason.NOTHING_KEPT)
    return drafts
