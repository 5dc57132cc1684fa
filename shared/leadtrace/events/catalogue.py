"""Which event types there are, what their data looks like and which topic they travel on.

`code` is the small number that folds and stored facts use for a type; it is never reused.
"""

from dataclasses import dataclass
from enum import IntEnum

import msgspec

from leadtrace.events import (
    account,
    activity,
    binding,
    correction,
    deal,
    definition,
    handover,
    lead,
    spend,
    touchpoint,
)
from leadtrace.events.envelope import TYPE_PREFIX
from leadtrace.events.topics import Topic


class Code(IntEnum):
    """Stable numbers of the event types; 0 stands for a type that this version does not know."""

    UNKNOWN = 0
    LEAD_CAPTURED = 1
    LEAD_UPDATED = 2
    LEAD_STAGE_CHANGED = 3
    LEAD_OWNER_CHANGED = 4
    LEAD_DELETED = 5
    LEAD_RESTORED = 6
    LEAD_STALE = 7
    LEAD_MERGED = 8
    LEAD_SPLIT = 9
    LEAD_ERASED = 10
    LEAD_FLAGGED = 11
    LEAD_REBOUND = 12
    LEAD_WATCHED = 13
    TOUCHPOINT_RECORDED = 20
    ACTIVITY_RECORDED = 21
    HANDOVER_OFFERED = 30
    HANDOVER_ACCEPTED = 31
    HANDOVER_REJECTED = 32
    HANDOVER_RETURNED = 33
    DEAL_CREATED = 40
    DEAL_UPDATED = 41
    DEAL_STAGE_CHANGED = 42
    DEAL_WON = 43
    DEAL_LOST = 44
    DEAL_DELETED = 45
    DEAL_RESTORED = 46
    DEAL_LINKED = 47
    DEAL_UNLINKED = 48
    DEAL_REOPENED = 49
    DEAL_REFUNDED = 50
    DEAL_MERGED = 51
    DEAL_SPLIT = 52
    DEAL_STALE = 53
    REVENUE_RECORDED = 54
    DEAL_REBOUND = 55
    ACCOUNT_UPDATED = 60
    ACCOUNT_LINKED = 61
    ACCOUNT_UNLINKED = 62
    ACCOUNT_DELETED = 63
    ACCOUNT_RESTORED = 64
    ACCOUNT_MERGED = 65
    ACCOUNT_SPLIT = 66
    ACCOUNT_STALE = 67
    ACCOUNT_REBOUND = 68
    SPEND_RECORDED = 80
    EVENT_CORRECTED = 90
    DEFINITION_ACTIVATED = 95


@dataclass(frozen=True, slots=True)
class EventType:
    """One row of the catalogue; `derived` are those that ingest alone makes; no sender posts them.

    A correction travels on the topic of what it corrects, whatever its row says.
    """

    name: str
    code: Code
    topic: Topic
    data: type[msgspec.Struct]
    derived: bool = False

    @property
    def type(self) -> str:
        """The CloudEvents `type`, major version last."""
        return f"{TYPE_PREFIX}{self.name}.v1"


def _rows() -> tuple[EventType, ...]:
    leads, deals, accounts = Topic.LEAD_EVENTS, Topic.DEAL_EVENTS, Topic.ACCOUNT_EVENTS
    lead_rows = (
        EventType("lead.captured", Code.LEAD_CAPTURED, leads, lead.LeadCaptured),
        EventType("lead.updated", Code.LEAD_UPDATED, leads, lead.LeadUpdated),
        EventType("lead.stage_changed", Code.LEAD_STAGE_CHANGED, leads, lead.LeadStageChanged),
        EventType("lead.owner_changed", Code.LEAD_OWNER_CHANGED, leads, lead.LeadOwnerChanged),
        EventType("lead.deleted", Code.LEAD_DELETED, leads, lead.LeadDeleted),
        EventType("lead.restored", Code.LEAD_RESTORED, leads, lead.LeadRestored),
        EventType("lead.stale", Code.LEAD_STALE, leads, lead.LeadStale),
        EventType("lead.merged", Code.LEAD_MERGED, leads, lead.LeadMerged),
        EventType("lead.split", Code.LEAD_SPLIT, leads, lead.LeadSplit),
        EventType("lead.watched", Code.LEAD_WATCHED, leads, lead.LeadWatched),
        EventType("lead.rebound", Code.LEAD_REBOUND, leads, binding.LeadRebound, derived=True),
        EventType("lead.erased", Code.LEAD_ERASED, leads, lead.LeadErased),
        EventType("lead.flagged", Code.LEAD_FLAGGED, leads, lead.LeadFlagged),
        EventType("touchpoint.recorded", Code.TOUCHPOINT_RECORDED, leads, touchpoint.TouchpointRecorded),
        EventType("activity.recorded", Code.ACTIVITY_RECORDED, leads, activity.ActivityRecorded),
        EventType("handover.offered", Code.HANDOVER_OFFERED, leads, handover.HandoverOffered),
        EventType("handover.accepted", Code.HANDOVER_ACCEPTED, leads, handover.HandoverAccepted),
        EventType("handover.rejected", Code.HANDOVER_REJECTED, leads, handover.HandoverRejected),
        EventType("handover.returned", Code.HANDOVER_RETURNED, leads, handover.HandoverReturned),
    )
    deal_rows = (
        EventType("deal.created", Code.DEAL_CREATED, deals, deal.DealCreated),
        EventType("deal.updated", Code.DEAL_UPDATED, deals, deal.DealUpdated),
        EventType("deal.stage_changed", Code.DEAL_STAGE_CHANGED, deals, deal.DealStageChanged),
        EventType("deal.won", Code.DEAL_WON, deals, deal.DealWon),
        EventType("deal.lost", Code.DEAL_LOST, deals, deal.DealLost),
        EventType("deal.deleted", Code.DEAL_DELETED, deals, deal.DealDeleted),
        EventType("deal.restored", Code.DEAL_RESTORED, deals, deal.DealRestored),
        EventType("deal.linked", Code.DEAL_LINKED, deals, deal.DealLinked),
        EventType("deal.unlinked", Code.DEAL_UNLINKED, deals, deal.DealUnlinked),
        EventType("deal.reopened", Code.DEAL_REOPENED, deals, deal.DealReopened),
        EventType("deal.refunded", Code.DEAL_REFUNDED, deals, deal.DealRefunded),
        EventType("deal.merged", Code.DEAL_MERGED, deals, deal.DealMerged),
        EventType("deal.split", Code.DEAL_SPLIT, deals, deal.DealSplit),
        EventType("deal.rebound", Code.DEAL_REBOUND, deals, binding.DealRebound, derived=True),
        EventType("deal.stale", Code.DEAL_STALE, deals, deal.DealStale),
        EventType("revenue.recorded", Code.REVENUE_RECORDED, deals, deal.RevenueRecorded),
    )
    account_rows = (
        EventType("account.updated", Code.ACCOUNT_UPDATED, accounts, account.AccountUpdated),
        EventType("account.linked", Code.ACCOUNT_LINKED, accounts, account.AccountLinked),
        EventType("account.unlinked", Code.ACCOUNT_UNLINKED, accounts, account.AccountUnlinked),
        EventType("account.deleted", Code.ACCOUNT_DELETED, accounts, account.AccountDeleted),
        EventType("account.restored", Code.ACCOUNT_RESTORED, accounts, account.AccountRestored),
        EventType("account.merged", Code.ACCOUNT_MERGED, accounts, account.AccountMerged),
        EventType("account.split", Code.ACCOUNT_SPLIT, accounts, account.AccountSplit),
        EventType("account.rebound", Code.ACCOUNT_REBOUND, accounts, binding.AccountRebound, derived=True),
        EventType("account.stale", Code.ACCOUNT_STALE, accounts, account.AccountStale),
    )
    spend_row = EventType("spend.recorded", Code.SPEND_RECORDED, Topic.SPEND_EVENTS, spend.SpendRecorded)
    corrected = EventType("event.corrected", Code.EVENT_CORRECTED, leads, correction.EventCorrected)
    activated = EventType(
        "definition.activated",
        Code.DEFINITION_ACTIVATED,
        Topic.DEFINITIONS,
        definition.DefinitionActivated,
        derived=True,
    )
    return (*lead_rows, *deal_rows, *account_rows, spend_row, corrected, activated)


CATALOGUE = _rows()
POSTED = tuple(row for row in CATALOGUE if not row.derived)
BY_CODE = {row.code: row for row in CATALOGUE}
BY_TYPE = {row.type: row for row in CATALOGUE}
BY_NAME = {row.name: row for row in CATALOGUE}
BY_DATA = {row.data: row for row in CATALOGUE}
