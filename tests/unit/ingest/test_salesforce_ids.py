"""Ids of 15 and of 18 characters name one record."""

import pytest

from leadtrace_ingest.senders.salesforce.record_id import long_id, referred
from tests.unit.ingest.salesforce_items import LEAD, LONG_LEAD, change, mapped, relayed_one, result, told


@pytest.mark.parametrize(
    ("short", "long"),
    [
        # From Salesforce's own documentation and samples.
        ("0017Q00000EiRcf", "0017Q00000EiRcfQAF"),
        ("00558000000yFyD", "00558000000yFyDAAU"),
        ("00Uxx000000fvRQ", "00Uxx000000fvRQEAY"),
        ("005xx000001TT96", "005xx000001TT96AAG"),
        ("000000000000000", "000000000000000AAA"),
        ("ABCDEABCDEABCDE", "ABCDEABCDEABCDE555"),
    ],
)
def test_the_last_three_characters_tell_the_case_of_the_others(short: str, long: str) -> None:
    assert long_id(short) == long
    assert long_id(long) == long
    assert long_id(f" {short}\n") == long


def test_case_tells_records_apart() -> None:
    assert long_id("00Q00000000000a") != long_id("00Q00000000000A")


@pytest.mark.parametrize("text", ["", "00Q", "00Q0000000000010", "00Q00000000000é", "00Q*", "0" * 19])
def test_what_is_no_id_is_none(text: str) -> None:
    assert long_id(text) is None
    assert referred(text) == text


def test_both_forms_are_one_subject_from_either_way_of_delivery() -> None:
    found = [
        result({"Id": LEAD, "Company": "ACME"}),
        result({"Id": LONG_LEAD, "Company": "ACME"}),
        result({"Id": f"{LEAD}AAA", "Company": "ACME"}),
        relayed_one(change("Lead", "UPDATE", {"Company": "ACME"}, recordIds=[LEAD])),
        relayed_one(change("Lead", "UPDATE", {"Company": "ACME"}, recordIds=[LONG_LEAD])),
    ]
    assert {told(one)[0][1] for one in found} == {f"Lead/{LONG_LEAD}"}


def test_both_forms_of_a_change_are_one_item() -> None:
    short, long = (
        mapped(relayed_one(change("Lead", "UPDATE", {"Company": "ACME"}, recordIds=[one])))
        for one in (LEAD, LONG_LEAD)
    )
    assert short.identity == long.identity


def test_both_forms_of_a_notification_are_one_item() -> None:
    short, long = (
        mapped(result({"Id": LEAD, "Company": "ACME"}, id_=one))
        for one in ("04l000000000001", "04l000000000001AAA")
    )
    assert short.identity == long.identity


def test_references_bear_the_long_form() -> None:
    found = relayed_one(
        change("Contact", "UPDATE", {"AccountId": "001000000000001", "OwnerId": "005000000000001"})
    )
    assert [(type_, data) for type_, _, data in told(found)] == [
        ("lead.owner_changed", {"owner": "005000000000001AAA", "actor": "005000000000001AAA"}),
        ("account.linked", {"lead": f"salesforce Contact/{LONG_LEAD}"}),
    ]
    assert told(found)[1][1] == "Account/001000000000001AAA"
