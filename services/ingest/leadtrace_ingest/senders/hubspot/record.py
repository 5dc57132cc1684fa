"""What HubSpot's items about one record mean: creation, change of a property, deletion, return, erasure."""

from leadtrace.events.account import AccountDeleted, AccountRestored, AccountUpdated
from leadtrace.events.deal import DealCreated, DealDeleted, DealRestored
from leadtrace.events.lead import LeadCaptured, LeadDeleted, LeadErased, LeadRestored
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import Drafting, IgnoredError, RefusedError, Subject
from leadtrace_ingest.senders.hubspot.decode import HubSpotItem
from leadtrace_ingest.senders.item import Draft
from leadtrace_ingest.senders.mapping.compiled import Mapping
from leadtrace_ingest.senders.mapping.file import Entity
from leadtrace_ingest.senders.mapping.record import change_of, take_field

Drafts = tuple[Draft, ...]
_CREATED = {
    Entity.LEAD: LeadCaptured(),
    Entity.DEAL: DealCreated(),
    Entity.ACCOUNT: AccountUpdated(created=True),
}
_DELETED = {Entity.LEAD: LeadDeleted, Entity.DEAL: DealDeleted, Entity.ACCOUNT: AccountDeleted}
_RESTORED = {Entity.LEAD: LeadRestored, Entity.DEAL: DealRestored, Entity.ACCOUNT: AccountRestored}


def on_creation(item: HubSpotItem, kind: str, drafting: Drafting, mapping: Mapping) -> Drafts:
    """The record became known."""
    return (drafting.event(subject_of(item, kind), _CREATED[mapping.objects[kind].entity]),)


def on_deletion(item: HubSpotItem, kind: str, drafting: Drafting, mapping: Mapping) -> Drafts:
    """The record was deleted in the CRM."""
    data = _DELETED[mapping.objects[kind].entity](actor=drafting.actor)
    return (drafting.event(subject_of(item, kind), data),)


def on_restore(item: HubSpotItem, kind: str, drafting: Drafting, mapping: Mapping) -> Drafts:
    """The record was brought back."""
    data = _RESTORED[mapping.objects[kind].entity](actor=drafting.actor)
    return (drafting.event(subject_of(item, kind), data),)


def on_privacy_deletion(item: HubSpotItem, kind: str, drafting: Drafting, mapping: Mapping) -> Drafts:
    """A person asked to be forgotten; HubSpot posts a deletion beside it, in either order."""
    if mapping.objects[kind].entity is not Entity.LEAD:
        raise RefusedError(Reason.INVALID_ITEM, "subscriptionType: only a person's data are erased")
    return (drafting.event(subject_of(item, kind), LeadErased(request=item.type, actor=drafting.actor)),)


def on_property_change(item: HubSpotItem, kind: str, drafting: Drafting, mapping: Mapping) -> Drafts:
    """One property changed; what it means is in the mapping file."""
    if not item.property_name:
        raise RefusedError(Reason.INVALID_ITEM, f"propertyName: required for {item.type}")
    change = change_of(drafting, subject_of(item, kind), mapping)
    take_field(change, mapping, kind, item.property_name, item.property_value or "")
    drafts = change.drafts()
    if not drafts:
        raise IgnoredError(Reason.NOTHING_KEPT)
    return drafts


def subject_of(item: HubSpotItem, kind: str) -> Subject:
    """The record that the item is about.

    Raises:
        RefusedError: the item does not say.
    """
    if item.object_id is None:
        raise RefusedError(Reason.INVALID_ITEM, f"objectId: required for {item.type}")
    return Subject(kind, str(item.object_id))
