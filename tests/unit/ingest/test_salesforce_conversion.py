"""A conversion of a lead: its parts are joined by links that share the transaction and the moment."""

from datetime import UTC, datetime
from typing import Any

import pytest

from leadtrace_ingest.senders.item import Mapped
from tests.unit.ingest.salesforce_items import (
    ACCOUNT,
    CONTACT,
    DEAL,
    LEAD,
    LONG_ACCOUNT,
    LONG_CONTACT,
    LONG_DEAL,
    LONG_LEAD,
    LONG_USER,
    change,
    mapped,
    relayed,
    relayed_one,
    result,
    told,
    types,
)

OWN = f"salesforce Lead/{LONG_LEAD}"
CONVERTED = {
    "Status": "Qualified",
    "IsConverted": True,
    "ConvertedDate": "2026-01-02",
    "ConvertedAccountId": ACCOUNT,
    "ConvertedContactId": CONTACT,
    "ConvertedOpportunityId": DEAL,
}
LINKS = [
    ("lead.merged", f"Contact/{LONG_CONTACT}", {"absorbed": [OWN], "actor": LONG_USER}),
    ("account.linked", f"Account/{LONG_ACCOUNT}", {"lead": OWN}),
    ("deal.linked", f"Opportunity/{LONG_DEAL}", {"lead": OWN}),
]


def conversion() -> list[dict[str, Any]]:
    """The four events of one conversion, as Salesforce orders them."""
    return [
        change("Account", "CREATE", {"Name": "ACME"}, recordIds=[ACCOUNT], sequenceNumber=1),
        change("Contact", "CREATE", {"AccountId": ACCOUNT}, recordIds=[CONTACT], sequenceNumber=2),
        change("Opportunity", "CREATE", {"StageName": "Prospecting"}, recordIds=[DEAL], sequenceNumber=3),
        change("Lead", "UPDATE", CONVERTED, sequenceNumber=4),
    ]


def test_the_lead_tells_what_it_was_converted_to() -> None:
    found = told(relayed_one(change("Lead", "UPDATE", CONVERTED)))
    assert found[:2] == [
        (
            "lead.updated",
            f"Lead/{LONG_LEAD}",
            {"properties": {"converted": "true", "convert_date": "2026-01-02"}},
        ),
        (
            "lead.stage_changed",
            f"Lead/{LONG_LEAD}",
            {"stage": "sql", "claimed": "Qualified", "actor": LONG_USER},
        ),
    ]
    assert found[2:] == LINKS


def test_all_parts_share_the_transaction_and_the_moment_and_keep_their_order() -> None:
    found = [mapped(one) for one in relayed(conversion())]
    assert {one.correlation for one in found} == {"0002ac83-fcbd-9443-f901-7d3a380feb2c"}
    drafts = [draft for one in found for draft in one.drafts]
    assert {draft.time for draft in drafts} == {datetime(2026, 1, 2, tzinfo=UTC)}
    assert [draft.sequence for draft in drafts] == sorted(draft.sequence for draft in drafts)
    assert all(len({draft.suffix for draft in one.drafts}) == len(one.drafts) for one in found)


@pytest.mark.parametrize("part", ["ConvertedContactId", "ConvertedAccountId", "ConvertedOpportunityId"])
def test_a_conversion_without_one_part_links_the_others(part: str) -> None:
    values = {name: value for name, value in CONVERTED.items() if name != part}
    links = types(relayed_one(change("Lead", "UPDATE", values)))[2:]
    assert len(links) == 2


def test_links_alone_begin_with_the_first() -> None:
    found = mapped(relayed_one(change("Lead", "UPDATE", {"ConvertedContactId": CONTACT})))
    assert told(found) == LINKS[:1]
    assert found.drafts[0].suffix == ""


def test_a_lead_that_is_not_converted_links_nothing() -> None:
    found = relayed_one(change("Lead", "UPDATE", CONVERTED | {"IsConverted": False}))
    assert len(told(found)) == 2


def test_a_message_tells_a_conversion_as_well() -> None:
    fields = {"Id": LEAD, "IsConverted": "true", "ConvertedContactId": CONTACT, "ConvertedAccountId": ""}
    assert types(result(fields)) == [
        ("lead.updated", f"Lead/{LONG_LEAD}"),
        ("lead.merged", f"Contact/{LONG_CONTACT}"),
    ]


def test_every_part_of_a_conversion_is_taken() -> None:
    assert all(isinstance(one, Mapped) for one in relayed(conversion()))
