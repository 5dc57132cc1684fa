"""Which event types there are, what their data looks like and which topic they travel on.

`code` is the small number that folds and stored facts use for a type; it is never reused.
"""

from dataclasses import dataclass
from enum import IntEnum

import msgspec

from leadtrace.events import deal, lead, touchpoint
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
    TOUCHPOINT_RECORDED = 20
    DEAL_CREATED = 40
    DEAL_UPDATED = 41
    DEAL_STAGE_CHANGED = 42
    DEAL_WON = 43
    DEAL_LOST = 44
    DEAL_DELETED = 45
    DEAL_RESTORED = 46
    DEAL_LINKED = 47
    DEAL_UNLINKED = 48


@dataclass(frozen=True, slots=True)
class EventType:
    """One row of the catalogue."""

    name: str
    code: Code
    topic: Topic
    data: type[msgspec.Struct]

    @property
    def type(self) -> str:
        """The CloudEvents `type`, major version last."""
        return f"{TYPE_PREFIX}{self.name}.v1"


def _rows() -> tuple[EventType, ...]:
    leads, deals = Topic.LEAD_EVENTS, Topic.DEAL_EVENTS
    return (
        EventType("lead.captured", Code.LEAD_CAPTURED, leads, lead.LeadCaptured),
        EventType("lead.updated", Code.LEAD_UPDATED, leads, lead.LeadUpdated),
        EventType("lead.stage_changed", Code.LEAD_STAGE_CHANGED, leads, lead.LeadStageChanged),
        EventType("lead.owner_changed", Code.LEAD_OWNER_CHANGED, leads, lead.LeadOwnerChanged),
        EventType("lead.deleted", Code.LEAD_DELETED, leads, lead.LeadDeleted),
        EventType("lead.restored", Code.LEAD_RESTORED, leads, lead.LeadRestored),
        EventType("touchpoint.recorded", Code.TOUCHPOINT_RECORDED, leads, touchpoint.TouchpointRecorded),
        EventType("deal.created", Code.DEAL_CREATED, deals, deal.DealCreated),
        EventType("deal.updated", Code.DEAL_UPDATED, deals, deal.DealUpdated),
        EventType("deal.stage_changed", Code.DEAL_STAGE_CHANGED, deals, deal.DealStageChanged),
        EventType("deal.won", Code.DEAL_WON, deals, deal.DealWon),
        EventType("deal.lost", Code.DEAL_LOST, deals, deal.DealLost),
        EventType("deal.deleted", Code.DEAL_DELETED, deals, deal.DealDeleted),
        EventType("deal.restored", Code.DEAL_RESTORED, deals, deal.DealRestored),
        EventType("deal.linked", Code.DEAL_LINKED, deals, deal.DealLinked),
        EventType("deal.unlinked", Code.DEAL_UNLINKED, deals, deal.DealUnlinked),
    )


CATALOGUE = _rows()
BY_CODE = {row.code: row for row in CATALOGUE}
BY_TYPE = {row.type: row for row in CATALOGUE}
BY_NAME = {row.name: row for row in CATALOGUE}
BY_DATA = {row.data: row for row in CATALOGUE}
