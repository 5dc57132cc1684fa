"""What scoring keeps of an event: properties and touch dimensions, never the personal block.

Properties are flat (`name, value, name, value, …`), the acquisition channel first among them under a name
of its own; a touchpoint is its dimensions in their declared order; a stage change is its stage, and a mark
where it was asserted only.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from leadtrace.domain.fact import Value
from leadtrace.events.catalogue import Code
from leadtrace.events.lead import LeadCaptured, LeadStageChanged, LeadUpdated
from leadtrace.events.touchpoint import TouchpointRecorded

# How rules name the channel of a capture or of the CRM's original-source properties.
ACQUISITION_CHANNEL: Final = "acquisition_channel"
ASSERTED: Final = 1


def extract(code: Code, data: msgspec.Struct) -> tuple[Value, ...]:
    """The values of the fact of an event; () for a type that scoring reads nothing of but its time."""
    read = _READ.get(code)
    return () if read is None else read(data)


def _touch(data: TouchpointRecorded) -> tuple[Value, ...]:
    values: tuple[Value, ...] = msgspec.structs.astuple(data)
    return values


def _properties(data: LeadCaptured | LeadUpdated) -> tuple[Value, ...]:
    channel = data.acquisition.channel
    values: list[Value] = [] if channel is None else [ACQUISITION_CHANNEL, channel]
    for pair in data.properties.items():
        values += pair
    return tuple(values)


def _stage(data: LeadStageChanged) -> tuple[Value, ...]:
    return (data.stage.value, ASSERTED) if data.asserted else (data.stage.value,)


_READ: dict[Code, Callable[[Any], tuple[Value, ...]]] = {
    Code.LEAD_CAPTURED: _properties,
    Code.LEAD_UPDATED: _properties,
    Code.LEAD_STAGE_CHANGED: _stage,
    Code.TOUCHPOINT_RECORDED: _touch,
}
