"""What each type of message becomes."""

from typing import Any

import pytest

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.item import Ignored, Mapped, Refused
from tests.unit.ingest.segment_messages import message, result_of, told, touch

PAGE = {"url": "https://acme.example/pricing", "path": "/pricing", "referrer": "https://www.google.com/"}
CAMPAIGN = {"name": "spring", "source": "google", "medium": "cpc", "term": "crm", "content": "red"}
FROM_CAMPAIGN = {
    "channel": "paid_search",
    "source": "google",
    "medium": "cpc",
    "campaign": "spring",
    "content": "red",
}
FROM_GOOGLE = {"channel": "organic_search", "source": "google", "medium": "organic"}


def reason_of(value: object, route: str = "batch") -> Reason:
    result = result_of(value, route)
    assert isinstance(result, Ignored | Refused)
    return result.reason


def detail_of(value: object, route: str = "batch") -> str:
    result = result_of(value, route)
    assert isinstance(result, Refused)
    assert result.reason is Reason.INVALID_ITEM
    return result.detail


class TestIdentify:
    def test_a_way_to_reach_the_person_is_a_capture(self) -> None:
        traits = {"email": "ada@acme.example", "title": "Head of Sales", "employees": 12.5, "plan": None}
        ((kind, subject, data),) = told(message("identify", traits=traits))
        assert (kind, subject) == ("lead.captured", "user/u1")
        assert data["personal"] == {"email": "ada@acme.example", "other": {"job_title": "Head of Sales"}}
        assert data["properties"] == {
            "company_domain": "acme.example",
            "seniority": "director",
            "function": "sales",
            "employees": "12.5",
        }

    def test_a_capture_says_where_the_person_came_from(self) -> None:
        context = {"page": PAGE, "campaign": CAMPAIGN}
        ((_, _, data),) = told(message("identify", traits={"email": "a@b.example"}, context=context))
        assert data["acquisition"] == FROM_CAMPAIGN

    def test_other_traits_change_what_is_known_and_null_clears(self) -> None:
        ((kind, _, data),) = told(message("identify", traits={"plan": "pro", "industry": None}))
        assert (kind, data) == ("lead.updated", {"properties": {"plan": "pro", "industry": None}})

    def test_what_is_not_mapped_is_kept_as_personal(self) -> None:
        traits = {"shoe_size": 42, "address": {"city": "Bonn", "country": "DE"}, "tags": ["a"], "vip": True}
        ((_, _, data),) = told(message("identify", traits=traits))
        assert data["properties"] == {"country": "DE"}
        expected = {"shoe_size": "42", "address.city": "Bonn", "tags": '["a"]', "vip": "true"}
        assert data["personal"]["other"] == expected

    def test_an_anonymous_person_who_leaves_an_address_is_a_lead(self) -> None:
        given = message("identify", userId=None, anonymousId="a1", traits={"email": "a@b.example"})
        ((kind, subject, _),) = told(given)
        assert (kind, subject) == ("lead.captured", "anonymous/a1")

    def test_both_ids_say_that_the_visitor_is_the_user(self) -> None:
        first, second = told(message("identify", anonymousId="a1", traits={"phone": "+49 1"}))
        assert first[0] == "lead.captured"
        assert second == ("lead.merged", "user/u1", {"absorbed": ["website anonymous/a1"]})

    def test_both_ids_without_traits_are_a_merge_only(self) -> None:
        ((kind, _, _),) = told(message("identify", anonymousId="a1"))
        assert kind == "lead.merged"

    def test_traits_in_the_context_count_as_rudderstack_sends_them(self) -> None:
        ((_, _, data),) = told(message("identify", context={"traits": {"email": "a@b.example"}}))
        assert data["personal"]["email"] == "a@b.example"

    def test_an_id_alone_says_nothing(self) -> None:
        assert reason_of(message("identify")) is Reason.NOTHING_KEPT


class TestTrack:
    def test_an_event_is_a_signal_under_its_name_in_snake_case(self) -> None:
        assert touch(message("track", event="Video Played")) == {"signal": "video_played"}
        assert touch(message("track", event="Angebot: größer!")) == {"signal": "angebot_größer"}
        assert touch(message("track", event="!!!")) == {"signal": "!!!"}

    def test_a_campaign_in_the_context_is_where_it_came_from(self) -> None:
        given = message("track", event="Video Played", context={"campaign": CAMPAIGN})
        assert touch(given) == {**FROM_CAMPAIGN, "signal": "video_played"}

    def test_the_address_of_the_page_tells_the_campaign_too(self) -> None:
        page = {"url": "https://acme.example/", "search": "?gclid=1"}
        given = message("track", event="Video Played", context={"page": page})
        found = touch(given)
        assert (found["channel"], found["source"]) == ("paid_search", "google")

    def test_an_event_of_the_mapping_is_a_capture_and_a_touchpoint(self) -> None:
        properties = {"email": "ada@acme.example", "form": "demo", "seats": 3}
        context = {"page": PAGE, "traits": {"firstName": "Ada", "email": "old@acme.example"}}
        given = message("track", event="Demo Requested", properties=properties, context=context)
        captured, touched = told(given)
        assert captured[0] == "lead.captured"
        assert captured[2]["acquisition"] == {**FROM_GOOGLE, "form": "demo"}
        assert captured[2]["personal"] == {
            "email": "ada@acme.example",
            "first_name": "Ada",
            "other": {"seats": "3"},
        }
        expected = {**FROM_GOOGLE, "form": "demo", "signal": "demo_request"}
        assert touched == ("touchpoint.recorded", "user/u1", expected)

    def test_a_channel_of_the_mapping_wins(self) -> None:
        properties = {"campaign_name": "May news", "link_url": "https://acme.example"}
        given = message("track", event="Email Link Clicked", properties=properties)
        assert touch(given) == {
            "channel": "email_marketing",
            "campaign": "May news",
            "signal": "email_link_clicked",
        }

    def test_an_event_may_mean_nothing(self) -> None:
        assert reason_of(message("track", event="Email Bounced")) is Reason.EVENT_IGNORED

    @pytest.mark.parametrize("event", [None, "", "  ", 7, {"a": 1}])
    def test_an_event_needs_a_name(self, event: object) -> None:
        assert detail_of(message("track", event=event)).startswith("event: required")

    def test_a_name_beyond_the_limit_is_refused(self) -> None:
        assert "longer than 255" in detail_of(message("track", event="x" * 256))


class TestPageAndScreen:
    def test_a_page_is_a_touchpoint_with_its_path(self) -> None:
        assert touch(message("page", properties=PAGE)) == {**FROM_GOOGLE, "page": "/pricing"}

    def test_properties_count_before_the_context(self) -> None:
        context = {"page": {"url": "https://acme.example/old", "path": "/old"}}
        assert touch(message("page", properties=PAGE, context=context))["page"] == "/pricing"

    def test_the_path_may_stand_in_the_address_only(self) -> None:
        given = message("page", context={"page": {"url": "https://acme.example"}})
        assert touch(given) == {"channel": "direct_traffic", "page": "/"}

    def test_a_page_without_address_goes_by_its_name(self) -> None:
        assert touch(message("page", name="Prices")) == {"page": "Prices"}

    def test_a_long_path_is_cut_rather_than_refused(self) -> None:
        assert len(touch(message("page", properties={"path": "/" + "x" * 1_000}))["page"]) == 255

    def test_a_screen_goes_by_its_name(self) -> None:
        assert touch(message("screen", name="Start")) == {"page": "Start"}

    def test_nothing_visited_says_nothing(self) -> None:
        assert reason_of(message("page")) is Reason.NOTHING_KEPT


class TestGroup:
    def test_a_group_is_an_account_and_its_member(self) -> None:
        traits = {"name": "Acme", "employees": 12, "total billed": 830}
        updated, linked = told(message("group", groupId="g1", traits=traits))
        assert updated[:2] == ("account.updated", "group/g1")
        assert updated[2]["properties"] == {"company": "Acme", "employees": "12"}
        assert updated[2]["personal"]["other"] == {"total billed": "830"}
        assert linked == ("account.linked", "group/g1", {"lead": "website user/u1"})

    def test_without_traits_only_the_membership_is_told(self) -> None:
        ((kind, _, _),) = told(message("group", groupId=7))
        assert kind == "account.linked"

    def test_a_group_without_id_is_refused(self) -> None:
        assert detail_of(message("group")) == "groupId: required for group"


class TestAlias:
    def test_the_earlier_id_may_have_been_of_either_kind(self) -> None:
        ((kind, subject, data),) = told(message("alias", previousId="p1"))
        assert (kind, subject) == ("lead.merged", "user/u1")
        assert data["absorbed"] == ["website anonymous/p1", "website user/p1"]

    @pytest.mark.parametrize("previous", [None, "a1"])
    def test_the_browsers_own_id_is_anonymous(self, previous: str | None) -> None:
        ((_, _, data),) = told(message("alias", previousId=previous, anonymousId="a1"))
        assert data["absorbed"] == ["website anonymous/a1"]

    def test_a_user_is_not_merged_into_himself(self) -> None:
        assert reason_of(message("alias", previousId="u1")) is Reason.NOTHING_KEPT
        # As analytics.js sends it once the user is known.
        ((_, _, data),) = told(message("alias", previousId="u1", anonymousId="a1"))
        assert data["absorbed"] == ["website anonymous/a1"]

    def test_both_ends_are_needed(self) -> None:
        assert detail_of(message("alias")) == "previousId: required for alias"
        assert detail_of(message("alias", userId=None, previousId="p")) == "userId: required for alias"


def test_delete_asks_for_the_erasure_of_everything_that_is_named() -> None:
    request = {"request": "delete message"}
    assert told(message("delete", anonymousId="a1")) == [
        ("lead.erased", "user/u1", request),
        ("lead.erased", "anonymous/a1", request),
    ]


class TestForm:
    @pytest.mark.parametrize("route", ["track", "page", "screen", "identify", "group", "alias"])
    def test_without_a_type_the_route_tells_it(self, route: str) -> None:
        given = message("x", event="E", name="N", traits={"plan": "pro"}, groupId="g", previousId="p")
        del given["type"]
        assert isinstance(result_of(given, route), Mapped)

    def test_in_a_batch_each_message_needs_its_type(self) -> None:
        given = message("track", event="E")
        del given["type"]
        assert detail_of({"batch": [given]}) == "type: required, and must be text"

    def test_an_unknown_type_is_named(self) -> None:
        result = result_of(message("purchase"))
        assert isinstance(result, Refused)
        assert (result.reason, result.detail) == (Reason.UNKNOWN_TYPE, "type: 'purchase'")

    def test_the_words_of_old_clients_are_understood(self) -> None:
        given = {"action": "track", "event": "E", "user_id": 19, "messageId": "m"}
        ((_, subject, _),) = told(given)
        assert subject == "user/19"

    @pytest.mark.parametrize("type_", ["track", "page", "identify", "delete"])
    def test_somebody_must_be_named(self, type_: str) -> None:
        given = message(type_, userId=None, event="E", name="N", traits={"plan": "pro"})
        assert detail_of(given) == "userId or anonymousId: one of them is required"

    @pytest.mark.parametrize(
        ("fields", "detail"),
        [
            ({"userId": True}, "userId: must be text"),
            ({"userId": {"a": 1}}, "userId: must be text"),
            ({"userId": "x" * 256}, "userId: longer than 255 characters"),
            ({"userId": "a\x00b"}, "userId: holds a NUL character"),
            ({"properties": "x"}, "properties: must be an object"),
            ({"traits": [1]}, "traits: must be an object"),
        ],
    )
    def test_the_detail_names_field_and_rule(self, fields: dict[str, Any], detail: str) -> None:
        assert detail_of(message("track", event="E", **fields)) == detail

    def test_a_context_of_another_form_is_passed_over(self) -> None:
        given = message("track", event="E", context={"page": 1, "campaign": "x", "traits": []})
        assert touch(given) == {"signal": "e"}

    def test_the_context_of_a_batch_holds_for_its_messages(self) -> None:
        batch = {"batch": [message("track", event="E")], "context": {"campaign": CAMPAIGN}}
        assert touch(batch)["campaign"] == "spring"

    def test_nul_in_a_trait_becomes_a_sign_that_the_store_takes(self) -> None:
        ((_, _, data),) = told(message("identify", traits={"a\x00b": "c\x00d", "e": {"f\x00": ["\x00"]}}))
        assert data["personal"]["other"] == {"a\ufffdb": "c\ufffdd", "e.f\ufffd": '["\ufffd"]'}
