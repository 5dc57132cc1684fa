"""What Mautic's events about companies mean: saved, deleted, with or without a contact."""

from leadtrace.events.account import AccountDeleted
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import Drafting, RefusedError, Subject
from leadtrace_ingest.senders.item import Referred
from leadtrace_ingest.senders.mapping.compiled import Mapping
from leadtrace_ingest.senders.mapping.record import record_drafts
from leadtrace_ingest.senders.mautic.contact import Drafts, contact, required_id
from leadtrace_ingest.senders.mautic.decode import Event, contact_of, part_of
from leadtrace_ingest.senders.mautic.fields import told_fields

COMPANY = "company"


def on_company_saved(event: Event, drafting: Drafting, mapping: Mapping) -> Drafts:
    """The company was made or changed; only the first has never been modified."""
    record = part_of(event, COMPANY)
    subject = Subject(COMPANY, required_id(record, COMPANY))
    rules = mapping.objects.get(COMPANY)
    fields = told_fields(record, rules.fields if rules else {})
    created = "dateModified" in record and not record["dateModified"]
    return record_drafts(drafting, subject, mapping, fields, created=created, asserted=True)


def on_company_deleted(event: Event, drafting: Drafting, mapping: Mapping) -> Drafts:
    """The company was deleted; its id stands beside it."""
    del mapping
    subject = Subject(COMPANY, required_id(event, COMPANY))
    return (drafting.event(subject, AccountDeleted(actor=drafting.actor)),)


def on_company_change(event: Event, drafting: Drafting, mapping: Mapping) -> Drafts:
    """A contact came to a company or left it."""
    del mapping
    added = event.get("added")
    if not isinstance(added, bool):
        raise RefusedError(Reason.INVALID_ITEM, "added: must be true or false")
    who = contact(contact_of(event))
    company = Subject(COMPANY, required_id(part_of(event, COMPANY), COMPANY))
    other = Referred(who.kind, who.external_id)
    return (drafting.account_link(company, lead=other, removed=not added),)
