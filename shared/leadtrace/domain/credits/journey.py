"""Which touches a lead's journey has: those that were recorded, and its capture where none came before it."""

from collections.abc import Iterator, Sequence
from itertools import islice

import msgspec

from leadtrace.domain.attribution.lead_fold import TOUCH_LIMIT
from leadtrace.domain.corrections import effective
from leadtrace.domain.credits.grouping import ChannelOf, senders_word
from leadtrace.domain.credits.touch import NO_DIMENSIONS, Dimensions, PathTouch
from leadtrace.domain.definitions.attribution import DIMENSIONS
from leadtrace.domain.fact import Fact, Value, union
from leadtrace.events.catalogue import Code
from leadtrace.events.lead import Acquisition
from leadtrace.events.snapshots import DealStatus, LeadStatus, Touch

_WIDTH = len(DIMENSIONS)
# A snapshot names the first touch and the last one: of no more than these it tells all.
TOLD_TOUCHES = 2


class LinkedDeal(msgspec.Struct, frozen=True, gc=False):
    """A deal as a lead's snapshot names it."""

    deal_id: str
    status: DealStatus


class Traveller(msgspec.Struct, frozen=True, gc=False):
    """What a journey reads of a lead's snapshot."""

    lead_id: str
    redirect_to: str | None = None
    status: LeadStatus = LeadStatus.VISITOR
    captured_at: int | None = None
    acquisition: Acquisition = Acquisition()
    first_touch: Touch | None = None
    last_touch: Touch | None = None
    touches: int = 0
    lost_at: int | None = None
    deals: tuple[LinkedDeal, ...] = ()

    @property
    def standing_deals(self) -> list[str]:
        """Its deals, without those that were deleted."""
        return [deal.deal_id for deal in self.deals if deal.status is not DealStatus.DELETED]

    @property
    def tells_all(self) -> bool:
        """Whether its snapshot names every touch that it had."""
        return self.touches <= TOLD_TOUCHES


def touches_of(
    lead: Traveller, facts: Sequence[Fact] = (), channel_of: ChannelOf = senders_word
) -> list[PathTouch]:
    """The touches of a lead, oldest first; `facts` are its set, unless its snapshot tells all.

    `channel_of` names the channels of facts; in the snapshot they are named already.

    The capture is a touch if it says where the lead came from and no touch was recorded before it: what the
    CRM calls the original source is often all that is known.
    """
    recorded = _told(lead) if lead.tells_all else list(_recorded(lead.lead_id, facts, channel_of))
    first = recorded[0].at if recorded else None
    captured = lead.captured_at
    if captured is None or (first is not None and first <= captured):
        return recorded
    origin: Dimensions = msgspec.structs.astuple(lead.acquisition)[:_WIDTH]
    return recorded if origin == NO_DIMENSIONS else [PathTouch(captured, lead.lead_id, origin), *recorded]


def _told(lead: Traveller) -> list[PathTouch]:
    marks = (lead.first_touch, lead.last_touch)
    return [_touch(lead.lead_id, mark) for mark in marks[: lead.touches] if mark is not None]


def _touch(lead_id: str, mark: Touch) -> PathTouch:
    return PathTouch(mark.at, lead_id, msgspec.structs.astuple(mark.acquisition)[:_WIDTH])


def _recorded(lead_id: str, facts: Sequence[Fact], channel_of: ChannelOf) -> Iterator[PathTouch]:
    standing = (fact for fact in effective(union(facts)) if fact.code == Code.TOUCHPOINT_RECORDED)
    for fact in islice(standing, TOUCH_LIMIT):
        said = _dimensions(fact.values)
        yield PathTouch(fact.at, lead_id, (channel_of(said), *said[1:]))


def _dimensions(values: tuple[Value, ...]) -> Dimensions:
    """All dimensions of a touch: facts leave out those missing at the end."""
    said = values[:_WIDTH]
    return (*said, *NO_DIMENSIONS[len(said) :])  # type: ignore[arg-type]  # extraction puts only text here
