"""What befalls a record as a whole: deletion, return, changes of it that were missed."""

from leadtrace.events.account import AccountDeleted, AccountRestored, AccountStale
from leadtrace.events.deal import DealDeleted, DealRestored, DealStale
from leadtrace.events.lead import LeadDeleted, LeadRestored, LeadStale
from leadtrace_ingest.senders.drafting import Drafting, Subject
from leadtrace_ingest.senders.item import Draft
from leadtrace_ingest.senders.mapping.file import Entity

_DELETED = {Entity.LEAD: LeadDeleted, Entity.DEAL: DealDeleted, Entity.ACCOUNT: AccountDeleted}
_RESTORED = {Entity.LEAD: LeadRestored, Entity.DEAL: DealRestored, Entity.ACCOUNT: AccountRestored}
_STALE = {Entity.LEAD: LeadStale, Entity.DEAL: DealStale, Entity.ACCOUNT: AccountStale}


def deleted(drafting: Drafting, subject: Subject, entity: Entity, suffix: str = "") -> Draft:
    """The record was deleted."""
    return drafting.event(subject, _DELETED[entity](actor=drafting.actor), suffix)


def restored(drafting: Drafting, subject: Subject, entity: Entity, suffix: str = "") -> Draft:
    """The record was brought back."""
    return drafting.event(subject, _RESTORED[entity](actor=drafting.actor), suffix)


def stale(drafting: Drafting, subject: Subject, entity: Entity, change: str, suffix: str = "") -> Draft:
    """Changes of the record were missed."""
    return drafting.event(subject, _STALE[entity](change=change), suffix)
