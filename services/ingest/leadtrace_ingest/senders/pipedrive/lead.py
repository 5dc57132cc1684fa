"""What notifications about Pipedrive's own leads mean: an inquiry of a person, not another person.

Their events are the person's, so that somebody with three inquiries is one lead. Only a lead of which no
person is known yet is a record of its own; once the person is, that record is merged into it.
"""

from leadtrace.events.lead import LeadDeleted, LeadMerged
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import Drafting, IgnoredError, Subject
from leadtrace_ingest.senders.item import Draft, Referred
from leadtrace_ingest.senders.mapping.compiled import Mapping
from leadtrace_ingest.senders.mapping.file import Entity
from leadtrace_ingest.senders.mapping.lead_change import LeadChange
from leadtrace_ingest.senders.mapping.values import name_of
from leadtrace_ingest.senders.pipedrive.decode import Action, Notification
from leadtrace_ingest.senders.pipedrive.fields import text_in
from leadtrace_ingest.senders.pipedrive.moments import own_moment
from leadtrace_ingest.senders.pipedrive.record import ADDED, told_fields
from leadtrace_ingest.senders.pipedrive.take import take_fields

PERSON, LEAD = "person", "lead"
_PERSON_ID = "person_id"


def lead_drafts(notification: Notification, drafting: Drafting, mapping: Mapping) -> list[Draft]:
    """The events of a lead that was made or changed.

    Raises:
        RefusedError: a field cannot be read or has no row in the mapping.
    """
    created = notification.action is Action.CREATED
    now, before = told_fields(notification)
    if created:
        drafting = drafting.at(own_moment(notification, (ADDED,), drafting.time))
    own = Subject(LEAD, notification.record)
    subject = person_of(text_in(notification.current, _PERSON_ID), mapping) or own
    change = LeadChange(drafting, subject, mapping)
    # An inquiry that goes to another organisation moves nobody: the person's own record tells of that.
    undone = before if subject == own else {}
    take_fields(change, mapping, LEAD, now, undone, created=created)
    drafts = list(change.drafts(created=created))
    if subject != own and not created and _PERSON_ID in now and not before.get(_PERSON_ID):
        drafts.append(drafting.merge(subject, LeadMerged, [Referred(LEAD, own.external_id)], ".m"))
    return drafts


def lead_deletion(notification: Notification, drafting: Drafting, mapping: Mapping) -> list[Draft]:
    """A lead without a person is deleted; a person whose inquiry is put away is not.

    Raises:
        IgnoredError: the person stays.
    """
    if person_of(text_in(notification.previous, _PERSON_ID), mapping):
        raise IgnoredError(Reason.NOTHING_KEPT)
    return [drafting.event(Subject(LEAD, notification.record), LeadDeleted(actor=drafting.actor))]


def person_of(person: str, mapping: Mapping) -> Subject | None:
    """The person with this id, as the mapping takes persons for leads.

    Raises:
        RefusedError: that is no id.
    """
    rules = mapping.objects.get(PERSON)
    if not person.strip() or rules is None or rules.entity is not Entity.LEAD:
        return None
    return Subject(PERSON, name_of(_PERSON_ID, person))
