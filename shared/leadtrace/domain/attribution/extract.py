"""What attribution keeps of an event in its set: the few values that its folds read, never a personal one."""

from collections.abc import Callable
from typing import Any

import msgspec

from leadtrace.domain.fact import Value
from leadtrace.events.binding import DealRebound, LeadRebound
from leadtrace.events.catalogue import Code
from leadtrace.events.deal import (
    DealLinked,
    DealLost,
    DealReopened,
    DealStageChanged,
    DealUnlinked,
    DealUpdated,
    DealWon,
)
from leadtrace.events.lead import Acquisition, LeadCaptured, LeadOwnerChanged, LeadStageChanged, LeadUpdated
from leadtrace.events.touchpoint import TouchpointRecorded

Values = tuple[Value, ...]

ASSERTED = 1

_DIMENSIONS = len(Acquisition.__struct_fields__)


def _dimensions(data: Acquisition | TouchpointRecorded) -> Values:
    """The acquisition dimensions in their declared order, without those missing at the end."""
    dimensions = msgspec.structs.astuple(data)
    end = _DIMENSIONS
    while end and dimensions[end - 1] is None:
        end -= 1
    return dimensions[:end]


def _origin(data: LeadCaptured | LeadUpdated) -> Values:
    return _dimensions(data.acquisition)


def _claim(data: LeadStageChanged) -> Values:
    return (data.stage.value, data.claimed, data.actor, *_asserted(data))


def _holder(data: LeadOwnerChanged) -> Values:
    return (data.owner, data.team)


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


def _asserted(data: LeadStageChanged | DealStageChanged | DealWon | DealLost) -> Values:
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
}


def extract_lead(code: int, data: msgspec.Struct) -> Values:
    """The values of a lead event or touchpoint as `LeadFold` reads them; () where it reads none."""
    extractor = _LEAD.get(code)
    return extractor(data) if extractor else ()


def extract_deal(code: int, data: msgspec.Struct) -> Values:
    """The values of a deal event as `DealFold` reads them; () where it reads none."""
    extractor = _DEAL.get(code)
    return extractor(data) if extractor else ()
