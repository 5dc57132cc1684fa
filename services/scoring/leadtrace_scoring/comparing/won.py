"""What was won of leads, as attribution says: the deals and the leads' shares of them."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from leadtrace.domain.comparison.movement import Won
from leadtrace.events.snapshots import DealShare, DealStatus
from leadtrace.store.connection import Connection
from leadtrace_scoring.comparing.queries import OUTCOMES


class _Outcome(msgspec.Struct):
    """As much of a `LeadOutcome` as is read here."""

    captured_at: int | None = None
    deals: tuple[DealShare, ...] = ()


_OUTCOME = msgspec.json.Decoder(_Outcome)


async def won_of(connection: Connection, leads: Sequence[UUID]) -> dict[UUID, Won]:
    """Orders and revenue by lead; leads of which nothing was won are left out, and so are visitors.

    Nobody is a lead before the capture: the funnel counts no revenue of them either.
    """
    found: dict[UUID, Won] = {}
    for lead, body in await connection.fetch(OUTCOMES, leads):
        outcome = _OUTCOME.decode(body)
        deals = [deal for deal in outcome.deals if deal.status is DealStatus.WON]
        if deals and outcome.captured_at is not None:
            found[lead] = _won(deals)
    return found


def _won(deals: Sequence[DealShare]) -> Won:
    revenue: dict[str, int] = {}
    for deal in deals:
        # Without bookings all of the share is what the deal brought.
        brought = [(one.counted_in, one.counted) for one in deal.bookings]
        if not brought and deal.currency is not None:
            brought = [(deal.currency, deal.share)]
        for currency, minor in brought:
            revenue[currency] = revenue.get(currency, 0) + minor
    return Won(tuple(deal.deal_id for deal in deals), revenue)
