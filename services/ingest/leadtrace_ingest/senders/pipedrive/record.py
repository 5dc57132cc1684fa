"""What notifications about persons and organizations mean: made, changed, deleted, brought back, merged."""

from leadtrace.events.account import AccountDeleted, AccountMerged, AccountRestored
from leadtrace.events.deal import DealDeleted, DealMerged, DealRestored
from leadtrace.events.lead import LeadDeleted, LeadMerged, LeadRestored
from leadtrace_ingest.senders.drafting import Drafting, Subject
from leadtrace_ingest.senders.item import Draft, Referred
from leadtrace_ingest.senders.mapping.compiled import Mapping
from leadtrace_ingest.senders.mapping.file import Entity
from leadtrace_ingest.senders.mapping.record import change_of
from leadtrace_ingest.senders.pipedrive.decode import Action, Notification
from leadtrace_ingest.senders.pipedrive.fields import all_fields, changed_fields, text_in
from leadtrace_ingest.senders.pipedrive.moments import own_moment
from leadtrace_ingest.senders.pipedrive.take import take_fields

ADDED = "add_time"
_DELETED = {Entity.LEAD: LeadDeleted, Entity.DEAL: DealDeleted, Entity.ACCOUNT: AccountDeleted}
_RESTORED = {Entity.LEAD: LeadRestored, Entity.DEAL: DealRestored, Entity.ACCOUNT: AccountRestored}
_MERGED: dict[Entity, type[LeadMerged | DealMerged | AccountMerged]] = {
    Entity.LEAD: LeadMerged,
    Entity.DEAL: DealMerged,
    Entity.ACCOUNT: AccountMerged,
}
# How the versions say that a record is deleted, each with the text that says so.
_GONE = {"is_deleted": "true", "deleted": "true", "active_flag": "false", "status": "deleted"}


def record_drafts(notification: Notification, drafting: Drafting, mapping: Mapping) -> list[Draft]:
    """The events of a person or an organization.

    Raises:
        RefusedError: a field cannot be read or has no row in the mapping.
    """
    subject = Subject(notification.object, notification.record)
    created = notification.action is Action.CREATED
    now, before = told_fields(notification)
    if created:
        drafting = drafting.at(own_moment(notification, (ADDED,), drafting.time))
    change = change_of(drafting, subject, mapping)
    take_fields(change, mapping, notification.object, now, before, created=created)
    drafts = list(change.drafts(created=created))
    return drafts + life_drafts(notification, subject, drafting, mapping, (now, before))


def told_fields(notification: Notification) -> tuple[dict[str, str], dict[str, str]]:
    """The fields that a notification tells, now and before: all of a new record, else what changed."""
    if notification.action is Action.CREATED:
        return all_fields(notification.current), {}
    if notification.action is Action.MERGED and text_in(notification.previous, "id") != notification.record:
        # Version 1 gives the absorbed record, not the survivor, as the previous state of a merged one.
        filled = all_fields(notification.current)
        return {name: text for name, text in filled.items() if text}, {}
    return changed_fields(notification)


def life_drafts(
    notification: Notification,
    subject: Subject,
    drafting: Drafting,
    mapping: Mapping,
    told: tuple[dict[str, str], dict[str, str]],
) -> list[Draft]:
    """Deleted or brought back by a change, and merged with another record."""
    now, before = told
    entity = mapping.objects[subject.kind].entity
    drafts = []
    changed = [name for name in _GONE if name in now and name in before]
    gone, was_gone = (any(side[name] == _GONE[name] for name in changed) for side in (now, before))
    if gone != was_gone:
        data = (_DELETED if gone else _RESTORED)[entity](actor=drafting.actor)
        drafts.append(drafting.event(subject, data, ".x"))
    absorbed = notification.merged_from
    if absorbed and absorbed != subject.external_id:
        drafts.append(merge_draft(subject, absorbed, drafting, mapping))
    return drafts


def deletion_drafts(notification: Notification, drafting: Drafting, mapping: Mapping) -> list[Draft]:
    """The record was deleted, or absorbed by another one that goes on."""
    subject = Subject(notification.object, notification.record)
    survivor = notification.merged_to
    if survivor and survivor != subject.external_id:
        return [merge_draft(Subject(subject.kind, survivor), subject.external_id, drafting, mapping)]
    data = _DELETED[mapping.objects[subject.kind].entity](actor=drafting.actor)
    return [drafting.event(subject, data)]


def merge_draft(survivor: Subject, absorbed: str, drafting: Drafting, mapping: Mapping) -> Draft:
    """Another record of the same object was merged into this one."""
    data = _MERGED[mapping.objects[survivor.kind].entity]
    return drafting.merge(survivor, data, [Referred(survivor.kind, absorbed)], ".m")
