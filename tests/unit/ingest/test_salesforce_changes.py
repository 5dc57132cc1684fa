"""What a change event becomes, in every shape that relays post."""

from datetime import UTC, datetime
from typing import Any

import pytest

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.item import Ignored, Mapped, Refused
from tests.unit.ingest.deliveries import RECEIVED_AT
from tests.unit.ingest.salesforce_items import (
    AT_MS,
    LONG_ACCOUNT,
    LONG_DEAL,
    LONG_LEAD,
    LONG_USER,
    change,
    cometd,
    first_data,
    mapped,
    relayed,
    relayed_one,
    told,
    types,
)

LEAD_SUBJECT = f"Lead/{LONG_LEAD}"
UPDATE = change(
    "Lead", "UPDATE", {"Status": "Working - Contacted", "LastModifiedDate": "2026-01-02T00:00:00Z"}
)
NULLS = {"Name": None, "Company": None, "Address": None, "Email": None, "OwnerId": None}
SHAPES: dict[str, Any] = {
    "CometD": cometd(UPDATE, "/data/LeadChangeEvent"),
    "payload at the top": UPDATE,
    "Pub/Sub client": {"replayId": 18098167, "payload": UPDATE | NULLS},
    "Pub/Sub client with id": {"id": "6f1c5a8e", "replayId": 7, "payload": UPDATE | NULLS},
    "event beside payload": {"event": {"replayId": 6}, "payload": UPDATE},
    "event around": {"event": UPDATE},
    "Event Relay": {
        "detail-type": "LeadChangeEvent",
        "id": "1",
        "detail": {"payload": UPDATE, "schemaId": "x"},
    },
    "Avro's JSON": {
        "payload": UPDATE
        | NULLS
        | {
            "ChangeEventHeader": UPDATE["ChangeEventHeader"] | {"commitUser": {"string": LONG_USER}},
            "Status": {"string": "Working - Contacted"},
            "LastModifiedDate": {"long": AT_MS},
        }
    },
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_says_the_same(shape: str) -> None:
    found = mapped(relayed_one(SHAPES[shape]))
    stage = {"stage": "sal", "claimed": "Working - Contacted", "actor": LONG_USER}
    assert told(found) == [("lead.stage_changed", LEAD_SUBJECT, stage)]
    (draft,) = found.drafts
    assert draft.time == datetime(2026, 1, 2, tzinfo=UTC)
    assert draft.sequence == "00000010585193272713.00000000000000000001"
    assert found.correlation == UPDATE["ChangeEventHeader"]["transactionKey"]
    assert found.identity.key == mapped(relayed_one(UPDATE)).identity.key


def test_the_same_change_from_both_apis_is_no_conflict() -> None:
    shapes = ("CometD", "payload at the top", "Pub/Sub client", "event beside payload", "Event Relay")
    assert len({mapped(relayed_one(SHAPES[shape])).identity for shape in shapes}) == 1


def test_an_array_is_as_many_events() -> None:
    found = relayed([SHAPES["CometD"], change("Lead", "DELETE"), 7])
    assert [type(one) for one in found] == [Mapped, Mapped, Refused]
    assert relayed([]) == []


def test_several_records_are_as_many_items() -> None:
    ids = [f"00Q00000000000{n}" for n in range(3)]
    found = relayed(cometd(change("Lead", "UPDATE", {"Status": "New"}, recordIds=ids)))
    assert [told(one)[0][1] for one in found] == [
        "Lead/00Q000000000000EAA",
        "Lead/00Q000000000001EAA",
        "Lead/00Q000000000002EAA",
    ]
    assert len({one.identity.key for one in found}) == 3


def test_one_bad_id_leaves_the_others() -> None:
    found = relayed(change("Lead", "UPDATE", {"Status": "New"}, recordIds=[LONG_LEAD, "x", None]))
    assert [type(one) for one in found] == [Mapped, Refused, Refused]
    assert len({one.identity.key for one in found}) == 3


class TestIdentity:
    def test_how_it_was_delivered_stands_outside(self) -> None:
        one, other = (
            relayed_one(cometd(UPDATE, channel, replayId=replay_id))
            for channel, replay_id in (("/data/LeadChangeEvent", 6), ("/data/Own__chn", 7))
        )
        assert one.identity == other.identity

    @pytest.mark.parametrize(
        "head", [{"transactionKey": "other"}, {"sequenceNumber": 2}, {"recordIds": ["00Q000000000009"]}]
    )
    def test_another_place_in_another_transaction_is_another(self, head: dict[str, Any]) -> None:
        other = relayed_one(change("Lead", "UPDATE", {"Status": "New"}, **head))
        assert other.identity.key != relayed_one(change("Lead", "UPDATE", {"Status": "New"})).identity.key

    def test_the_same_place_that_says_something_else_is_told_apart(self) -> None:
        one = relayed_one(change("Lead", "UPDATE", {"Status": "New"})).identity
        other = relayed_one(change("Lead", "UPDATE", {"Status": "Contacted"})).identity
        assert one.key == other.key
        assert one.comparable != other.comparable


class TestCreate:
    def test_a_new_lead_with_all_that_it_holds(self) -> None:
        values = {
            "Name": {"FirstName": "Pat", "LastName": "Lee", "Salutation": None},
            "Address": {"Street": "Main 1", "PostalCode": "10115", "Country": "DE", "Latitude": 52.5},
            "Status": "New",
            "LeadSource": "Web",
            "HasOptedOutOfEmail": False,
            "AnnualRevenue": 1000000.0,
            "NumberOfEmployees": 12,
            "Description": None,
        }
        found = told(relayed_one(change("Lead", "CREATE", values)))
        assert [type_ for type_, _, _ in found] == [
            "lead.captured",
            "touchpoint.recorded",
            "lead.stage_changed",
        ]
        assert found[0][2] == {
            "acquisition": {"channel": "web"},
            "properties": {"country": "DE", "annual_revenue": "1000000.0", "employees": "12"},
            "personal": {
                "first_name": "Pat",
                "last_name": "Lee",
                "other": {"address": "Main 1", "zip": "10115", "Latitude": "52.5"},
            },
        }
        assert "asserted" not in found[2][2]

    def test_a_new_deal(self) -> None:
        values = {"Name": "Big one", "Amount": 1200.5, "StageName": "Prospecting", "AccountId": LONG_ACCOUNT}
        found = types(relayed_one(change("Opportunity", "CREATE", values, recordIds=[LONG_DEAL])))
        assert [type_ for type_, _ in found] == [
            "deal.created",
            "deal.updated",
            "deal.stage_changed",
            "account.linked",
        ]

    def test_a_new_account(self) -> None:
        found = relayed_one(change("Account", "CREATE", {"Name": "ACME"}, recordIds=[LONG_ACCOUNT]))
        assert told(found) == [
            (
                "account.updated",
                f"Account/{LONG_ACCOUNT}",
                {"created": True, "properties": {"company": "ACME"}},
            )
        ]


class TestUpdate:
    def test_only_what_changed_is_told(self) -> None:
        payload = change(
            "Lead", "UPDATE", {"Company": "ACME", "Industry": "Steel"}, changedFields=["Company"]
        )
        assert first_data(relayed_one(payload)) == {"properties": {"company": "ACME"}}

    def test_a_part_of_a_compound_field(self) -> None:
        head = {"changedFields": ["Address.City", "Name.LastName", "Address.Country"]}
        values = {
            "Address": {"Street": None, "City": "Bonn", "Country": "DE", "State": "x"},
            "Name": {"LastName": "Lee", "FirstName": None},
        }
        assert first_data(relayed_one(change("Lead", "UPDATE", values, **head))) == {
            "properties": {"country": "DE"},
            "personal": {"last_name": "Lee", "other": {"City": "Bonn"}},
        }

    def test_a_nulled_field_is_cleared(self) -> None:
        head = {
            "changedFields": ["Phone", "Industry"],
            "nulledFields": ["Phone", "Industry", "Address.Country"],
        }
        payload = change("Lead", "UPDATE", {"Phone": None, "Industry": None, "Company": None}, **head)
        assert first_data(relayed_one(payload)) == {
            "properties": {"industry": None, "country": None},
            "personal": {"phone": ""},
        }

    def test_a_nulled_compound_is_cleared_in_all_its_parts(self) -> None:
        payload = change("Lead", "UPDATE", {"Address": None}, nulledFields=["Address"])
        assert first_data(relayed_one(payload))["properties"] == {"region": None, "country": None}

    def test_before_lists_of_fields_null_meant_null(self) -> None:
        payload = change("Lead", "UPDATE", {"Phone": None, "Company": "ACME"})
        for name in ("changedFields", "nulledFields", "diffFields"):
            del payload["ChangeEventHeader"][name]
        assert first_data(relayed_one(payload)) == {
            "properties": {"company": "ACME"},
            "personal": {"phone": ""},
        }

    def test_bitmaps_that_nobody_decoded_leave_what_holds_a_value_and_a_doubt(self) -> None:
        head = {"changedFields": ["0x650004E0", "4-0x02"], "nulledFields": ["0x20"]}
        found = told(relayed_one(change("Lead", "UPDATE", {"Company": "ACME", "Phone": None}, **head)))
        assert found == [
            ("lead.updated", LEAD_SUBJECT, {"properties": {"company": "ACME"}}),
            ("lead.stale", LEAD_SUBJECT, {"change": "UPDATE"}),
        ]

    @pytest.mark.parametrize("diff_fields", [["Description"], ["0x01"]])
    def test_a_difference_of_texts_is_kept_and_no_value(self, diff_fields: list[str]) -> None:
        diff = "--- \n+++ \n@@ -1,1 +1,1 @@\n-3b6e\n+new text"
        payload = change("Lead", "UPDATE", {"Description": diff}, diffFields=diff_fields)
        assert first_data(relayed_one(payload)) == {"personal": {"other": {"Description.diff": diff}}}

    def test_an_update_of_nothing_that_is_kept_is_ignored(self) -> None:
        found = relayed_one(change("Lead", "UPDATE", {"LastModifiedDate": "2026-01-02T00:00:00Z"}))
        assert isinstance(found, Ignored)
        assert found.reason is Reason.NOTHING_KEPT

    def test_an_owner_and_a_mark(self) -> None:
        found = relayed_one(change("Lead", "UPDATE", {"OwnerId": LONG_USER, "HasOptedOutOfEmail": True}))
        assert [type_ for type_, _ in types(found)] == ["lead.owner_changed", "lead.flagged"]


def test_an_object_that_the_mapping_does_not_list_is_ignored() -> None:
    for kind in ("CREATE", "UPDATE", "DELETE", "GAP_UPDATE"):
        found = relayed_one(change("Case", kind, {"Subject": "x"} if kind[0] in "CU" else {}))
        assert isinstance(found, Ignored)
        assert found.reason is Reason.OBJECT_IGNORED


def test_without_a_commit_time_the_receipt_counts() -> None:
    (draft,) = mapped(relayed_one(change("Lead", "DELETE", commitTimestamp=None))).drafts
    assert draft.time == RECEIVED_AT


def test_numbers_may_come_as_text() -> None:
    head: dict[str, Any] = {
        "commitNumber": "10585193272713",
        "sequenceNumber": "1",
        "commitTimestamp": str(AT_MS),
    }
    assert relayed_one(change("Lead", "DELETE", **head)) == relayed_one(change("Lead", "DELETE"))


def test_nul_stands_nowhere() -> None:
    values = {"No\x00te__c": "a\x00b", "Company": "AC\x00ME"}
    found = mapped(relayed_one(change("Lead", "CREATE", values, transactionKey="k\x00", commitUser="u\x00")))
    assert first_data(found) == {
        "properties": {"company": "AC\ufffdME"},
        "personal": {"other": {"No\ufffdte__c": "a\ufffdb"}},
    }
    assert found.correlation == "k\ufffd"
