"""What the fields of one record mean: those of the mapping, how a deal ended, and what a lead became."""

from collections.abc import Mapping as MappingOf

from leadtrace_ingest.senders.drafting import Drafting, IgnoredError, RefusedError, Subject
from leadtrace_ingest.senders.item import Draft
from leadtrace_ingest.senders.mapping.change import unsuffixed
from leadtrace_ingest.senders.mapping.compiled import Mapping
from leadtrace_ingest.senders.mapping.deal_change import DealChange
from leadtrace_ingest.senders.mapping.file import DealVerdict, FieldRule, Meaning
from leadtrace_ingest.senders.mapping.lead_change import LeadChange
from leadtrace_ingest.senders.mapping.record import AnyChange, change_of, take_field
from leadtrace_ingest.senders.mapping.values import name_of
from leadtrace_ingest.senders.salesforce.conversion import converted_drafts
from leadtrace_ingest.senders.salesforce.record_id import referred

ID = "Id"
_WON, _CLOSED = "IsWon", "IsClosed"
_FALSE = "false"
_REFERENCES = frozenset({Meaning.LINK, Meaning.OWNER})


def record_drafts(
    drafting: Drafting,
    subject: Subject,
    mapping: Mapping,
    fields: MappingOf[str, str],
    *,
    created: bool = False,
    asserted: bool = False,
) -> tuple[Draft, ...]:
    """The events of a record of which these fields are told; a field that says nothing is passed.

    `asserted` says that the record was read as it stands, and no change seen; it is a touch only if new.

    Raises:
        RefusedError: a field cannot be read, or a stage has no row in the mapping.
    """
    change = change_of(drafting, subject, mapping)
    rules = mapping.objects[subject.kind].fields
    ending = _ending(fields) if isinstance(change, DealChange) else None
    staged = False
    for field, text in fields.items():
        rule = rules.get(field)
        if field == ID or (created and _says_nothing(text, rule)):
            continue
        try:
            if isinstance(change, DealChange) and rule is not None and rule.means is Meaning.STAGE:
                staged = True
                _take_stage(change, name_of(field, rule.values.get(text, text)), ending)
            else:
                _take(change, mapping, subject.kind, field, text)
        except IgnoredError:
            continue
    if isinstance(change, DealChange) and not staged and ending in {DealVerdict.WON, DealVerdict.LOST}:
        change.conclude(ending, _WON if ending is DealVerdict.WON else _CLOSED)
    if asserted and not created and isinstance(change, LeadChange):
        change.touch.clear()
    own = change.drafts(created=created, asserted=asserted)
    return unsuffixed([*own, *converted_drafts(drafting, subject, mapping, fields)])


def _take(change: AnyChange, mapping: Mapping, kind: str, field: str, text: str) -> None:
    rule = mapping.objects[kind].fields.get(field)
    is_reference = field.endswith(ID) or (rule is not None and rule.means in _REFERENCES)
    take_field(change, mapping, kind, field, referred(text) if is_reference else text)


def _take_stage(change: DealChange, claimed: str, ending: DealVerdict | None) -> None:
    """The stage by the mapping; where the record says itself whether it ended, that holds.

    Raises:
        IgnoredError: the stage means nothing here.
        RefusedError: the mapping has no row for it, and the record does not say.
    """
    try:
        change.claim(claimed)
    except RefusedError:
        if ending is None:
            raise
        change.conclude(ending, claimed)
    if ending in {DealVerdict.WON, DealVerdict.LOST}:
        change.conclude(ending, claimed)


def _ending(fields: MappingOf[str, str]) -> DealVerdict | None:
    """How a deal stands by `IsWon` and `IsClosed`, which follow from its stage; None if they do not tell."""
    won, closed = fields.get(_WON, "").lower(), fields.get(_CLOSED, "").lower()
    if won == "true":
        return DealVerdict.WON
    if closed == "true" and won == _FALSE:
        return DealVerdict.LOST
    return DealVerdict.OPEN if closed == _FALSE else None


def _says_nothing(text: str, rule: FieldRule | None) -> bool:
    """Whether it says nothing of a new record: an empty field, a mark that it does not bear."""
    return not text or (rule is not None and rule.means is Meaning.FLAG and text.lower() == _FALSE)
