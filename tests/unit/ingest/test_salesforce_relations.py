"""Roles, members of campaigns and activities: what stands between records and is none of them."""

from typing import Any

import pytest

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.item import Ignored
from tests.unit.ingest.salesforce_items import (
    AT_MS,
    CONTACT,
    DEAL,
    LEAD,
    LONG_CONTACT,
    LONG_DEAL,
    LONG_LEAD,
    LONG_USER,
    change,
    first_data,
    mapped,
    relayed_one,
    result,
    told,
    types,
)

ROLE = {"OpportunityId": DEAL, "ContactId": CONTACT, "Role": "Decision Maker", "IsPrimary": True}
MEMBER = {"CampaignId": "701000000000001", "LeadId": LEAD, "Status": "Responded", "HasResponded": True}
CALL = {"WhoId": LEAD, "TaskSubtype": "Call", "CallType": "Outbound", "Status": "Completed"}
CALL |= {"Subject": "About the offer", "OwnerId": LONG_USER, "CallDisposition": "Reached"}
TASK_ID, EVENT_ID = "00T000000000001", "00U000000000001"


def task(kind: str, values: dict[str, Any], **head: Any) -> dict[str, Any]:
    return change("Task", kind, values, recordIds=[TASK_ID], **head)


def event(values: dict[str, Any]) -> dict[str, Any]:
    return change("Event", "CREATE", {"WhoId": CONTACT} | values, recordIds=[EVENT_ID])


def reason(value: object) -> Reason | None:
    found = relayed_one(value)
    return found.reason if isinstance(found, Ignored) else None


class TestContactRole:
    def test_a_contact_joins_the_buying_group(self) -> None:
        data = {"lead": f"salesforce Contact/{LONG_CONTACT}", "role": "Decision Maker", "primary": True}
        expected = [("deal.linked", f"Opportunity/{LONG_DEAL}", data)]
        assert told(relayed_one(change("OpportunityContactRole", "CREATE", ROLE))) == expected
        fields = {name: str(value) for name, value in ROLE.items()} | {"Id": "00K000000000001"}
        assert told(result(fields, kind="OpportunityContactRole")) == expected

    def test_an_update_counts_if_it_is_enriched_with_both_ids(self) -> None:
        enriched = change("OpportunityContactRole", "UPDATE", ROLE, changedFields=["Role"])
        assert types(relayed_one(enriched)) == [("deal.linked", f"Opportunity/{LONG_DEAL}")]
        plain = change("OpportunityContactRole", "UPDATE", {"Role": "Other"})
        assert reason(plain) is Reason.NOTHING_KEPT

    @pytest.mark.parametrize("kind", ["DELETE", "GAP_UPDATE"])
    def test_an_id_alone_says_nothing(self, kind: str) -> None:
        assert reason(change("OpportunityContactRole", kind)) is Reason.NOTHING_KEPT


class TestCampaignMember:
    @pytest.mark.parametrize(
        ("values", "subject"),
        [
            (MEMBER, f"Lead/{LONG_LEAD}"),
            (MEMBER | {"ContactId": CONTACT}, f"Contact/{LONG_CONTACT}"),
        ],
    )
    def test_a_response_is_a_touch(self, values: dict[str, Any], subject: str) -> None:
        found = relayed_one(change("CampaignMember", "CREATE", values))
        assert told(found) == [("touchpoint.recorded", subject, {"campaign": "701000000000001AAA"})]

    def test_who_is_only_on_the_list_did_nothing(self) -> None:
        listed = MEMBER | {"HasResponded": False}
        assert reason(change("CampaignMember", "CREATE", listed)) is Reason.NOTHING_KEPT

    def test_a_response_counts_once(self) -> None:
        made = relayed_one(change("CampaignMember", "CREATE", MEMBER))
        responded = change(
            "CampaignMember", "UPDATE", MEMBER, changedFields=["HasResponded"], transactionKey="2"
        )
        renamed = change("CampaignMember", "UPDATE", MEMBER, changedFields=["Status"])
        assert relayed_one(responded).identity == made.identity
        assert reason(renamed) is Reason.NOTHING_KEPT


class TestTask:
    def test_a_call_that_was_made(self) -> None:
        found = relayed_one(task("CREATE", CALL))
        assert told(found) == [
            (
                "activity.recorded",
                f"Lead/{LONG_LEAD}",
                {
                    "kind": "call",
                    "claimed": "Call",
                    "direction": "outbound",
                    "automatic": False,
                    "outcome": "Reached",
                    "owner": LONG_USER,
                    "actor": LONG_USER,
                    "personal": {
                        "other": {
                            "TaskSubtype": "Call",
                            "CallType": "Outbound",
                            "Status": "Completed",
                            "Subject": "About the offer",
                            "CallDisposition": "Reached",
                        }
                    },
                },
            )
        ]

    def test_a_task_is_told_as_planned_and_as_done_and_each_once(self) -> None:
        planned = mapped(relayed_one(task("CREATE", CALL | {"Status": "Not Started"})))
        done = mapped(relayed_one(task("UPDATE", CALL, changedFields=["Status"], transactionKey="2")))
        assert [first_data(one).get("done", True) for one in (planned, done)] == [False, True]
        assert planned.identity.key != done.identity.key
        fields = {"Id": TASK_ID} | CALL
        by_message = [result(fields, kind="Task", id_=f"04l00000000000{n}") for n in range(2)]
        assert {one.identity for one in by_message} == {done.identity}

    def test_another_change_of_a_task_is_no_activity(self) -> None:
        assert reason(task("UPDATE", CALL, changedFields=["Subject"])) is Reason.NOTHING_KEPT
        assert reason(task("UPDATE", {"Status": "Completed"})) is Reason.NOTHING_KEPT
        assert reason(task("DELETE", {})) is Reason.NOTHING_KEPT
        assert reason(task("GAP_UPDATE", {})) is Reason.NOTHING_KEPT

    @pytest.mark.parametrize("who", ["", "005000000000001", "x"])
    def test_what_is_nobodys_is_ignored(self, who: str) -> None:
        assert reason(task("CREATE", CALL | {"WhoId": who})) is Reason.NOTHING_KEPT

    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            ({"TaskSubtype": "Email"}, ("email", None)),
            ({"TaskSubtype": "ListEmail"}, ("email", True)),
            ({"TaskSubtype": "Task", "Type": "Call"}, ("call", False)),
            ({"TaskSubtype": "Task", "Type": "Own"}, ("task", None)),
            ({"TaskSubtype": "Own"}, ("task", None)),
            ({}, ("task", None)),
        ],
    )
    def test_its_kind_is_in_the_mapping(
        self, values: dict[str, str], expected: tuple[str, bool | None]
    ) -> None:
        data = first_data(relayed_one(task("CREATE", {"WhoId": LEAD, "Status": "Completed"} | values)))
        assert (data["kind"], data.get("automatic")) == expected

    def test_it_happened_when_it_was_completed(self) -> None:
        found = mapped(relayed_one(task("CREATE", CALL | {"CompletedDateTime": AT_MS - 60_000})))
        assert found.drafts[0].time.minute == 59


class TestEvent:
    def test_a_meeting_of_the_past_happened_when_it_began(self) -> None:
        found = mapped(relayed_one(event({"StartDateTime": "2026-01-01T09:00:00.000Z"})))
        assert first_data(found)["kind"] == "meeting"
        assert "done" not in first_data(found)
        assert found.drafts[0].time.isoformat() == "2026-01-01T09:00:00+00:00"

    def test_a_meeting_ahead_is_planned_now(self) -> None:
        found = mapped(relayed_one(event({"StartDateTime": "2026-03-01T09:00:00.000Z"})))
        assert first_data(found)["done"] is False
        assert found.drafts[0].time.isoformat() == "2026-01-02T00:00:00+00:00"

    @pytest.mark.parametrize(("day", "done"), [("2026-01-01", True), ("2026-03-01", False)])
    def test_a_meeting_of_a_whole_day_begins_with_it(self, day: str, done: bool) -> None:
        found = first_data(mapped(relayed_one(event({"ActivityDate": day, "IsAllDayEvent": True}))))
        assert found.get("done", True) is done

    def test_one_that_was_moved_into_the_past_was_held(self) -> None:
        began = {"WhoId": CONTACT, "StartDateTime": "2026-01-01T09:00:00.000Z"}
        moved = change("Event", "UPDATE", began, recordIds=[EVENT_ID])
        assert "done" not in first_data(mapped(relayed_one(moved)))

    @pytest.mark.parametrize("values", [{"StartDateTime": "2026-03-01T09:00:00.000Z"}, {"Subject": "Moved"}])
    def test_another_change_neither_makes_nor_ends_it(self, values: dict[str, Any]) -> None:
        changed = change("Event", "UPDATE", {"WhoId": CONTACT} | values, recordIds=[EVENT_ID])
        assert reason(changed) is Reason.NOTHING_KEPT
