"""Customers that stay, churn, come back and are paid back, and leads that were worked for nothing."""

from collections.abc import Sequence
from typing import Any

from msgspec import structs

from leadtrace.events.lead import Stage
from leadtrace.events.money import Booking, MoneyKind
from leadtrace.events.snapshots import (
    DealOutcome,
    DealShare,
    DealStatus,
    DefinitionRef,
    LeadOutcome,
    LeadStatus,
)
from leadtrace.events.spend import SpendKind
from tests.integration.api.spending import posted, spent
from tests.integration.api.test_costs import CUSTOMER, LEAD, MQL, QUALIFIED
from tests.unit.api.snapshots import at, deal, deal_id, lead_id, outcome

SECOND = DefinitionRef("default", 2, "h2")
TERMS = {
    "  # gross_margin: 0.7": "  gross_margin: 0.6",
    (
        "  # per_stage:\n"
        '  #   sal: {amount: "40.00", currency: EUR}\n'
        '  #   sql: {amount: "120.00", currency: EUR}'
    ): (
        '  per_stage:\n    mql: {amount: "10.00", currency: USD}\n    sql: {amount: "50.00", currency: EUR}\n'
        '    opportunity: {amount: "7.50", currency: EUR}'
    ),
}

# A step of a deal: kind, euros in cents, and the day of January on which it was booked.
Step = tuple[MoneyKind, int, float]
WIN, REFUND, RENEWAL, CHURN = MoneyKind.WIN, MoneyKind.REFUND, MoneyKind.RENEWAL, MoneyKind.CHURN


def booked(steps: Sequence[Step], currency: str) -> tuple[Booking, ...]:
    """Steps as a snapshot tells them."""
    return tuple(Booking(at(day), kind, amount, currency, amount, currency) for kind, amount, day in steps)


class World:
    """Customers with what their deals brought, and other leads."""

    def __init__(self) -> None:
        self.leads: list[LeadOutcome] = []
        self.deals: list[DealOutcome] = []

    def customer(
        self, number: int, channel: str, *deals: Sequence[Step], currency: str = "EUR", linked: int = 0
    ) -> None:
        """A lead that was won by the first step of its first deal; `linked` is who the deals name instead."""
        day = deals[0][0][2]
        shares = []
        for place, steps in enumerate(deals):
            deal_number, left = number * 10 + place, sum(amount for _, amount, _ in steps)
            bookings = booked(steps, currency)
            shares.append(
                DealShare(
                    deal_id(deal_number), DealStatus.WON, left, currency, at(steps[0][2]), bookings=bookings
                )
            )
            made = deal(deal_number, steps[0][1], (linked or number, left), closed_at=at(steps[0][2]))
            self.deals.append(
                structs.replace(made, definition=SECOND, currency=currency, bookings=bookings, net=left)
            )
        self.lead(number, channel, (CUSTOMER, day), deals=shares, status=LeadStatus.WON, won_at=at(day))

    def lead(self, number: int, channel: str, *steps: tuple[Stage, float], **fields: Any) -> None:
        """A lead captured on the first of January."""
        made = outcome(number, (LEAD, 0.5), *steps, channel=channel, captured=0.5, **fields)
        self.leads.append(structs.replace(made, definition=SECOND))


def world() -> World:
    """Every way in which a customer may be lost or not, and leads that were worked for nothing."""
    made = World()
    # Ended by churn on the 30th day of being a customer.
    made.customer(1, "email", [(WIN, 30_000, 3), (CHURN, -30_000, 33)])
    # Pays less than it did, and stays.
    made.customer(2, "email", [(WIN, 40_000, 4), (RENEWAL, 10_000, 20), (CHURN, -5_000, 25)])
    # One of two deals ended.
    made.customer(3, "email", [(WIN, 9_000, 5), (CHURN, -9_000, 9)], [(WIN, 20_000, 6), (RENEWAL, 1, 7)])
    # Left and came back.
    made.customer(4, "fair", [(WIN, 9_000, 5), (CHURN, -9_000, 9), (RENEWAL, 8_000, 30)])
    # Was paid back.
    made.customer(5, "fair", [(WIN, 6_000, 5), (REFUND, -6_000, 9)])
    # Nothing is left of either deal, and one of them ended by churn.
    made.customer(6, "fair", [(WIN, 7_000, 5), (CHURN, -7_000, 15)], [(WIN, 500, 6), (REFUND, -500, 50)])
    # Its deal is linked to a lead that it took in.
    made.customer(7, "merged", [(WIN, 7_000, 5), (CHURN, -7_000, 10)], linked=8)
    made.lead(8, "merged", redirect_to=lead_id(7))
    made.customer(9, "abroad", [(WIN, 50_000, 5), (RENEWAL, 1, 6)], currency="USD")
    made.lead(11, "email", (MQL, 1), (QUALIFIED, 2), status=LeadStatus.LOST, lost_at=at(8))
    made.lead(12, "email", (QUALIFIED, 40), status=LeadStatus.OPEN)
    made.lead(13, "fair", (MQL, 1), (Stage.DISQUALIFIED, 3), status=LeadStatus.LOST, lost_at=at(3))
    made.lead(14, "fair", (QUALIFIED, 2), (Stage.OPPORTUNITY, 3), status=LeadStatus.DELETED)
    return made


SPEND = [
    posted(
        1,
        (0, 9),
        spent((0, 4), "480.00", channel="email"),
        spent((0, 0), "120.00", channel="email", kind=SpendKind.SALES),
        spent((0, 0), "90.00", channel="fair"),
        spent((0, 0), "1.00", channel="abroad"),
    )
]
