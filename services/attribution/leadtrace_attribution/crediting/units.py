"""Units of credit: the journey of each deal, and of each lead that has none, with what a won deal gives."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from uuid import UUID

from leadtrace.domain.attribution.ledger import LARGEST_MONEY
from leadtrace.domain.calendar import Days
from leadtrace.domain.credits.deal_credits import DealCredits, credit_deal
from leadtrace.domain.credits.grouping import ChannelOf, senders_word
from leadtrace.domain.credits.milestones import Milestones
from leadtrace.domain.credits.model import ModelParameters
from leadtrace.domain.credits.path import trace_path
from leadtrace.domain.credits.touch import Dimensions, PathTouch
from leadtrace.events.money import Booking, MoneyKind
from leadtrace.events.snapshots import DealOutcome, DealStatus, LeadStatus
from leadtrace.runtime.logging import get_logger
from leadtrace_attribution.crediting.due import Due, Kind
from leadtrace_attribution.crediting.reading import Seen, SeenDeal, SeenLead

# Longer journeys are no people's; of such a one the latest touches are shown.
SHOWN_TOUCHES = 500

_NEVER_JUDGED = 0

_log = get_logger("leadtrace.attribution.crediting")


@dataclass(frozen=True, slots=True)
class CreditRow:
    """What touches of the same dimensions got of a deal, one amount for each model."""

    won_on: date
    booked_on: date
    counted_in: str | None
    attributed: bool
    dimensions: Dimensions
    amounts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Journey:
    """How a unit got where it is; `outcome` is None for one that has no journey of its own.

    `entered_on` is the day on which the first of its leads was captured.
    """

    unit_id: UUID
    kind: Kind
    revision: int
    outcome: str | None = None
    ended_on: date | None = None
    path: Sequence[PathTouch] = ()
    cut: bool = False
    leads: Sequence[UUID] = ()
    amount: int | None = None
    counted_in: str | None = None
    missing: Sequence[str] = ()
    entered_on: date | None = None
    credits: Sequence[CreditRow] = field(default=())

    @property
    def shown(self) -> list[Dimensions]:
        """The dimensions of its touches, oldest first."""
        return [touch.dimensions for touch in self.path[-SHOWN_TOUCHES:]]


class Crediting:
    """Makes journeys by parameters; `channel_of` says what channels are called."""

    def __init__(self, parameters: ModelParameters, days: Days, channel_of: ChannelOf = senders_word) -> None:
        self.channel_of = channel_of
        self._parameters = parameters
        self._days = days

    def journeys(self, due: Due, seen: Seen) -> Iterator[Journey]:
        """The journeys of everything that is due, and of what is changed by it."""
        for deal_id, deal in seen.deals.items():
            yield _kept_apart(deal_id, Kind.DEAL, partial(self._of_deal, deal_id, deal, seen))
        for lead_id in due.leads & seen.leads.keys():
            of_lead = partial(self._of_lead, lead_id, seen.leads[lead_id], seen.touches)
            yield _kept_apart(lead_id, Kind.LEAD, of_lead)

    def _of_deal(self, deal_id: UUID, seen_deal: SeenDeal, seen: Seen) -> Journey:
        revision, deal = seen_deal
        if deal.redirect_to is not None or deal.status is DealStatus.DELETED or deal.created_at is None:
            return Journey(deal_id, Kind.DEAL, revision)
        leads = [UUID(one.lead_id) for one in deal.leads]
        touches = [touch for one in deal.leads for touch in seen.touches.get(one.lead_id, ())]
        end = deal.closed_at if deal.status is not DealStatus.OPEN else None
        created = _created(leads, seen.leads)
        if deal.status is DealStatus.WON and end is not None:
            return self._of_win(deal_id, seen_deal, touches, created)
        path, cut = self._trace(touches, end)
        outcome, entered_on = "open" if end is None else "lost", self._day(created)
        ended_on = self._day(end)
        return Journey(
            deal_id, Kind.DEAL, revision, outcome, ended_on, path, cut, leads, entered_on=entered_on
        )

    def _of_win(
        self, deal_id: UUID, seen: SeenDeal, touches: Sequence[PathTouch], created: int | None
    ) -> Journey:
        deal = seen.deal
        won_at = deal.closed_at or 0
        bookings = bookings_of(deal)
        path, cut = self._trace(touches, won_at)
        given = credit_deal(path, Milestones(created, deal.created_at, won_at), bookings, self._parameters)
        counted_in = bookings[0].counted_in if bookings else None
        return Journey(
            deal_id,
            Kind.DEAL,
            seen.revision,
            "won",
            self._day(won_at),
            path,
            cut,
            [UUID(one.lead_id) for one in deal.leads],
            sum(one.counted for one in bookings if one.counted_in == counted_in) if bookings else None,
            counted_in,
            [one.value for one in given.missing_milestones],
            self._day(created),
            list(self._rows(given, won_at)),
        )

    def _rows(self, given: DealCredits, won_at: int) -> Iterator[CreditRow]:
        won_on = self._day_of(won_at)
        for one in (*given.revenue, *given.deals):
            booked_on = self._day_of(one.at)
            yield CreditRow(won_on, booked_on, one.counted_in, one.attributed, one.dimensions, one.amounts)

    def _of_lead(self, lead_id: UUID, seen: SeenLead, touches: Mapping[str, list[PathTouch]]) -> Journey:
        revision, lead = seen
        told = lead.redirect_to is None and not lead.standing_deals
        if not told or lead.status not in (LeadStatus.OPEN, LeadStatus.LOST):
            return Journey(lead_id, Kind.LEAD, revision)
        lost = lead.status is LeadStatus.LOST
        end = lead.lost_at if lost else None
        path, cut = self._trace(touches.get(lead.lead_id, ()), end)
        outcome, entered_on = "lost" if lost else "open", self._day(lead.captured_at)
        ended_on = self._day(end)
        return Journey(
            lead_id, Kind.LEAD, revision, outcome, ended_on, path, cut, [lead_id], entered_on=entered_on
        )

    def _trace(self, touches: Sequence[PathTouch], end: int | None) -> tuple[list[PathTouch], bool]:
        """What is open goes on: its window ends with its latest touch."""
        latest = max((touch.at for touch in touches), default=None)
        path, cut = trace_path(touches, until=latest if end is None else end, parameters=self._parameters)
        return path, cut

    def _day(self, moment: int | None) -> date | None:
        return None if moment is None else self._day_of(moment)

    def _day_of(self, moment: int) -> date:
        try:
            return date.fromordinal(self._days.number(moment))
        except OverflowError:  # outside the calendar: the money must count somewhere
            return date.max if moment > 0 else date.min


def _kept_apart(unit_id: UUID, kind: Kind, make: Callable[[], Journey]) -> Journey:
    """What raises must not stop its neighbours: it is tried again at the next start."""
    try:
        return make()
    except Exception as error:  # noqa: BLE001 - see above
        _log.error("credit.stuck", unit=str(unit_id), kind=kind.value, error=type(error).__name__)
        return Journey(unit_id, kind, _NEVER_JUDGED)


def bookings_of(deal: DealOutcome) -> Sequence[Booking]:
    """The money of a won deal, step by step; a snapshot leaves out what its amount tells."""
    if deal.bookings or deal.amount is None or deal.currency is None or deal.amount > LARGEST_MONEY:
        return deal.bookings
    at, amount, currency = deal.closed_at or 0, deal.amount, deal.currency
    return (Booking(at, MoneyKind.WIN, amount, currency, amount, currency),)


def _created(leads: Sequence[UUID], seen: Mapping[UUID, SeenLead]) -> int | None:
    """When the first of a deal's leads was captured."""
    captured = [seen[one].lead.captured_at for one in leads if one in seen]
    return min((moment for moment in captured if moment is not None), default=None)
