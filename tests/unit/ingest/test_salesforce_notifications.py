"""What a notification of an Outbound Message becomes: a record as it stood when it was sent."""

from datetime import UTC, datetime

import pytest

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.item import Ignored, Refused
from tests.unit.ingest.deliveries import RECEIVED_AT, results_of
from tests.unit.ingest.salesforce_items import (
    ACCOUNT,
    CONTACT,
    DEAL,
    LEAD,
    LONG_ACCOUNT,
    LONG_CONTACT,
    LONG_DEAL,
    LONG_LEAD,
    mapped,
    notification,
    result,
    shipped_adapter,
    soap,
    told,
    types,
)

MODIFIED = "2026-01-01T10:00:00.123Z"


def test_fields_become_what_the_mapping_says() -> None:
    found = result({"Id": LEAD, "Email": "pat@acme.example", "Company": "ACME", "Own_Note__c": "secret wish"})
    data = {
        "properties": {"company_domain": "acme.example", "company": "ACME"},
        "personal": {"email": "pat@acme.example", "other": {"Own_Note__c": "secret wish"}},
    }
    assert told(found) == [("lead.updated", f"Lead/{LONG_LEAD}", data)]
    assert mapped(found).source == "salesforce"


def test_a_claim_is_asserted_and_never_undoes_a_change() -> None:
    (_, _, stage) = told(result({"Id": LEAD, "Status": "Working - Contacted"}))[0]
    assert stage == {"stage": "sal", "claimed": "Working - Contacted", "asserted": True}
    (_, _, won) = told(result({"Id": DEAL, "StageName": "Closed Won"}, kind="Opportunity"))[0]
    assert won == {"claimed": "Closed Won", "asserted": True}


@pytest.mark.parametrize("field", ["LastModifiedDate", "SystemModstamp"])
def test_the_time_is_that_of_the_last_change(field: str) -> None:
    (draft,) = mapped(result({"Id": LEAD, "Company": "ACME", field: MODIFIED})).drafts
    assert draft.time == datetime(2026, 1, 1, 10, 0, 0, 123_000, UTC)


def test_without_one_the_time_is_that_of_the_receipt() -> None:
    (draft,) = mapped(result({"Id": LEAD, "Company": "ACME", "LastModifiedDate": None})).drafts
    assert draft.time == RECEIVED_AT


@pytest.mark.parametrize("text", ["yesterday", "1999-12-31T00:00:00Z", "9" * 30, "0001-01-01T00:00:00+14:00"])
def test_a_time_that_cannot_be_read_is_refused(text: str) -> None:
    found = result({"Id": LEAD, "Company": "ACME", "LastModifiedDate": text})
    assert isinstance(found, Refused)
    assert found.reason is Reason.BAD_TIME


def test_who_changed_it_is_the_actor() -> None:
    found = result({"Id": LEAD, "Status": "New", "LastModifiedById": "005000000000001"})
    assert told(found)[0][2]["actor"] == "005000000000001AAA"


@pytest.mark.parametrize("fields", [{"Id": LEAD}, {}, {"Id": LEAD, "Email": None, "Company": ""}])
def test_a_record_deleted_before_delivery_holds_nothing_to_keep(fields: dict[str, str | None]) -> None:
    found = result(fields)
    assert isinstance(found, Ignored)
    assert found.reason is Reason.NOTHING_KEPT


def test_a_record_that_says_it_is_deleted_is() -> None:
    found = result({"Id": LEAD, "Company": "ACME", "IsDeleted": "true"})
    assert types(found) == [("lead.deleted", f"Lead/{LONG_LEAD}")]


def test_a_nil_field_is_cleared() -> None:
    found = result({"Id": LEAD, "Company": "ACME", "Industry": None, "Phone": None})
    data = {"properties": {"company": "ACME", "industry": None}, "personal": {"phone": ""}}
    assert told(found)[0][2] == data


def test_a_record_as_it_stands_is_no_touch_unless_it_is_new() -> None:
    fields = {"Id": LEAD, "LeadSource": "Trade Show", "LastModifiedDate": MODIFIED}
    assert types(result(fields | {"CreatedDate": "2025-12-01T00:00:00Z"})) == [
        ("lead.updated", f"Lead/{LONG_LEAD}")
    ]
    assert types(result(fields | {"CreatedDate": MODIFIED})) == [
        ("lead.captured", f"Lead/{LONG_LEAD}"),
        ("touchpoint.recorded", f"Lead/{LONG_LEAD}"),
    ]


def test_the_id_of_the_notification_alone_decides() -> None:
    first = mapped(result({"Id": LEAD, "Company": "ACME"}))
    again = mapped(result({"Id": LEAD, "Company": "ACME Holding", "Status": "New"}))
    other = mapped(result({"Id": LEAD, "Company": "ACME"}, id_="04l000000000002"))
    assert first.identity == again.identity
    assert first.identity.comparable == 0
    assert other.identity.key != first.identity.key


def test_links_lead_to_the_account() -> None:
    found = result({"Id": CONTACT, "AccountId": ACCOUNT}, kind="Contact")
    data = {"lead": f"salesforce Contact/{LONG_CONTACT}"}
    assert told(found) == [("account.linked", f"Account/{LONG_ACCOUNT}", data)]


def test_a_deal_with_its_money_account_and_contact() -> None:
    fields = {
        "Id": DEAL,
        "Name": "Big one",
        "Amount": "1.25E7",
        "CurrencyIsoCode": "USD",
        "StageName": "Prospecting",
        "AccountId": ACCOUNT,
        "ContactId": CONTACT,
    }
    deal = f"Opportunity/{LONG_DEAL}"
    assert told(result(fields, kind="Opportunity")) == [
        (
            "deal.updated",
            deal,
            {
                "amount": "12500000",
                "currency": "USD",
                "default_currency": "EUR",
                "personal": {"other": {"deal_name": "Big one"}},
            },
        ),
        ("deal.stage_changed", deal, {"claimed": "Prospecting", "asserted": True}),
        ("account.linked", f"Account/{LONG_ACCOUNT}", {"deal": f"salesforce {deal}"}),
        ("deal.linked", deal, {"lead": f"salesforce Contact/{LONG_CONTACT}"}),
    ]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"StageName": "Our own end", "IsWon": "true", "IsClosed": "true"}, "deal.won"),
        ({"StageName": "Our own end", "IsWon": "false", "IsClosed": "true"}, "deal.lost"),
        ({"StageName": "Our own step", "IsWon": "false", "IsClosed": "false"}, "deal.stage_changed"),
        ({"StageName": "Prospecting", "IsWon": "true"}, "deal.won"),
        ({"StageName": "Closed Won", "IsWon": "false", "IsClosed": "true"}, "deal.lost"),
        ({"StageName": "Closed Won", "IsClosed": "true"}, "deal.won"),
        ({"IsWon": "true", "IsClosed": "true"}, "deal.won"),
    ],
)
def test_the_record_itself_says_how_a_deal_ended(fields: dict[str, str | None], expected: str) -> None:
    (draft,) = types(result({"Id": DEAL} | fields, kind="Opportunity"))
    assert draft[0] == expected


@pytest.mark.parametrize("more", [{}, {"IsClosed": "true"}])
def test_a_stage_without_a_row_is_held_back_if_the_record_does_not_say(more: dict[str, str | None]) -> None:
    found = result({"Id": DEAL, "StageName": "Our own step"} | more, kind="Opportunity")
    assert isinstance(found, Refused)
    assert found.reason is Reason.UNMAPPED_STAGE


@pytest.mark.parametrize(
    ("fields", "kind", "reason"),
    [
        ({"Company": "ACME"}, "Lead", Reason.INVALID_ITEM),
        ({"Id": "4711", "Company": "ACME"}, "Lead", Reason.INVALID_ITEM),
        ({"Id": LEAD, "Status": "Our own"}, "Lead", Reason.UNMAPPED_STAGE),
        ({"Id": DEAL, "Amount": "much"}, "Opportunity", Reason.INVALID_ITEM),
    ],
)
def test_what_cannot_be_read_is_held_back(fields: dict[str, str | None], kind: str, reason: Reason) -> None:
    found = result(fields, kind=kind)
    assert isinstance(found, Refused)
    assert found.reason is reason
    assert "ACME" not in found.detail


def test_an_object_that_the_mapping_does_not_list_is_ignored() -> None:
    found = result({"Id": "a0X000000000001", "Name": "x"}, kind="Own__c")
    assert isinstance(found, Ignored)
    assert found.reason is Reason.OBJECT_IGNORED


def test_the_parts_of_an_address_are_fields_of_the_record() -> None:
    parts = "<sf:city>Bonn</sf:city><sf:country>DE</sf:country>"
    body = soap(notification({"Id": CONTACT, "MailingAddress": "@"}, kind="Contact"))
    (found,) = results_of(shipped_adapter(), body.replace(b"@", parts.encode()))
    data = {"properties": {"country": "DE"}, "personal": {"other": {"MailingCity": "Bonn"}}}
    assert told(found) == [("lead.updated", f"Contact/{LONG_CONTACT}", data)]
