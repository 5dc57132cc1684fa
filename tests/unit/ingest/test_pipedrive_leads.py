"""What Pipedrive's notifications about its own leads and about activities become."""

from datetime import UTC, datetime
from typing import Any

import pytest

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.item import Ignored
from tests.unit.ingest.deliveries import Told
from tests.unit.ingest.pipedrive_items import (
    ACTOR,
    AT,
    HOW,
    SOURCE,
    drafts_of,
    first,
    result_of,
    second,
    told,
)

LEAD_ID = "b1810230-6c0d-11ed-9826-a53d0eb706a5"
LEAD: dict[str, Any] = {
    "id": LEAD_ID,
    "title": "Ada asks",
    "person_id": 8,
    "organization_id": 2,
    "owner_id": 9,
    "origin": "WebForms",
    "channel": None,
    "is_archived": False,
    "value": {"amount": 300, "currency": "EUR"},
    "label_ids": [],
    "add_time": "2026-01-02T03:04:05.600Z",
    "custom_fields": {},
}
ADA, OWN = "person/8", f"lead/{LEAD_ID}"


def inquiry(subject: str) -> list[Told]:
    """The events of the lead above when it is made, told of this subject."""
    captured = {
        "acquisition": {"source": "WebForms"},
        "properties": {"inquiry_value": "300", "inquiry_currency": "EUR", "inquiry_archived": "false"},
        "personal": {"other": {"inquiry_title": "Ada asks"}},
        **HOW,
    }
    return [
        ("lead.captured", subject, captured),
        ("lead.owner_changed", subject, {"owner": "9", **ACTOR}),
        ("account.linked", "organization/2", {"lead": f"{SOURCE} {subject}"}),
    ]


class TestLeadsOfTheInbox:
    """Pipedrive's lead is an inquiry: a person with three of them is still one lead."""

    def test_an_inquiry_is_told_of_its_person(self) -> None:
        assert told(second("create", "lead", LEAD, id_=LEAD_ID)) == inquiry(ADA)

    def test_without_a_person_it_is_a_record_of_its_own(self) -> None:
        assert told(second("create", "lead", LEAD | {"person_id": None}, id_=LEAD_ID)) == inquiry(OWN)

    def test_once_the_person_is_known_the_record_is_merged_into_it(self) -> None:
        change = second("change", "lead", LEAD, {"person_id": None, "value": None}, LEAD_ID)
        properties = {"inquiry_value": "300", "inquiry_currency": "EUR"}
        assert told(change) == [
            ("lead.updated", ADA, {"properties": properties, **HOW}),
            ("lead.merged", ADA, {"absorbed": [f"{SOURCE} {OWN}"], "actor": "user:9"}),
        ]

    def test_one_that_goes_to_another_organisation_takes_nobody_along(self) -> None:
        change = second("change", "lead", LEAD | {"organization_id": 3}, {"organization_id": 2}, LEAD_ID)
        assert told(change) == [("account.linked", "organization/3", {"lead": f"{SOURCE} {ADA}"})]
        nobody = LEAD | {"person_id": None, "organization_id": 3}
        moved = told(second("change", "lead", nobody, {"organization_id": 2}, LEAD_ID))
        assert [one[:2] for one in moved] == [
            ("account.unlinked", "organization/2"),
            ("account.linked", "organization/3"),
        ]

    def test_an_inquiry_put_away_does_not_delete_its_person(self) -> None:
        result = result_of(second("delete", "lead", None, LEAD, LEAD_ID))
        assert isinstance(result, Ignored)
        assert result.reason is Reason.NOTHING_KEPT
        nobody = second("delete", "lead", None, LEAD | {"person_id": None}, LEAD_ID)
        assert told(nobody) == [("lead.deleted", OWN, {"actor": "user:9"})]

    def test_a_merged_one_of_version_1_tells_no_person_before(self) -> None:
        merged = first("merged", "lead", LEAD, {"id": "another"})
        assert [one for one in told(merged) if one[0] == "lead.merged" and one[1] == ADA]

    def test_a_channel_is_a_touch_as_well(self) -> None:
        change = second("change", "lead", LEAD | {"channel": 5}, {"channel": None}, LEAD_ID)
        assert [one[0] for one in told(change)] == ["lead.updated", "touchpoint.recorded"]


ACTIVITY: dict[str, Any] = {
    "id": 2,
    "type": "call",
    "subject": "First talk",
    "note": "",
    "done": False,
    "due_date": "2026-01-05",
    "due_time": {"timezone_id": None, "value": "14:30"},
    "duration": {"timezone_id": None, "value": "00:45"},
    "owner_id": 9,
    "person_id": 8,
    "lead_id": None,
    "deal_id": 42,
    "add_time": "2026-01-01T09:00:00Z",
    "custom_fields": {},
}
RECORDED = {
    "kind": "call",
    "claimed": "call",
    "owner": "9",
    "due": "2026-01-05T14:30:00Z",
    "duration_s": 2700,
    "personal": {"other": {"id": "2", "subject": "First talk", "person_id": "8", "deal_id": "42"}},
    **ACTOR,
}


def made(**fields: Any) -> dict[str, Any]:
    """The activity above is made, with some fields otherwise."""
    return second("create", "activity", ACTIVITY | fields, id_=2)


class TestActivities:
    def test_planned_when_it_is_made(self) -> None:
        assert told(made()) == [("activity.recorded", ADA, {**RECORDED, "done": False})]
        assert drafts_of(made())[0].time == datetime(2026, 1, 1, 9, tzinfo=UTC)

    def test_recorded_again_when_it_is_done(self) -> None:
        done = second("change", "activity", ACTIVITY | {"done": True}, {"done": False}, 2)
        assert told(done) == [("activity.recorded", ADA, RECORDED)]
        assert drafts_of(done)[0].time == datetime.fromisoformat(AT)

    def test_version_1_says_when_it_was_marked_as_done(self) -> None:
        old = ACTIVITY | {"due_time": "14:30", "duration": "00:45"}
        done = old | {"done": True, "marked_as_done_time": "2026-01-01 11:00:00"}
        change = first("updated", "activity", done, old, 2)
        assert told(change) == [("activity.recorded", ADA, RECORDED)]
        assert drafts_of(change)[0].time == datetime(2026, 1, 1, 11, tzinfo=UTC)

    @pytest.mark.parametrize("before", [{"subject": "Second talk"}, {"due_date": "2026-01-06"}])
    def test_other_changes_add_nothing(self, before: dict[str, Any]) -> None:
        assert isinstance(result_of(second("change", "activity", ACTIVITY, before, 2)), Ignored)

    def test_without_a_person_it_belongs_to_the_lead_or_to_nobody(self) -> None:
        assert isinstance(result_of(made(person_id=None)), Ignored)
        assert told(made(person_id=None, lead_id=LEAD_ID))[0][1] == OWN

    def test_a_deleted_activity_undoes_nothing(self) -> None:
        assert isinstance(result_of(second("delete", "activity", None, ACTIVITY, 2)), Ignored)

    @pytest.mark.parametrize(
        ("fields", "due"),
        [
            ({"due_time": None}, "2026-01-05"),
            ({"due_time": "25:99"}, "2026-01-05"),
            ({"due_date": "soon"}, None),
            ({"due_date": None}, None),
        ],
    )
    def test_what_is_no_moment_is_no_moment(self, fields: dict[str, Any], due: str | None) -> None:
        assert told(made(**fields))[0][2].get("due") == due

    def test_a_type_of_your_own_is_recorded_as_other(self) -> None:
        data = told(made(type="site_visit", duration=""))[0][2]
        assert (data["kind"], data["claimed"]) == ("other", "site_visit")
        assert "duration_s" not in data
