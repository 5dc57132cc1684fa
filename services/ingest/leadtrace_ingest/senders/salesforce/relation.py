"""Records that stand between others: a role in a deal, a part in a campaign, what was done with whom."""

from collections.abc import Callable, Collection
from collections.abc import Mapping as MappingOf

import msgspec

from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import Drafting, IgnoredError, Subject
from leadtrace_ingest.senders.item import Draft, Referred
from leadtrace_ingest.senders.mapping.compiled import Mapping
from leadtrace_ingest.senders.mapping.file import Entity
from leadtrace_ingest.senders.mapping.values import name_of
from leadtrace_ingest.senders.salesforce.activity import EVENT, TASK, on_activity
from leadtrace_ingest.senders.salesforce.conversion import CONTACT, LEAD, OPPORTUNITY
from leadtrace_ingest.senders.salesforce.record_id import long_id, referred

_RESPONDED = "HasResponded"

_LINKED = {
    OPPORTUNITY: ("OpportunityId", Entity.DEAL),
    CONTACT: ("ContactId", Entity.LEAD),
    LEAD: ("LeadId", Entity.LEAD),
}


class Told(msgspec.Struct, frozen=True, gc=False):
    """The events of an item; `key` where they are the same whichever item tells of them."""

    drafts: tuple[Draft, ...]
    key: tuple[str, str, bool] | None = None


def on_relation(
    drafting: Drafting,
    subject: Subject,
    mapping: Mapping,
    fields: MappingOf[str, str],
    changed: Collection[str] | None = None,
) -> Told:
    """The events of a record of one of `RELATIONS`; `changed` names an update's fields, None is all of them.

    Raises:
        IgnoredError: nothing is told that is kept, or the fields do not name both ends.
        RefusedError: a field cannot be read.
    """
    return _HANDLED[subject.kind](drafting, subject, mapping, fields, changed)


def _on_contact_role(
    drafting: Drafting,
    _: Subject,
    mapping: Mapping,
    fields: MappingOf[str, str],
    __: Collection[str] | None,
) -> Told:
    """A contact belongs to the buying group of an opportunity."""
    deal, contact = _linked(OPPORTUNITY, mapping, fields), _linked(CONTACT, mapping, fields)
    if deal is None or contact is None:
        raise IgnoredError(Reason.NOTHING_KEPT)
    role = name_of("Role", fields["Role"]) if fields.get("Role", "").strip() else None
    primary = fields.get("IsPrimary", "").lower() == "true"
    lead = Referred(CONTACT, contact.external_id)
    return Told((drafting.deal_link(deal, lead, role=role, primary=primary),))


def _on_campaign_member(
    drafting: Drafting,
    member: Subject,
    mapping: Mapping,
    fields: MappingOf[str, str],
    changed: Collection[str] | None,
) -> Told:
    """A lead or a contact responded to a campaign; who was only put on its list did nothing yet."""
    person = _linked(CONTACT, mapping, fields) or _linked(LEAD, mapping, fields)
    campaign = fields.get("CampaignId", "").strip()
    responded = fields.get(_RESPONDED, "").lower() == "true" and (changed is None or _RESPONDED in changed)
    if person is None or not campaign or not responded:
        raise IgnoredError(Reason.NOTHING_KEPT)
    touch = TouchpointRecorded(campaign=name_of("CampaignId", referred(campaign)))
    return Told((drafting.event(person, touch),), (member.kind, member.external_id, True))


def _on_activity(
    drafting: Drafting,
    subject: Subject,
    mapping: Mapping,
    fields: MappingOf[str, str],
    changed: Collection[str] | None,
) -> Told:
    activity = on_activity(drafting, subject, mapping, fields, changed)
    return Told((activity.draft,), activity.key)


def _linked(object_: str, mapping: Mapping, fields: MappingOf[str, str]) -> Subject | None:
    field, entity = _LINKED[object_]
    record, rules = long_id(fields.get(field, "")), mapping.objects.get(object_)
    return Subject(object_, record) if record and rules and rules.entity is entity else None


_HANDLED: dict[str, Callable[..., Told]] = {
    "OpportunityContactRole": _on_contact_role,
    "CampaignMember": _on_campaign_member,
    TASK: _on_activity,
    EVENT: _on_activity,
}
RELATIONS = frozenset(_HANDLED)
