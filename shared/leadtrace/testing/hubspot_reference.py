"""What a funnel of HubSpot deliveries must say, counted from the deliveries themselves in plain Python.

An independent reader: it shares no code with the product and knows only what the deliveries of the tests
use: creations, sources, lifecycle stages, deal stages, amounts, associations.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

_RUNGS = ("inquiry", "lead", "mql", "sal", "sql", "opportunity", "customer")
_LIFECYCLE = {
    "subscriber": "inquiry",
    "lead": "lead",
    "marketingqualifiedlead": "mql",
    "salesqualifiedlead": "sql",
    "opportunity": "opportunity",
    "customer": "customer",
}


@dataclass(slots=True)
class ChannelNumbers:
    """One row of the funnel: leads that reached each rung, and won revenue."""

    reached: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_RUNGS, 0))
    revenue: Decimal = Decimal(0)

    @property
    def naive(self) -> float | None:
        """Customers per lead, to 6 digits."""
        leads = self.reached["inquiry"]
        return round(self.reached["customer"] / leads, 6) if leads else None


def events_of(bodies: Iterable[bytes]) -> list[dict[str, Any]]:
    """Every event of the deliveries."""
    return [event for body in bodies for event in json.loads(body)]


def funnel_by_source(events: Iterable[dict[str, Any]]) -> dict[str | None, ChannelNumbers]:
    """The funnel by first source: None is the row of leads without one."""
    crm = _Crm()
    for event in events:
        crm.take(event)
    return crm.funnel()


class _Crm:
    """What the CRM knows after all events, whatever their order: first source, last stage, last amount."""

    def __init__(self) -> None:
        self._contacts: set[int] = set()
        self._highest: dict[int, int] = defaultdict(int)
        self._sources: dict[int, tuple[int, int, str]] = {}
        self._stages: dict[int, tuple[int, int, str]] = {}
        self._amounts: dict[int, tuple[int, int, str]] = {}
        self._links: dict[int, int] = {}

    def take(self, event: dict[str, Any]) -> None:
        """Learn from one event."""
        if event["subscriptionType"] == "contact.creation":
            self._contacts.add(event["objectId"])
        elif event["subscriptionType"] == "deal.associationChange":
            self._links[event["fromObjectId"]] = event["toObjectId"]
        elif "propertyName" in event:
            self._change(event["objectId"], event["propertyName"], _told(event))

    def _change(self, subject: int, name: str, told: tuple[int, int, str]) -> None:
        if name == "hs_analytics_source":
            self._sources[subject] = min(self._sources.get(subject, told), told)
        elif name == "lifecyclestage":
            rung = _RUNGS.index(_LIFECYCLE[told[-1]])
            self._highest[subject] = max(self._highest[subject], rung)
        elif name == "dealstage":
            self._stages[subject] = max(self._stages.get(subject, told), told)
        elif name == "amount":
            self._amounts[subject] = max(self._amounts.get(subject, told), told)

    def funnel(self) -> dict[str | None, ChannelNumbers]:
        """The rows of the funnel."""
        highest, revenue = dict(self._highest), dict[int, Decimal]()
        for deal, contact in self._links.items():
            won = deal in self._stages and self._stages[deal][-1] == "closedwon"
            rung = _RUNGS.index("customer" if won else "opportunity")
            highest[contact] = max(highest.get(contact, 0), rung)
            if won and deal in self._amounts:
                revenue[contact] = revenue.get(contact, Decimal(0)) + Decimal(self._amounts[deal][-1])
        rows: dict[str | None, ChannelNumbers] = defaultdict(ChannelNumbers)
        for contact in self._contacts:
            source = self._sources.get(contact)
            row = rows[source[-1].lower() if source else None]
            for name in _RUNGS[: highest.get(contact, 0) + 1]:
                row.reached[name] += 1
            row.revenue += revenue.get(contact, Decimal(0))
        return dict(rows)


def _told(event: dict[str, Any]) -> tuple[int, int, str]:
    return (event["occurredAt"], event["eventId"], event["propertyValue"])
