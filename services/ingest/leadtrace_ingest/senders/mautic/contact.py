"""What Mautic's events about contacts mean: known, changed, scored, unsubscribed, deleted."""

from leadtrace.events.lead import Flag, LeadDeleted, LeadFlagged, LeadUpdated
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import MAX_NAME, Drafting, RefusedError, Subject
from leadtrace_ingest.senders.item import Draft
from leadtrace_ingest.senders.mapping.compiled import Mapping
from leadtrace_ingest.senders.mapping.record import record_drafts
from leadtrace_ingest.senders.mapping.values import name_of, text_of
from leadtrace_ingest.senders.mautic.decode import Event, contact_of, id_of, part_of
from leadtrace_ingest.senders.mautic.fields import told_fields

CONTACT = "contact"
_EMAIL = "email"
_CONTACTABLE, _UNSUBSCRIBED = "contactable", "unsubscribed"
_POINTS = "points"

Drafts = tuple[Draft, ...]


def on_identified(event: Event, drafting: Drafting, mapping: Mapping) -> Drafts:
    """A visitor became known, or somebody entered a contact."""
    return _saved(event, drafting, mapping, created=True)


def on_updated(event: Event, drafting: Drafting, mapping: Mapping) -> Drafts:
    """Something of the contact changed; Mautic tells all of it as it stands, and not what."""
    return _saved(event, drafting, mapping, created=False)


def on_points(event: Event, drafting: Drafting, mapping: Mapping) -> Drafts:
    """Mautic counts points of its own: kept as a property, if the mapping says so."""
    points = text_of(part_of(event, _POINTS).get("new_points"))
    if not points:
        raise RefusedError(Reason.INVALID_ITEM, "points.new_points: required")
    return record_drafts(drafting, contact(contact_of(event)), mapping, {_POINTS: points})


def on_subscription(event: Event, drafting: Drafting, mapping: Mapping) -> Drafts:
    """A channel may or may not be used any more to reach the contact."""
    del mapping
    subject = contact(contact_of(event))
    channel = name_of("channel", text_of(event.get("channel")))
    status = name_of("new_status", text_of(event.get("new_status")))
    updated = LeadUpdated(properties={f"{channel}_subscription": status}, **drafting.circumstances)
    drafts = [drafting.event(subject, updated)]
    if channel == _EMAIL:
        flagged = LeadFlagged(Flag.DO_NOT_CONTACT, status == _CONTACTABLE, drafting.actor)
        drafts.append(drafting.event(subject, flagged, ".f"))
    if status == _UNSUBSCRIBED:
        drafts.append(drafting.event(subject, TouchpointRecorded(signal="unsubscribe"), ".t"))
    return tuple(drafts)


def on_deleted(event: Event, drafting: Drafting, mapping: Mapping) -> Drafts:
    """The contact was deleted; its id stands beside it, since the record has none any more."""
    del mapping
    return (drafting.event(contact(event), LeadDeleted(actor=drafting.actor)),)


def contact(record: Event) -> Subject:
    """The contact of a record.

    Raises:
        RefusedError: it has no id.
    """
    return Subject(CONTACT, required_id(record, CONTACT))


def required_id(record: Event, name: str) -> str:
    """A record's id.

    Raises:
        RefusedError: it has none, or one too long.
    """
    found = id_of(record).strip()
    if not 0 < len(found) <= MAX_NAME:
        raise RefusedError(Reason.INVALID_ITEM, f"{name}.id: required")
    return found


def _saved(event: Event, drafting: Drafting, mapping: Mapping, *, created: bool) -> Drafts:
    record = contact_of(event)
    subject = contact(record)
    rules = mapping.objects.get(CONTACT)
    fields = told_fields(record, rules.fields if rules else {})
    return record_drafts(drafting, subject, mapping, fields, created=created, asserted=True)
