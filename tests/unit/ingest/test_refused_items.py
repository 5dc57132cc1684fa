"""Items that do not become events: each with a reason, field and rule by name, and its raw bytes."""

import pytest

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.hubspot.map import DOCUMENTED
from leadtrace_ingest.senders.item import Ignored, Mapped, Refused
from leadtrace_ingest.senders.webhook import MAX_ITEM_BYTES
from tests.unit.ingest.deliveries import results_of
from tests.unit.ingest.hubspot_items import (
    association,
    contact_property,
    deal_property,
    item,
    raw,
    result_of,
    shipped_adapter,
)


def without(given: dict[str, object], name: str) -> dict[str, object]:
    return {key: value for key, value in given.items() if key != name}


CREATION = item("contact.creation")
REFUSED: dict[str, tuple[object, Reason, str]] = {
    "merge of nothing": (item("contact.merge"), Reason.INVALID_ITEM, "primaryObjectId"),
    "merge into nothing": (item("contact.merge", primaryObjectId=1), Reason.INVALID_ITEM, "mergedObjectIds"),
    "merge of thousands": (
        item("contact.merge", primaryObjectId=1, mergedObjectIds=list(range(2, 2_000))),
        Reason.INVALID_ITEM,
        "mergedObjectIds",
    ),
    "object of no type": (item("object.propertyChange"), Reason.INVALID_ITEM, "objectTypeId"),
    "custom object": (
        item("object.creation", objectTypeId="2-77"),
        Reason.UNMAPPED_OBJECT,
        "objectTypeId: the mapping has no object '2-77'",
    ),
    "erasure of a deal": (
        item("object.privacyDeletion", objectTypeId="0-3"),
        Reason.INVALID_ITEM,
        "subscriptionType",
    ),
    "invented type": (item("contact.teleported"), Reason.UNKNOWN_TYPE, "contact.teleported"),
    "no type at all": (without(CREATION, "subscriptionType"), Reason.UNKNOWN_TYPE, "subscriptionType"),
    "unmapped stage": (contact_property("lifecyclestage", "77123"), Reason.UNMAPPED_STAGE, "'77123'"),
    "unmapped deal stage": (deal_property("dealstage", "signed"), Reason.UNMAPPED_STAGE, "'signed'"),
    "a number": (17, Reason.INVALID_ITEM, "object"),
    "null": (None, Reason.INVALID_ITEM, "object"),
    "a list": ([CREATION], Reason.INVALID_ITEM, "object"),
    "no event id": (without(CREATION, "eventId"), Reason.INVALID_ITEM, "eventId"),
    "no portal": (without(CREATION, "portalId"), Reason.INVALID_ITEM, "portalId"),
    "no object": (without(CREATION, "objectId"), Reason.INVALID_ITEM, "objectId"),
    "object id as text": (item("contact.creation", objectId="501"), Reason.INVALID_ITEM, "objectId"),
    "object id beyond 64 bits": (item("contact.creation", objectId=2**63), Reason.INVALID_ITEM, "objectId"),
    "negative event id": (item("contact.creation", eventId=-1), Reason.INVALID_ITEM, "eventId"),
    "no property name": (item("contact.propertyChange"), Reason.INVALID_ITEM, "propertyName"),
    "endless property name": (contact_property("x" * 300, "y"), Reason.INVALID_ITEM, "propertyName"),
    "NUL in a name": (contact_property("a\x00b", "y"), Reason.INVALID_ITEM, "property_name"),
    "value as number": (
        item("deal.propertyChange", propertyName="amount", propertyValue=5),
        Reason.INVALID_ITEM,
        "propertyValue",
    ),
    "endless channel": (
        contact_property("hs_analytics_source", "x" * 300),
        Reason.INVALID_ITEM,
        "hs_analytics_source",
    ),
    "bad currency": (deal_property("deal_currency_code", "Euro"), Reason.INVALID_ITEM, "deal_currency_code"),
    "link without an end": (
        without(association("DEAL_TO_CONTACT"), "toObjectId"),
        Reason.INVALID_ITEM,
        "toObjectId",
    ),
    "link of no kind": (
        without(association("DEAL_TO_CONTACT"), "associationType"),
        Reason.INVALID_ITEM,
        "associationType",
    ),
    "no time": (without(CREATION, "occurredAt"), Reason.BAD_TIME, "occurredAt"),
    "time in words": (item("contact.creation", occurredAt="2026-01-02"), Reason.BAD_TIME, "occurredAt"),
    "time as a fraction": (item("contact.creation", occurredAt=1.5e12), Reason.BAD_TIME, "occurredAt"),
    "time in seconds": (item("contact.creation", occurredAt=1_767_312), Reason.BAD_TIME, "occurredAt"),
    "time before 1970": (item("contact.creation", occurredAt=-1), Reason.BAD_TIME, "occurredAt"),
    "time beyond the calendar": (item("contact.creation", occurredAt=10**18), Reason.BAD_TIME, "occurredAt"),
    "enormous": (contact_property("notes", "x" * MAX_ITEM_BYTES), Reason.TOO_LARGE, str(MAX_ITEM_BYTES)),
}


@pytest.mark.parametrize(("given", "reason", "detail"), REFUSED.values(), ids=REFUSED)
def test_item_goes_to_quarantine(given: object, reason: Reason, detail: str) -> None:
    result = result_of(given)
    assert isinstance(result, Refused), result
    assert result.reason is reason
    assert detail in result.detail
    assert result.raw == raw(given)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", Reason.NOT_JSON),
        (b"<xml/>", Reason.NOT_JSON),
        (b'[{"eventId":1},]', Reason.NOT_JSON),
        (b'{"a":' * 20_000, Reason.NOT_JSON),
        (b'{"eventId":1,"portalId":\xff}', Reason.NOT_JSON),
        (b'{"subscriptionType":"\xff","eventId":1,"portalId":2}', Reason.INVALID_ITEM),
    ],
    ids=["empty", "xml", "trailing comma", "nested", "not UTF-8", "text not UTF-8"],
)
def test_bodies_that_cannot_be_read(body: bytes, reason: Reason) -> None:
    adapter = shipped_adapter()
    (result,) = results_of(adapter, body)
    assert isinstance(result, Refused)
    assert (result.reason, result.raw) == (reason, body)


IGNORED = {
    "stage that means nothing": (contact_property("lifecyclestage", "other"), Reason.STAGE_IGNORED),
    "stage cleared": (contact_property("lifecyclestage", ""), Reason.VALUE_CLEARED),
    "deal stage cleared": (deal_property("dealstage", ""), Reason.VALUE_CLEARED),
    "channel cleared": (contact_property("hs_analytics_source", ""), Reason.VALUE_CLEARED),
    "object without a mapping": (item("ticket.creation"), Reason.OBJECT_IGNORED),
    "association of other things": (
        association("DEAL_TO_CONTACT", associationType="DEAL_TO_LINE_ITEM"),
        Reason.OBJECT_IGNORED,
    ),
    "association of one kind": (
        association("DEAL_TO_CONTACT", associationType="CONTACT_TO_CONTACT"),
        Reason.UNSUPPORTED_ASSOCIATION,
    ),
    "association in other words": (
        association("DEAL_TO_CONTACT", associationType="PARENT_COMPANY"),
        Reason.UNSUPPORTED_ASSOCIATION,
    ),
    "merge with itself": (
        item("contact.merge", primaryObjectId=5, mergedObjectIds=[5]),
        Reason.NOTHING_KEPT,
    ),
    "currency cleared": (deal_property("deal_currency_code", None), Reason.VALUE_CLEARED),
}


@pytest.mark.parametrize(("given", "reason"), IGNORED.values(), ids=IGNORED)
def test_item_is_ignored(given: object, reason: Reason) -> None:
    result = result_of(given)
    assert isinstance(result, Ignored), result
    assert result.reason is reason


def test_every_documented_type_is_known() -> None:
    for kind in sorted(DOCUMENTED):
        result = result_of(item(kind, propertyName="industry", propertyValue="x"))
        assert not isinstance(result, Refused) or result.reason is not Reason.UNKNOWN_TYPE, kind


def test_every_reason_has_a_sentence() -> None:
    for reason in Reason:
        assert reason.sentence.endswith("."), reason
        assert str(reason) == reason.value


class TestSplit:
    def test_a_batch_is_as_many_items_as_it_has_elements(self) -> None:
        adapter = shipped_adapter()
        assert len(results_of(adapter, raw([CREATION, 5, None, []]))) == 4

    def test_a_bare_object_is_one_item(self) -> None:
        (result,) = results_of(shipped_adapter(), raw(CREATION))
        assert isinstance(result, Mapped)

    def test_an_empty_batch_has_no_items(self) -> None:
        assert results_of(shipped_adapter(), b" [ ] ") == results_of(shipped_adapter(), b"[]") == []
