"""What attribution keeps of an event in its set: the few values that its folds read, never a personal one."""

from collections.abc import Callable
from typing import Any

import msgspec

from leadtrace.domain.definitions.handover import ROUTABLE_PROPERTIES
from leadtrace.domain.fact import Value
from leadtrace.events.activity import ActivityKind, ActivityRecorded
from leadtrace.events.binding import DealRebound, LeadRebound
from leadtrace.events.catalogue import Code
from leadtrace.events.deal import (
    DealLinked,
    DealLost,
    DealRefunded,
    DealReopened,
    DealStageChanged,
    DealUnlinked,
    DealUpdated,
    DealWon,
    RevenueRecorded,
)
from leadtrace.events.handover import (
    HandoverAccepted,
    HandoverOffered,
    HandoverRejected,
    HandoverReturned,
)
from leadtrace.events.lead import Acquisition, LeadCaptured, LeadOwnerChanged, LeadStageChanged, LeadUpdated
from leadtrace.events.touchpoint import TouchpointRecorded

Values = tuple[Value, ...]

# Bits of the last value of what says how something stands; without any there is no such value.
ASSERTED = 1
BULK = 2
GENUINE = 1

DIMENSIONS = len(Acquisition.__struct_fields__)
_CONTACTS = frozenset({ActivityKind.CALL, ActivityKind.MEETING, ActivityKind.EMAIL})


def _dimensions(data: Acquisition | TouchpointRecorded) -> Values:
    """The acquisition dimensions in their declared order, without those missing at the end."""
    dimensions = msgspec.structs.astuple(data)
    end = DIMENSIONS
    while end and dimensions[end - 1] is None:
        end -= 1
    return dimensions[:end]


def _origin(data: LeadCaptured | LeadUpdated) -> Values:
    """The dimensions, and behind all of them name and value of each property that routes may read."""
    found = [(name, data.properties[name]) for name in ROUTABLE_PROPERTIES if name in data.properties]
    if not found:
        return _dimensions(data.acquisition)
    return (*msgspec.structs.astuple(data.acquisition), *(part for pair in found for part in pair))


def _claim(data: LeadStageChanged) -> Values:
    said = _asserted(data)
    if data.bulk:
        said = (BULK | sum(said),)
    return (data.stage.value, data.claimed, data.actor, *said)


def _holder(data: LeadOwnerChanged) -> Values:
    return (data.owner, data.team, *(() if data.actor is None else (data.actor,)))


def _handover(data: HandoverOffered | HandoverAccepted) -> Values:
    return (data.team, data.owner, data.partner, data.actor)


def _refusal(data: HandoverRejected | HandoverReturned) -> Values:
    return (data.team, data.owner, data.partner, data.actor, data.reason)


def _contact(data: ActivityRecorded) -> Values:
    """A mark for a genuine contact: done by a person with a person, no e-mail of a sequence or of a batch."""
    genuine = data.done and data.kind in _CONTACTS and data.automatic is not True and not data.bulk
    return (GENUINE,) if genuine else ()


def _amount(data: DealUpdated) -> Values:
    if data.amount is None and data.currency is None and data.default_currency is None:
        return ()
    return (data.amount, data.currency, data.default_currency)


def _deal_stage(data: DealStageChanged | DealWon) -> Values:
    return (data.claimed, *_asserted(data))


def _reopening(data: DealReopened) -> Values:
    return (data.claimed,)


def _loss(data: DealLost) -> Values:
    return (data.claimed, data.reason, *_asserted(data))


def _refund(data: DealRefunded) -> Values:
    return (data.amount, data.currency)


def _revenue(data: RevenueRecorded) -> Values:
    return (data.kind.value, data.amount, data.currency)


def _asserted(data: LeadStageChanged | DealStageChanged | DealWon | DealLost) -> tuple[int, ...]:
    """A last value for what was read off a record; a change has none, and so it was before there was one."""
    return (ASSERTED,) if data.asserted else ()


def _link(data: DealLinked) -> Values:
    lead = data.lead
    return (lead.source, lead.subject, lead.lead_id, lead.bindingrev, data.role, int(data.primary))


def _unlink(data: DealUnlinked) -> Values:
    lead = data.lead
    return (lead.source, lead.subject, lead.lead_id, lead.bindingrev)


def _ground(data: LeadRebound | DealRebound) -> Values:
    return (data.bindings[0].because.value,) if data.bindings else ()


_Extractor = Callable[[Any], Values]

_LEAD: dict[int, _Extractor] = {
    Code.LEAD_CAPTURED: _origin,
    Code.LEAD_UPDATED: _origin,
    Code.LEAD_STAGE_CHANGED: _claim,
    Code.LEAD_OWNER_CHANGED: _holder,
    Code.TOUCHPOINT_RECORDED: _dimensions,
    Code.LEAD_REBOUND: _ground,
    Code.ACTIVITY_RECORDED: _contact,
    Code.HANDOVER_OFFERED: _handover,
    Code.HANDOVER_ACCEPTED: _handover,
    Code.HANDOVER_REJECTED: _refusal,
    Code.HANDOVER_RETURNED: _refusal,
}
_DEAL: dict[int, _Extractor] = {
    Code.DEAL_UPDATED: _amount,
    Code.DEAL_STAGE_CHANGED: _deal_stage,
    Code.DEAL_WON: _deal_stage,
    Code.DEAL_LOST: _loss,
    Code.DEAL_REOPENED: _reopening,
    Code.DEAL_LINKED: _link,
    Code.DEAL_UNLINKED: _unlink,
    Code.DEAL_REBOUND: _ground,
    Code.DEAL_REFUNDED: _refund,
    Code.REVENUE_RECORDED: _revenue,
}


def extract_lead(code: int, data: msgspec.Struct) -> Values:
    """The values of a lead event or touchpoint as `LeadFold` reads them; () where it reads none."""
    extractor = _LEAD.get(code)
    return extractor(data) if extractor else ()


def extract_deal(code: int, data: msgspec.Struct) -> Values:
    """The values of a deal event as `DealFold` reads them; () where it reads none."""
    extractor = _DEAL.get(code)
    return extractor(data) if extractor else ()
