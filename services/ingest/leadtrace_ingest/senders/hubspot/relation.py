"""What HubSpot's items about several records mean: merges and associations."""

from leadtrace.events.account import AccountMerged
from leadtrace.events.deal import DealMerged
from leadtrace.events.lead import LeadMerged
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import Drafting, IgnoredError, RefusedError, Subject
from leadtrace_ingest.senders.hubspot.decode import HubSpotItem
from leadtrace_ingest.senders.hubspot.objects import KNOWN, associated
from leadtrace_ingest.senders.item import Draft, Referred
from leadtrace_ingest.senders.mapping.compiled import Mapping
from leadtrace_ingest.senders.mapping.file import Entity

_MERGED: dict[Entity, type[LeadMerged | DealMerged | AccountMerged]] = {
    Entity.LEAD: LeadMerged,
    Entity.DEAL: DealMerged,
    Entity.ACCOUNT: AccountMerged,
}


def on_merge(item: HubSpotItem, kind: str, drafting: Drafting, mapping: Mapping) -> tuple[Draft, ...]:
    """Records were merged: HubSpot may go on with one of them or with a new one."""
    if item.primary_object_id is None or not item.merged_object_ids:
        missing = "primaryObjectId" if item.primary_object_id is None else "mergedObjectIds"
        raise RefusedError(Reason.INVALID_ITEM, f"{missing}: required for {item.type}")
    survivor = item.new_object_id if item.new_object_id is not None else item.primary_object_id
    absorbed = sorted({item.primary_object_id, *item.merged_object_ids} - {survivor})
    if not absorbed:
        raise IgnoredError(Reason.NOTHING_KEPT)
    data = _MERGED[mapping.objects[kind].entity]
    refers = [Referred(kind, str(one)) for one in absorbed]
    return (drafting.merge(Subject(kind, str(survivor)), data, refers),)


def on_association_change(item: HubSpotItem, drafting: Drafting, mapping: Mapping) -> tuple[Draft, ...]:
    """Two records were linked or unlinked, told from either side."""
    if item.from_object_id is None or item.to_object_id is None:
        missing = "fromObjectId" if item.from_object_id is None else "toObjectId"
        raise RefusedError(Reason.INVALID_ITEM, f"{missing}: required for {item.type}")
    ids = (item.from_object_id, item.to_object_id)
    ends: dict[Entity, Subject] = {}
    for kind, object_id in zip(associated(item), ids, strict=True):
        rules = mapping.objects.get(kind)
        if rules is None:
            reason = Reason.OBJECT_IGNORED if kind in KNOWN else Reason.UNSUPPORTED_ASSOCIATION
            raise IgnoredError(reason)
        ends[rules.entity] = Subject(kind, str(object_id))
    return (_link(item, ends, drafting),)


def _link(item: HubSpotItem, ends: dict[Entity, Subject], drafting: Drafting) -> Draft:
    removed, primary = bool(item.association_removed), bool(item.is_primary_association)
    match ends:
        case {Entity.DEAL: deal, Entity.LEAD: lead}:
            return drafting.deal_link(deal, _referred(lead), removed=removed, primary=primary)
        case {Entity.ACCOUNT: account, Entity.LEAD: lead}:
            return drafting.account_link(account, lead=_referred(lead), removed=removed, primary=primary)
        case {Entity.ACCOUNT: account, Entity.DEAL: deal}:
            return drafting.account_link(account, deal=_referred(deal), removed=removed, primary=primary)
        case _:
            raise IgnoredError(Reason.UNSUPPORTED_ASSOCIATION)


def _referred(subject: Subject) -> Referred:
    return Referred(subject.kind, subject.external_id)
