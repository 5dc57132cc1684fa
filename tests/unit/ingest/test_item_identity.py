"""What makes an item itself: delivery fields are outside, everything that says something is inside."""

from typing import Any

import pytest

from leadtrace_ingest.senders.item import Identity
from tests.unit.ingest.deliveries import map_raw
from tests.unit.ingest.hubspot_items import (
    AT_MS,
    association,
    contact_property,
    item,
    raw,
    result_of,
    shipped_adapter,
)

BASE = contact_property("industry", "x")


def identity(given: object, sender: str = "hubspot") -> Identity:
    return map_raw(shipped_adapter(sender), raw(given)).identity


@pytest.mark.parametrize(
    "delivery", [{"attemptNumber": 7}, {"subscriptionId": 99}, {"appId": 5}, {"unheardOf": [1]}], ids=str
)
def test_delivery_fields_make_no_other_item(delivery: dict[str, Any]) -> None:
    assert identity(BASE | delivery) == identity(BASE)


def test_the_order_of_fields_makes_no_other_item() -> None:
    assert identity(dict(reversed(BASE.items()))) == identity(BASE)


DIFFERENT: list[dict[str, Any]] = [
    BASE,
    BASE | {"portalId": 34},
    BASE | {"subscriptionType": "deal.propertyChange"},
    BASE | {"objectId": 502},
    BASE | {"eventId": 2},
    BASE | {"occurredAt": AT_MS + 1},
    BASE | {"propertyName": "company"},
    BASE | {"propertyValue": "y"},
    BASE | {"propertyValue": None},
    BASE | {"propertyValue": ""},
    BASE | {"propertyName": "industryx", "propertyValue": ""},
    item("contact.merge", primaryObjectId=1, mergedObjectIds=[2, 3]),
    item("contact.merge", primaryObjectId=1, mergedObjectIds=[2]),
    item("contact.merge", primaryObjectId=1),
    association("DEAL_TO_CONTACT"),
    association("DEAL_TO_CONTACT", associationRemoved=True),
    association("DEAL_TO_CONTACT", toObjectId=502),
    association("DEAL_TO_CONTACT", fromObjectId=9002),
    association("DEAL_TO_CONTACT", associationType="DEAL_TO_COMPANY"),
    item("object.creation", objectTypeId="0-1"),
    item("object.creation", objectTypeId="0-2"),
]


def test_what_says_something_else_is_another_item() -> None:
    assert len({identity(one).key for one in DIFFERENT}) == len(DIFFERENT)


def test_senders_do_not_share_identities() -> None:
    assert identity(BASE, "hubspot_de").key != identity(BASE).key
    assert identity(17, "hubspot_de").key != identity(17).key


@pytest.mark.parametrize(
    "changed", [{"changeSource": "IMPORT"}, {"sourceId": "userId:5"}, {"changeFlag": "NEW"}], ids=str
)
def test_the_comparable_part_tells_an_impostor_from_a_copy(changed: dict[str, Any]) -> None:
    copy, impostor = identity(BASE), identity(BASE | changed)
    assert copy.key == impostor.key
    assert copy.comparable != impostor.comparable


def test_a_source_id_may_be_a_number() -> None:
    assert identity(BASE | {"sourceId": 5}) == identity(BASE | {"sourceId": "5"})


def test_what_cannot_be_read_is_known_by_its_bytes() -> None:
    assert identity([1]) == identity([1])
    assert identity([1]).key != identity([2]).key


def test_source_names_sender_and_portal() -> None:
    assert getattr(result_of(BASE), "source", None) == "hubspot/33"
