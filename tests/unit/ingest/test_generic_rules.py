"""What the rules of a generic mapping make of an item."""

from decimal import Decimal
from typing import Any

import pytest

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import RefusedError
from leadtrace_ingest.senders.generic.decoding import decode_value
from leadtrace_ingest.senders.generic.expression import Expression
from leadtrace_ingest.senders.generic.mapping import explain
from leadtrace_ingest.senders.item import Ignored, Mapped, Refused
from tests.unit.ingest.deliveries import RECEIVED_AT
from tests.unit.ingest.generic_items import ACME, event, mapping, result_of, told


def refusal(value: Any, text: str = ACME) -> tuple[Reason, str]:
    """Why an item is refused."""
    result = result_of(value, text)
    assert isinstance(result, Refused), result
    return result.reason, result.detail


class TestRecord:
    def test_made(self) -> None:
        fields = {"email": "eva@firm.de", "stage": "hot", "source": "Google Ads", "shoe": 42, "none": None}
        assert told(event("person.made", by="u7", data={"id": 7, "fields": fields})) == [
            (
                "lead.captured",
                "person/7",
                {
                    "acquisition": {"channel": "paid_search"},
                    "properties": {"company_domain": "firm.de"},
                    "personal": {"email": "eva@firm.de", "other": {"shoe": "42"}},
                },
            ),
            ("touchpoint.recorded", "person/7", {"channel": "paid_search"}),
            ("lead.stage_changed", "person/7", {"stage": "mql", "claimed": "hot", "actor": "u7"}),
        ]

    def test_changed_tells_what_was_emptied(self) -> None:
        assert told(event("person.edited", data={"id": 7, "fields": {"email": None}})) == [
            ("lead.updated", "person/7", {"properties": {"company_domain": None}, "personal": {"email": ""}})
        ]

    def test_named_fields_that_stand_nowhere_tell_nothing(self) -> None:
        assert told(event("deal.edited", data={"id": "d1", "stage": 7, "people": [{"id": 3}]})) == [
            ("deal.won", "deal/d1", {"claimed": "7"}),
            ("deal.linked", "deal/d1", {"lead": "acme/t1 person/3", "role": "buyer"}),
        ]

    def test_amounts_keep_every_digit(self) -> None:
        data = {"id": 1, "money": {"amount": "12345678901234.567890"}, "people": [{"id": 1}]}
        assert told(event("deal.edited", data=data))[0][2]["amount"] == "12345678901234.567890"

    def test_deleted_and_merged(self) -> None:
        assert told(event("person.binned", data={"id": 7})) == [("lead.deleted", "person/7", {})]
        assert told(event("person.merged", data={"id": 7, "others": [7, 8, "9"]})) == [
            ("lead.merged", "person/7", {"absorbed": ["acme/t1 person/8", "acme/t1 person/9"]})
        ]

    def test_several_ids_are_several_records(self) -> None:
        found = told(event("person.binned", data={"id": [7, 8, 7]}))
        assert [subject for _, subject, _ in found] == ["person/7", "person/8"]

    def test_restored_erased_and_accounts(self) -> None:
        text = """
name: verbs
version: 1
rules: [{record: {object: {from: object}, id: id, tells: {from: tells}, fields: fields}}]
objects: {person: {is: lead}, deal: {is: deal}, firm: {is: account}}
"""
        for object_, tells, name in [
            ("person", "restored", "lead.restored"),
            ("person", "erased", "lead.erased"),
            ("deal", "created", "deal.created"),
            ("deal", "restored", "deal.restored"),
            ("firm", "created", "account.updated"),
            ("firm", "deleted", "account.deleted"),
            ("firm", "restored", "account.restored"),
        ]:
            value = {"object": object_, "tells": tells, "id": 1}
            assert [one[:2] for one in told(value, text)] == [(name, f"{object_}/1")]
        assert refusal({"object": "deal", "tells": "erased", "id": 1}, text)[0] is Reason.MAPPING_FAILED
        assert refusal({"object": "desk", "tells": "erased", "id": 1}, text)[0] is Reason.UNMAPPED_OBJECT
        ignored = result_of({"object": "deal", "tells": "nothing", "id": 1}, text)
        assert isinstance(ignored, Ignored)
        assert ignored.reason is Reason.EVENT_IGNORED


class TestInteractions:
    def test_a_page_without_what_may_tell_of_a_person(self) -> None:
        data = {"id": 7, "channel": "Newsletter", "url": "https://x.de/offer?email=eva@firm.de#top"}
        assert told(event("page", data=data)) == [
            (
                "touchpoint.recorded",
                "person/7",
                {"channel": "newsletter", "page": "https://x.de/offer", "signal": "visit"},
            )
        ]

    def test_an_activity_of_several_leads(self) -> None:
        data = {"ids": [7, 8], "direction": "Outbound", "done": "false", "outcome": "busy", "subject": "Hi"}
        recorded = {
            "kind": "call",
            "claimed": "call",
            "direction": "outbound",
            "done": False,
            "outcome": "busy",
            "owner": "u7",
            "actor": "u7",
            "personal": {"other": {"subject": "Hi"}},
        }
        assert told(event("call", by="u7", data=data)) == [
            ("activity.recorded", "person/7", recorded),
            ("activity.recorded", "person/8", recorded),
        ]

    def test_kinds_of_activities_have_rows(self) -> None:
        text = """
name: kinds
version: 1
rules: [{activity: {object: person, id: id, kind: {from: kind}}}]
objects: {person: {is: lead}}
activities: [{id: Robo Mail, is: email, automatic: true}]
"""
        assert told({"id": 1, "kind": "Robo Mail"}, text)[0][2] == {
            "kind": "email",
            "claimed": "Robo Mail",
            "automatic": True,
        }
        assert told({"id": 1, "kind": "meeting"}, text)[0][2] == {"kind": "meeting", "claimed": "meeting"}
        reason, detail = refusal({"id": 1, "kind": "séance"}, text)
        assert reason is Reason.UNMAPPED_EVENT
        assert detail.startswith(
            "rules[0].activity.kind: 'séance' is neither a row of `activities` nor one of call"
        )


class TestLinks:
    TEXT = """
name: links
version: 1
rules:
  - when: a_lead
    link: {account: {object: firm, id: firm}, lead: {object: person, id: a_lead},
           primary: true, removed: gone}
  - when: a_deal
    link: {account: firm, deal: {id: a_deal}}
  - when: contact
    link: {account: firm, lead: {object: contact, id: contact}}
objects: {person: {is: lead}, contact: {is: lead}, firm: {is: account}, deal: {is: deal}}
"""

    def test_accounts(self) -> None:
        assert told({"firm": 5, "a_lead": [1, 2]}, self.TEXT) == [
            ("account.linked", "firm/5", {"lead": "acme person/1", "primary": True}),
            ("account.linked", "firm/5", {"lead": "acme person/2", "primary": True}),
        ]
        assert told({"firm": 5, "a_deal": 3, "contact": 4}, self.TEXT) == [
            ("account.linked", "firm/5", {"deal": "acme deal/3"}),
            ("account.linked", "firm/5", {"lead": "acme contact/4"}),
        ]
        assert told({"firm": 5, "a_lead": 1, "gone": "yes"}, self.TEXT) == [
            ("account.unlinked", "firm/5", {"lead": "acme person/1"})
        ]
        assert refusal({"firm": [5, 6], "a_lead": 1}, self.TEXT)[0] is Reason.MAPPING_FAILED


class TestEveryItem:
    def test_without_an_id_it_is_refused_by_the_name_of_the_expression(self) -> None:
        value = event("person.binned", data={})
        assert refusal(value) == (
            Reason.MAPPING_FAILED,
            "rules[0].record.id: 'data.id': it gives nothing, and an id is wanted",
        )

    @pytest.mark.parametrize("id_", [{"a": 1}, True, "x" * 256, "  ", [1, None], list(range(101)), []])
    def test_what_is_no_id(self, id_: object) -> None:
        assert refusal(event("person.binned", data={"id": id_}))[0] is Reason.MAPPING_FAILED

    def test_no_rule_holds(self) -> None:
        assert refusal(event("person")) == (
            Reason.UNMAPPED_EVENT,
            "no rule of the mapping holds for this item",
        )

    def test_an_expression_that_does_not_fit_is_named(self) -> None:
        reason, detail = refusal(event("x") | {"type": 5})
        assert reason is Reason.MAPPING_FAILED
        assert detail.startswith("rules[0].when")
        assert "starts_with() takes no number" in detail

    def test_what_the_file_ignores(self) -> None:
        result = result_of({"type": "ping"})
        assert isinstance(result, Ignored)
        assert result.reason is Reason.EVENT_IGNORED

    def test_a_stage_without_a_row_is_refused_and_an_ignored_one_says_nothing(self) -> None:
        reason, detail = refusal(event("person.edited", data={"id": 7, "fields": {"stage": "cold"}}))
        assert reason is Reason.UNMAPPED_STAGE
        assert "rules[0] (persons): lifecycle_stages has no row for 'cold'" in detail
        result = result_of(event("person.edited", data={"id": 7, "fields": {"stage": "out"}}))
        assert isinstance(result, Ignored)
        assert result.reason is Reason.NOTHING_KEPT

    @pytest.mark.parametrize("value", [None, 5, "text", [{"a": 1}]])
    def test_what_is_no_object(self, value: object) -> None:
        assert refusal(value)[0] is Reason.INVALID_ITEM

    def test_the_source_is_the_sender_and_its_account(self) -> None:
        result = result_of(event("person.binned", data={"id": 7}))
        assert isinstance(result, Mapped)
        assert result.source == "acme/t1"
        given = result_of(event("person.binned", data={"id": 7}), account="export")
        assert isinstance(given, Mapped)
        assert given.source == "acme/export"
        assert refusal(event("person.binned", data={"id": 7}, tenant=None))[0] is Reason.MAPPING_FAILED

    def test_the_rules_that_held_are_told(self) -> None:
        found = explain(mapping(), event("person.binned"), sender="acme", received_at=RECEIVED_AT, raw=b"{}")
        assert found.rules == ("rules[0] (persons)",)
        assert isinstance(found.result, Refused)

    def test_numbers_are_padded_so_that_they_sort(self) -> None:
        for serial, sequence in [(9, "00000000000000000009"), ("9", "00000000000000000009"), ("b", "b")]:
            result = result_of(event("person.binned", serial=serial, data={"id": 7}))
            assert isinstance(result, Mapped)
            assert result.drafts[0].sequence == sequence

    def test_a_flood_of_events_is_refused(self) -> None:
        text = ACME.replace("personal: {subject", "personal: {a: data, b: data, c: data, subject")
        assert refusal(event("call", data={"ids": 1, "x": "y" * 200_000}), text)[0] is Reason.TOO_LARGE
        assert refusal(event("call", data={"ids": 1, "x": "y" * 300_000}))[0] is Reason.TOO_LARGE


@pytest.mark.parametrize(
    ("numbers", "sum_", "average"),
    [
        ("[0.1, 0.2]", 0.3, 0.15),
        ("[1, 2]", 3, 1.5),
        ("[]", 0, None),
        ("[12345678901234567.89, 0.1]", Decimal("12345678901234567.99"), Decimal("6172839450617283.995")),
        ("[1e999999, 1]", Decimal("1e999999"), Decimal("5e999998")),
    ],
)
def test_sums_and_averages_lose_no_digit(numbers: str, sum_: object, average: object) -> None:
    value = decode_value(f'{{"lines": {numbers}}}'.encode())
    assert Expression("total", "sum(lines)").of(value) == sum_
    assert Expression("mean", "avg(lines)").of(value) == average


def test_only_numbers_are_added_up() -> None:
    for wrong in (["1"], [True], [None]):
        with pytest.raises(RefusedError, match="sum"):
            Expression("total", "sum(@)").of(wrong)


@pytest.mark.parametrize(("text", "found"), [("a[:2]", [1, 2]), ("a[1:]", [2, 3]), ("a[::-1] | [0]", 3)])
def test_slices_are_expressions_too(text: str, found: object) -> None:
    assert Expression("x", text).of({"a": [1, 2, 3]}) == found
