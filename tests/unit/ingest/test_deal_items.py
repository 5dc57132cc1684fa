"""What each kind of deal item becomes, by the shipped mapping."""

from typing import cast

import pytest

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.item import Refused
from leadtrace_ingest.senders.mapping.values import amount_of
from tests.unit.ingest.hubspot_items import association, deal_property, item, result_of, told

DEAL = "deal/9001"
ACTOR = {"actor": "CRM_UI"}


def updated(**data: object) -> list[tuple[str, str, object]]:
    return [("deal.updated", DEAL, data)]


CASES = {
    "creation": (item("deal.creation", objectId=9001), [("deal.created", DEAL, {})]),
    "deletion": (item("deal.deletion", objectId=9001), [("deal.deleted", DEAL, ACTOR)]),
    "restore": (item("deal.restore", objectId=9001), [("deal.restored", DEAL, ACTOR)]),
    "won": (deal_property("dealstage", "closedwon"), [("deal.won", DEAL, {"claimed": "closedwon", **ACTOR})]),
    "lost": (
        deal_property("dealstage", "closedlost"),
        [("deal.lost", DEAL, {"claimed": "closedlost", **ACTOR})],
    ),
    "open stage": (
        deal_property("dealstage", "contractsent"),
        [("deal.stage_changed", DEAL, {"claimed": "contractsent", **ACTOR})],
    ),
    "amount": (deal_property("amount", "1234.50"), updated(amount="1234.50", default_currency="BRL")),
    "amount of nothing": (deal_property("amount", "0.0"), updated(amount="0.0", default_currency="BRL")),
    "amount cleared": (deal_property("amount", ""), updated(amount="", default_currency="BRL")),
    "amount as Java writes it": (
        deal_property("amount", "1.05E7"),
        updated(amount="10500000", default_currency="BRL"),
    ),
    "currency": (deal_property("deal_currency_code", "eur"), updated(currency="EUR")),
    "reason": (
        deal_property("closed_lost_reason", "too dear"),
        updated(properties={"lost_reason": "too dear"}),
    ),
    "name": (
        deal_property("dealname", "Ana's order"),
        updated(personal={"other": {"deal_name": "Ana's order"}}),
    ),
    "unmapped": (deal_property("mystery", "x"), updated(personal={"other": {"mystery": "x"}})),
}


@pytest.mark.parametrize(("given", "expected"), CASES.values(), ids=CASES)
def test_item_becomes(given: object, expected: object) -> None:
    assert told(given) == expected


@pytest.mark.parametrize("kind", ["DEAL_TO_CONTACT", "CONTACT_TO_DEAL"])
@pytest.mark.parametrize("removed", [False, True])
def test_either_side_links_the_deal_with_the_contact(kind: str, *, removed: bool) -> None:
    (event,) = told(association(kind, associationRemoved=removed, isPrimaryAssociation=not removed))
    lead = {"lead": "hubspot/33 contact/501"}
    if removed:
        assert event == ("deal.unlinked", DEAL, lead)
    else:
        assert event == ("deal.linked", DEAL, lead | {"primary": True})


@pytest.mark.parametrize(
    ("kind", "ends", "other"),
    [
        ("DEAL_TO_COMPANY", {"fromObjectId": 9001, "toObjectId": 701}, {"deal": "hubspot/33 deal/9001"}),
        ("COMPANY_TO_DEAL", {"fromObjectId": 701, "toObjectId": 9001}, {"deal": "hubspot/33 deal/9001"}),
        ("CONTACT_TO_COMPANY", {"fromObjectId": 501, "toObjectId": 701}, {"lead": "hubspot/33 contact/501"}),
        ("COMPANY_TO_CONTACT", {"fromObjectId": 701, "toObjectId": 501}, {"lead": "hubspot/33 contact/501"}),
    ],
)
def test_a_company_is_linked_with_contacts_and_deals(kind: str, ends: object, other: object) -> None:
    given = association("DEAL_TO_CONTACT") | {"associationType": kind, **cast("dict[str, int]", ends)}
    assert told(given) == [("account.linked", "company/701", other)]
    assert told(given | {"associationRemoved": True}) == [("account.unlinked", "company/701", other)]


def test_generic_associations_name_the_types_of_their_ends() -> None:
    given = association("DEAL_TO_CONTACT", fromObjectTypeId="0-3", toObjectTypeId="0-1")
    given |= {"subscriptionType": "object.associationChange", "associationType": "deal_to_contact_17"}
    assert told(given) == [("deal.linked", DEAL, {"lead": "hubspot/33 contact/501"})]


@pytest.mark.parametrize(
    "value",
    [
        "twelve",
        "NaN",
        "Infinity",
        "1,5",
        "1_000",
        "0x1F",
        "1e99",
        "1e-99",
        "9" * 70,
        "\uff11\uff12",
        "1" + "0" * 18,
    ],
)
def test_what_is_no_amount_goes_to_quarantine(value: str) -> None:
    result = result_of(deal_property("amount", value))
    assert isinstance(result, Refused)
    assert (result.reason, result.detail.partition(":")[0]) == (Reason.INVALID_ITEM, "amount")


@pytest.mark.parametrize(
    ("text", "plain"),
    [("", ""), ("7", "7"), ("-3.10", "-3.10"), ("1E+2", "100"), ("0.000000000001", "0.000000000001")],
)
def test_amounts_keep_their_digits(text: str, plain: str) -> None:
    assert amount_of("amount", text) == plain
