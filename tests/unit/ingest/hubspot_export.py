"""The export files that HubSpot would write at a moment of a history of webhooks: labels, minutes, UTC."""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

_LIFECYCLE = {
    "lead": "Lead",
    "marketingqualifiedlead": "Marketing Qualified Lead",
    "salesqualifiedlead": "Sales Qualified Lead",
}
_STAGES = {
    "appointmentscheduled": "Appointment Scheduled",
    "closedwon": "Closed Won",
    "closedlost": "Closed Lost",
}
_SOURCES = {
    "ORGANIC_SEARCH": "Organic Search",
    "PAID_SEARCH": "Paid Search",
    "SOCIAL_MEDIA": "Organic Social",
    "EMAIL_MARKETING": "Email Marketing",
    "DIRECT_TRAFFIC": "Direct Traffic",
    "REFERRALS": "Referrals",
}
_CONTACT_LABELS = {
    "email": "Email",
    "firstname": "First Name",
    "lastname": "Last Name",
    "jobtitle": "Job Title",
    "country": "Country/Region",
}
CONTACT_COLUMNS = (
    "Record ID",
    "First Name",
    "Last Name",
    "Email",
    "Job Title",
    "Country/Region",
    "Lifecycle Stage",
    "Original Traffic Source",
    "Create Date",
    "Last Modified Date",
)
DEAL_COLUMNS = (
    "Record ID",
    "Deal Name",
    "Deal Stage",
    "Close Date",
    "Amount",
    "Create Date",
    "Last Modified Date",
    "Associated Contact",
    "Associated Contact IDs",
)
Record = dict[str, str]


def exports(events: Iterable[dict[str, Any]], until_ms: int) -> tuple[list[Record], list[Record]]:
    """Contacts and deals as they stood at that moment."""
    contacts: dict[int, Record] = {}
    deals: dict[int, Record] = {}
    for event in sorted(events, key=lambda one: (one["occurredAt"], one["eventId"])):
        if event["occurredAt"] > until_ms:
            break
        at = minute(event["occurredAt"])
        match event["subscriptionType"]:
            case "contact.creation":
                contacts[event["objectId"]] = {"Record ID": str(event["objectId"]), "Create Date": at}
            case "deal.creation":
                deals[event["objectId"]] = {"Record ID": str(event["objectId"]), "Create Date": at}
            case "contact.propertyChange":
                _change_contact(contacts[event["objectId"]], event)
            case "deal.propertyChange":
                _change_deal(deals[event["objectId"]], event, at)
            case "deal.associationChange":
                deals[event["fromObjectId"]]["Associated Contact IDs"] = str(event["toObjectId"])
        touched = contacts.get(event.get("objectId", 0)) or deals.get(
            event.get("objectId", event.get("fromObjectId", 0))
        )
        if touched is not None:
            touched["Last Modified Date"] = at
    return list(contacts.values()), list(deals.values())


def _change_contact(record: Record, event: dict[str, Any]) -> None:
    name, value = event["propertyName"], event["propertyValue"]
    if name == "lifecyclestage":
        record["Lifecycle Stage"] = _LIFECYCLE[value]
    elif name == "hs_analytics_source":
        record["Original Traffic Source"] = _SOURCES[value]
    elif name in _CONTACT_LABELS:
        record[_CONTACT_LABELS[name]] = value


def _change_deal(record: Record, event: dict[str, Any], at: str) -> None:
    name, value = event["propertyName"], event["propertyValue"]
    if name == "dealstage":
        record["Deal Stage"] = _STAGES[value]
        if value.startswith("closed"):
            record["Close Date"] = at
    elif name == "amount":
        record["Amount"] = value


def minute(at_ms: int) -> str:
    """A moment as an export writes it."""
    return f"{datetime.fromtimestamp(at_ms / 1_000, UTC):%Y-%m-%d %H:%M}"


def as_csv(records: Iterable[Record], columns: Iterable[str]) -> str:
    """The file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), restval="")
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue()
