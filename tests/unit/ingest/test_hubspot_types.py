"""Every subscription type of HubSpot: by the object's word, by the id of its type, and of custom objects."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.hubspot.map import DOCUMENTED, HubSpotAdapter
from leadtrace_ingest.senders.item import Ignored, Mapped, Refused
from leadtrace_ingest.senders.mapping.compiled import load_mapping
from tests.unit.ingest import deliveries
from tests.unit.ingest.deliveries import Told, map_raw, results_of
from tests.unit.ingest.hubspot_items import SECRET, item, raw, result_of, shipped_adapter, told

SAMPLES = Path(__file__).resolve().parents[4] / "shared/data/webhooks/hubspot_docs_batch.json"
ACTOR = {"actor": "CRM_UI"}
TYPE_IDS = {"contact": "0-1", "company": "0-2", "deal": "0-3"}
NAMES = {"contact": "lead", "company": "account", "deal": "deal"}
BEYOND = 2**31 + 5

# What each verb becomes, with the fields that it needs beside the usual ones.
VERBS: dict[str, tuple[dict[str, Any], dict[str, tuple[str, Any]]]] = {
    "creation": (
        {},
        {
            "contact": ("lead.captured", {}),
            "company": ("account.updated", {"created": True}),
            "deal": ("deal.created", {}),
        },
    ),
    "deletion": ({}, {object_: (f"{name}.deleted", ACTOR) for object_, name in NAMES.items()}),
    "restore": ({}, {object_: (f"{name}.restored", ACTOR) for object_, name in NAMES.items()}),
    "propertyChange": (
        {"propertyName": "hubspot_team_id", "propertyValue": "4"},
        {
            "contact": ("lead.updated", {"properties": {"team": "4"}}),
            "company": ("account.updated", {"personal": {"other": {"hubspot_team_id": "4"}}}),
            "deal": ("deal.updated", {"properties": {"team": "4"}}),
        },
    ),
}
CASES = [
    (verb, object_, fields, expected)
    for verb, (fields, by_object) in VERBS.items()
    for object_, expected in by_object.items()
]


@pytest.mark.parametrize(("verb", "object_", "fields", "expected"), CASES)
def test_each_type_says_the_same_by_word_and_by_type_id(
    verb: str, object_: str, fields: dict[str, Any], expected: tuple[str, Any]
) -> None:
    name, data = expected
    by_word = item(f"{object_}.{verb}", **fields)
    by_id = item(f"object.{verb}", objectTypeId=TYPE_IDS[object_], **fields)
    assert told(by_word) == told(by_id) == [(name, f"{object_}/501", data)]


class TestMerges:
    @pytest.mark.parametrize("object_", NAMES)
    @pytest.mark.parametrize("generic", [False, True])
    def test_into_one_of_them(self, object_: str, *, generic: bool) -> None:
        assert told(self.merge(object_, generic)) == [self.merged(object_, 5, [6, 7])]

    @pytest.mark.parametrize("object_", NAMES)
    @pytest.mark.parametrize("generic", [False, True])
    def test_into_a_new_one(self, object_: str, *, generic: bool) -> None:
        """HubSpot now makes a new record and absorbs both."""
        assert told(self.merge(object_, generic) | {"newObjectId": 8}) == [self.merged(object_, 8, [5, 6, 7])]

    def test_needs_both_sides(self) -> None:
        for missing in ("primaryObjectId", "mergedObjectIds"):
            result = result_of({**self.merge("contact", generic=False), missing: None})
            assert isinstance(result, Refused)
            assert missing in result.detail

    def merge(self, object_: str, generic: bool) -> dict[str, Any]:
        word = "object" if generic else object_
        fields = {"objectTypeId": TYPE_IDS[object_]} if generic else {}
        return item(
            f"{word}.merge", primaryObjectId=5, mergedObjectIds=[7, 6], numberOfPropertiesMoved=3, **fields
        )

    def merged(self, object_: str, survivor: int, absorbed: list[int]) -> Told:
        ids = [f"hubspot/33 {object_}/{one}" for one in absorbed]
        return (f"{NAMES[object_]}.merged", f"{object_}/{survivor}", {"absorbed": ids, **ACTOR})


class TestPrivacyDeletion:
    """It fires together with the deletion, in either order: two items, two events."""

    @pytest.mark.parametrize(
        "given",
        [item("contact.privacyDeletion"), item("object.privacyDeletion", objectTypeId="0-1")],
        ids=["contact", "object"],
    )
    def test_asks_for_an_erasure(self, given: dict[str, Any]) -> None:
        request = given["subscriptionType"]
        assert told(given) == [("lead.erased", "contact/501", {"request": request, **ACTOR})]

    def test_is_another_item_than_the_deletion(self) -> None:
        deletion = item("contact.deletion", changeFlag="DELETED")
        assert result_of(deletion).identity.key != result_of(item("contact.privacyDeletion")).identity.key

    def test_erases_persons_only(self) -> None:
        result = result_of(item("object.privacyDeletion", objectTypeId="0-2"))
        assert isinstance(result, Refused)
        assert result.reason is Reason.INVALID_ITEM


@pytest.mark.parametrize("object_", ["ticket", "product", "line_item"])
@pytest.mark.parametrize("verb", ["creation", "deletion", "propertyChange", "merge", "restore"])
def test_objects_that_nobody_mapped_are_ignored(object_: str, verb: str) -> None:
    result = result_of(item(f"{object_}.{verb}", propertyName="x", primaryObjectId=1, mergedObjectIds=[2]))
    assert isinstance(result, Ignored)
    assert result.reason is Reason.OBJECT_IGNORED


@pytest.mark.parametrize("type_id", ["0-5", "0-7", "0-8"])
def test_and_so_they_are_by_the_id_of_their_type(type_id: str) -> None:
    assert isinstance(result_of(item("object.creation", objectTypeId=type_id)), Ignored)


class TestCustomObjects:
    FILE = """
name: mine
version: 1
objects:
  contact: {is: lead}
  "2-123456":
    is: deal
    fields: {stage: {means: stage}}
deal_stages:
  - {id: "900", is: won}
"""

    @pytest.fixture
    def adapter(self, tmp_path: Path) -> HubSpotAdapter:
        path = tmp_path / "mine.yaml"
        path.write_text(self.FILE)
        return HubSpotAdapter("hubspot", [SECRET.encode()], load_mapping(path, "EUR"))

    def test_are_what_the_mapping_says(self, adapter: HubSpotAdapter) -> None:
        changed = {"propertyName": "stage", "propertyValue": "900"}
        won = item("object.propertyChange", objectTypeId="2-123456", **changed)
        assert deliveries.told(map_raw(adapter, raw(won))) == [
            ("deal.won", "2-123456/501", {"claimed": "900", **ACTOR})
        ]

    def test_are_linked_with_contacts(self, adapter: HubSpotAdapter) -> None:
        ends = {"fromObjectTypeId": "2-123456", "toObjectTypeId": "0-1", "fromObjectId": 9, "toObjectId": 5}
        linked = item("object.associationChange", associationType="mine_to_contact", **ends)
        assert deliveries.told(map_raw(adapter, raw(linked))) == [
            ("deal.linked", "2-123456/9", {"lead": "hubspot/33 contact/5"})
        ]

    def test_associations_of_records_of_other_types_are_no_copies(self, adapter: HubSpotAdapter) -> None:
        ends = {"fromObjectTypeId": "2-123456", "toObjectTypeId": "0-1", "fromObjectId": 9, "toObjectId": 5}
        given = {"associationType": "mine_to_contact", **ends}
        kinds = [given, given | {"fromObjectTypeId": "0-3"}, given | {"toObjectTypeId": "0-2"}]
        keys = [map_raw(adapter, raw(item("object.associationChange", **one))).identity.key for one in kinds]
        assert len(set(keys)) == len(kinds)

    def test_go_to_quarantine_until_they_are_mapped(self) -> None:
        result = result_of(item("object.creation", objectTypeId="2-999"))
        assert isinstance(result, Refused)
        assert result.reason is Reason.UNMAPPED_OBJECT
        assert "'2-999'" in result.detail


def test_the_type_of_a_generic_object_is_required() -> None:
    result = result_of(item("object.creation"))
    assert isinstance(result, Refused)
    assert "objectTypeId" in result.detail


class TestIdsBeyond32Bits:
    def test_of_records(self) -> None:
        assert told(item("company.deletion", objectId=BEYOND))[0][1] == f"company/{BEYOND}"

    def test_of_links(self) -> None:
        ends = {"fromObjectId": BEYOND, "toObjectId": 2**53 + 1, "objectId": None}
        (linked,) = told(item("deal.associationChange", associationType="DEAL_TO_CONTACT", **ends))
        assert linked == ("deal.linked", f"deal/{BEYOND}", {"lead": f"hubspot/33 contact/{2**53 + 1}"})

    def test_of_merges(self) -> None:
        merge = item("contact.merge", primaryObjectId=1, mergedObjectIds=[BEYOND], newObjectId=2**63 - 1)
        (merged,) = told(merge)
        absorbed = ["hubspot/33 contact/1", f"hubspot/33 contact/{BEYOND}"]
        assert merged == ("lead.merged", f"contact/{2**63 - 1}", {"absorbed": absorbed, **ACTOR})

    def test_two_that_differ_beyond_what_a_float_can_hold_stay_two(self) -> None:
        one, other = (result_of(item("contact.creation", objectId=2**53 + more)) for more in (0, 1))
        assert one.identity.key != other.identity.key


class TestDocumentedBatch:
    """The documentation prints `eventType`, deliveries say `subscriptionType`: both are the same items."""

    def test_maps_in_either_spelling(self) -> None:
        printed, delivered = (
            results_of(shipped_adapter(), msgspec.json.encode(batch))
            for batch in msgspec.json.decode(SAMPLES.read_bytes())["deliveries"]
        )
        assert printed == delivered
        assert all(isinstance(one, Mapped) and one.source == "hubspot/33" for one in printed)
        assert [deliveries.told(one) for one in printed] == [
            [
                (
                    "lead.stage_changed",
                    "contact/1246965",
                    {"stage": "inquiry", "claimed": "subscriber", "actor": "ACADEMY"},
                )
            ],
            [("lead.captured", "contact/1246978", {})],
        ]


def test_every_documented_type_has_a_case_here() -> None:
    verbs = {kind.partition(".")[2] for kind in DOCUMENTED}
    assert verbs == {*VERBS, "merge", "privacyDeletion", "associationChange"}
