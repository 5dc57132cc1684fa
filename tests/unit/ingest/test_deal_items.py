"""What each kind of deal item becomes, by the shipped mapping."""

import pytest

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.hubspot.deal import plain_decimal
from leadtrace_ingest.senders.item import LinkedSubject, Refused
from tests.unit.ingest.hubspot_items import association, deal_property, drafts_of, item, result_of, told

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
    (draft,) = drafts_of(association(kind, associationRemoved=removed, isPrimaryAssociation=not removed))
    assert (draft.kind, draft.external_id) == ("deal", "9001")
    assert draft.type == f"io.leadtrace.deal.{'unlinked' if removed else 'linked'}.v1"
    assert draft.link == LinkedSubject("contact", "501", removed=removed, primary=not removed)
    assert draft.data is None


def test_other_associations_go_to_quarantine() -> None:
    result = result_of(association("DEAL_TO_CONTACT", associationType="DEAL_TO_COMPANY"))
    assert isinstance(result, Refused)
    assert result.reason is Reason.UNSUPPORTED_ASSOCIATION


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
    assert (result.reason, result.detail.partition(":")[0]) == (Reason.INVALID_ITEM, "propertyValue")


@pytest.mark.parametrize(
    ("text", "plain"),
    [("", ""), ("7", "7"), ("-3.10", "-3.10"), ("1E+2", "100"), ("0.000000000001", "0.000000000001")],
)
def test_amounts_keep_their_digits(text: str, plain: str) -> None:
    assert plain_decimal(text) == plain
