"""A converted lead: the contact that goes on in its place, and the account and the opportunity made of it.

The parts are links from the lead's own update, so that a fold joins them without seeing the other records.
"""

from collections.abc import Iterator
from collections.abc import Mapping as MappingOf

from leadtrace.events.lead import LeadMerged
from leadtrace_ingest.senders.drafting import Drafting, Subject
from leadtrace_ingest.senders.item import Draft, Referred
from leadtrace_ingest.senders.mapping.compiled import Mapping
from leadtrace_ingest.senders.mapping.file import Entity
from leadtrace_ingest.senders.salesforce.record_id import long_id

LEAD, CONTACT, ACCOUNT, OPPORTUNITY = "Lead", "Contact", "Account", "Opportunity"
_CONVERTED = "IsConverted"
_PARTS = {
    CONTACT: ("ConvertedContactId", Entity.LEAD),
    ACCOUNT: ("ConvertedAccountId", Entity.ACCOUNT),
    OPPORTUNITY: ("ConvertedOpportunityId", Entity.DEAL),
}


def converted_drafts(
    drafting: Drafting, lead: Subject, mapping: Mapping, fields: MappingOf[str, str]
) -> Iterator[Draft]:
    """What binds a lead to what it was converted to, as far as the fields tell."""
    if lead.kind != LEAD or fields.get(_CONVERTED, "true").lower() != "true":
        return
    own = Referred(lead.kind, lead.external_id)
    for object_, (field, entity) in _PARTS.items():
        record, rules = long_id(fields.get(field, "")), mapping.objects.get(object_)
        if record is None or rules is None or rules.entity is not entity:
            continue
        part = Subject(object_, record)
        match entity:
            case Entity.LEAD:
                yield drafting.merge(part, LeadMerged, (own,), ".cm")
            case Entity.ACCOUNT:
                yield drafting.account_link(part, lead=own, suffix=".ca")
            case Entity.DEAL:
                yield drafting.deal_link(part, own, suffix=".cd")
