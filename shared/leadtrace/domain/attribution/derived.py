"""What capture and deals say of a lead's stage without anyone claiming it."""

from bisect import bisect_right
from collections.abc import Sequence

from leadtrace.domain.attribution.lead_state import LeadState
from leadtrace.domain.attribution.standing import Entry
from leadtrace.domain.attribution.views import DealView
from leadtrace.domain.custody.losses import Loss
from leadtrace.domain.stages import ORDER
from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import DEAL_CONCLUDED, DealStatus

_INQUIRY = Stage.INQUIRY.value
_OPPORTUNITY = Stage.OPPORTUNITY.value
_CUSTOMER = Stage.CUSTOMER.value
_LOST = Stage.LOST.value
_DEAL_DELETED, _DEAL_WON, _DEAL_LOST = DealStatus.DELETED, DealStatus.WON, DealStatus.LOST


def capture_of(state: LeadState, deals: Sequence[DealView]) -> Entry | None:
    """The entry to `inquiry`: the capture, else the record's first event, else the first deal.

    A deal is linked to a CRM's contact, so its lead exists though nothing of its own was delivered. None
    for a visitor.
    """
    known = state.captured or state.record
    if known is not None or not deals:
        return known
    first = min(deals, key=lambda deal: (deal.created_at, deal.deal_id))
    return Entry(first.created_at, _INQUIRY, _event_of(first))


def derive_entries(capture: Entry | None, deals: Sequence[DealView]) -> list[Entry]:
    """What capture and deals make of the stage, in time order, the lower stage first at one moment.

    A deal that is not deleted makes `opportunity` when it was created, a won one `customer` when it
    closed, and a lost one `lost` when it closed, unless another was open or won by then.
    """
    entries = [] if capture is None else [capture]
    counted = [deal for deal in deals if deal.status != _DEAL_DELETED]
    for deal in counted:
        entries.append(Entry(deal.created_at, _OPPORTUNITY, _event_of(deal)))
        if deal.status == _DEAL_WON and deal.closed_at is not None:
            entries.append(Entry(deal.closed_at, _CUSTOMER, _event_of(deal)))
    entries += [Entry(deal.closed_at or 0, _LOST, _event_of(deal)) for deal in _ending(counted)]
    entries.sort(key=lambda entry: (entry.at, ORDER[entry.stage], entry.event))
    return entries


def losses_of(deals: Sequence[DealView]) -> list[Loss]:
    """Each lost deal with a reason that ended its lead, in order of time."""
    counted = [deal for deal in deals if deal.status != _DEAL_DELETED]
    ending = sorted((deal.closed_at or 0, deal.deal_id, deal.reason) for deal in _ending(counted))
    return [Loss(at, reason) for at, _, reason in ending if reason]


def _ending(deals: Sequence[DealView]) -> list[DealView]:
    """The lost deals at whose closing no other was open or won."""
    lost = [
        (deal.closed_at, deal) for deal in deals if deal.status == _DEAL_LOST and deal.closed_at is not None
    ]
    if not lost:
        return []
    opened = sorted(min(deal.created_at, deal.closed_at or deal.created_at) for deal in deals)
    ended = sorted(at for at, _ in lost)
    return [deal for at, deal in lost if bisect_right(opened, at) == bisect_right(ended, at)]


def _event_of(deal: DealView) -> str:
    return f"{DEAL_CONCLUDED.source} {deal.deal_id}"
