"""What events in PostHog's form become."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.item import Ignored, Mapped, Refused
from tests.unit.ingest.deliveries import RECEIVED_AT
from tests.unit.ingest.segment_messages import capture, result_of, told, touch

BROWSER = {
    "$current_url": "https://acme.example/pricing?utm_source=google&utm_medium=cpc",
    "$pathname": "/pricing",
    "$referrer": "$direct",
    "$lib": "web",
    "token": "key",
    "distinct_id": "p1",
}


def detail_of(value: object) -> str:
    result = result_of(value, "capture")
    assert isinstance(result, Refused)
    assert result.reason is Reason.INVALID_ITEM
    return result.detail


def test_an_event_is_a_signal_of_the_person() -> None:
    ((kind, subject, data),) = told(capture("Video Played"))
    assert (kind, subject, data) == ("touchpoint.recorded", "person/p1", {"signal": "video_played"})


def test_the_person_may_stand_among_the_properties() -> None:
    event = capture("Video Played", {"distinct_id": 7})
    del event["distinct_id"]
    ((_, subject, _),) = told(event)
    assert subject == "person/7"


def test_a_pageview_tells_page_and_campaign() -> None:
    expected = {"channel": "paid_search", "source": "google", "medium": "cpc", "page": "/pricing"}
    assert touch(capture("$pageview", BROWSER)) == expected


def test_parameters_that_the_client_took_from_the_address_count() -> None:
    properties = {"$current_url": "https://acme.example/a", "gclid": "x", "utm_campaign": "brand"}
    assert touch(capture("$pageview", properties)) == {
        "channel": "paid_search",
        "source": "google",
        "medium": "cpc",
        "campaign": "brand",
        "page": "/a",
    }


def test_a_referrer_tells_the_source() -> None:
    properties = BROWSER | {"$current_url": "https://acme.example/", "$referrer": "https://www.bing.com/"}
    assert touch(capture("$pageview", properties))["channel"] == "organic_search"


def test_a_screen_goes_by_its_name() -> None:
    assert touch(capture("$screen", {"$screen_name": "Start"})) == {"page": "Start"}


def test_identify_captures_the_person_and_merges_the_visitor() -> None:
    properties = {
        "$anon_distinct_id": "anon-1",
        "$set": {"email": "ada@acme.example", "$initial_referrer": "x"},
        "$set_once": {"plan": "free", "email": "first@acme.example"},
    }
    captured, merged = told(capture("$identify", properties))
    assert captured[:2] == ("lead.captured", "person/p1")
    assert captured[2]["personal"] == {"email": "ada@acme.example"}
    assert captured[2]["properties"] == {"plan": "free", "company_domain": "acme.example"}
    assert merged == ("lead.merged", "person/p1", {"absorbed": ["website person/anon-1"]})


def test_set_beside_the_event_counts_as_old_clients_send_it() -> None:
    ((kind, _, data),) = told(capture("$set", {}, **{"$set": {"plan": "pro"}}))
    assert (kind, data) == ("lead.updated", {"properties": {"plan": "pro"}})


def test_an_event_may_change_the_person_too() -> None:
    updated, touched = told(capture("Video Played", {"$set": {"plan": "pro"}}))
    assert updated == ("lead.updated", "person/p1", {"properties": {"plan": "pro"}})
    assert touched[0] == "touchpoint.recorded"


def test_a_capture_keeps_what_the_application_says_of_the_person() -> None:
    properties = BROWSER | {"email": "ada@acme.example", "seats": 3}
    captured, touched = told(capture("Signed Up", properties))
    assert captured[2]["personal"] == {"email": "ada@acme.example", "other": {"seats": "3"}}
    assert captured[2]["acquisition"]["channel"] == "paid_search"
    assert touched[2]["signal"] == "signed_up"


@pytest.mark.parametrize("event", ["$create_alias", "$merge_dangerously"])
def test_an_alias_is_a_merge(event: str) -> None:
    ((kind, subject, data),) = told(capture(event, {"alias": "p2"}))
    assert (kind, subject, data["absorbed"]) == ("lead.merged", "person/p1", ["website person/p2"])


def test_a_group_is_an_account() -> None:
    properties = {"$group_type": "company", "$group_key": "g1", "$group_set": {"name": "Acme"}}
    ((kind, subject, data),) = told(capture("$groupidentify", properties))
    assert (kind, subject) == ("account.updated", "group/company:g1")
    assert data == {"properties": {"company": "Acme"}}


def test_whoever_is_in_the_group_is_linked() -> None:
    properties = {"$group_type": "company", "$group_key": "g1", "$groups": {"company": "g1"}}
    ((kind, _, data),) = told(capture("$groupidentify", properties))
    assert (kind, data) == ("account.linked", {"lead": "website person/p1"})


@pytest.mark.parametrize("event", ["$autocapture", "$pageleave", "$feature_flag_called", "$web_vitals"])
def test_the_clients_own_events_mean_nothing(event: str) -> None:
    result = result_of(capture(event, BROWSER), "capture")
    assert isinstance(result, Ignored)
    assert result.reason is Reason.EVENT_IGNORED


@pytest.mark.parametrize(
    ("event", "detail"),
    [
        (capture(""), "event: required, and must be text"),
        (capture("E", distinct_id=""), "distinct_id: required"),
        (capture("E", distinct_id=[1]), "distinct_id: must be text"),
        (capture("E") | {"properties": 7}, "properties: must be an object"),
        (capture("$create_alias"), "alias: required for $create_alias"),
        (capture("$groupidentify"), "$group_type and $group_key: required for $groupidentify"),
    ],
)
def test_the_detail_names_field_and_rule(event: object, detail: str) -> None:
    assert detail_of(event) == detail


def time_of(value: Any) -> datetime:
    result = result_of(value, "capture")
    assert isinstance(result, Mapped)
    return result.drafts[0].time


class TestTime:
    def test_the_batchs_time_of_sending_sets_the_clock_right(self) -> None:
        event = capture("E", timestamp="2025-01-01T00:00:00Z")
        batch = {"batch": [event], "sent_at": "2025-01-01T00:00:04Z"}
        assert time_of(batch) == RECEIVED_AT - timedelta(seconds=4)

    def test_a_browser_tells_how_long_ago_it_was(self) -> None:
        event = capture("E", offset=1_500)
        del event["timestamp"]
        assert time_of(event) == RECEIVED_AT - timedelta(milliseconds=1_500)

    @pytest.mark.parametrize("offset", [-1, "x", True, 10**13, 1.5])
    def test_another_offset_says_nothing(self, offset: object) -> None:
        event = capture("E", offset=offset)
        del event["timestamp"]
        assert time_of(event) == RECEIVED_AT

    def test_a_migration_tells_of_the_past_as_it_was(self) -> None:
        batch = {
            "batch": [capture("E", timestamp="2020-01-01T00:00:00Z")],
            "historical_migration": True,
            "sent_at": "2026-01-01T00:00:00Z",
        }
        assert time_of(batch) == datetime(2020, 1, 1, tzinfo=UTC)
