"""What Mautic's events become."""

from datetime import UTC, datetime
from typing import Any

import pytest

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.item import Ignored, Mapped, Refused
from tests.unit.ingest.deliveries import Told
from tests.unit.ingest.mautic_items import CONTACT, HIT, STAT, SUBMISSION, event, result_of, told

ADA, ACME = "contact/52", "company/9"
PROPERTIES = {"country": "Estonia", "mautic_points": "12", "tags": "fair,vip"}
COMPANY: dict[str, Any] = {
    "id": 9,
    "dateModified": None,
    "fields": {"core": {"companyname": {"value": "Engine Ltd"}, "companycity": {"value": "Tallinn"}}},
}

BECOMES: dict[str, tuple[str, object, list[Told]]] = {
    "a contact that became known": (
        "lead_post_save_new",
        event(contact=CONTACT),
        [
            (
                "lead.captured",
                ADA,
                {
                    "properties": {**PROPERTIES, "company_domain": "engine.example"},
                    "personal": {
                        "email": "ada@engine.example",
                        "first_name": "Ada",
                        "other": {"shoe_size": "38"},
                    },
                },
            )
        ],
    ),
    "a contact as it stands after a change": (
        "lead_post_save_update",
        event(contact=CONTACT, lead=CONTACT),
        [
            (
                "lead.updated",
                ADA,
                {
                    "properties": {**PROPERTIES, "company_domain": "engine.example"},
                    "personal": {
                        "email": "ada@engine.example",
                        "phone": "",
                        "first_name": "Ada",
                        "other": {"shoe_size": "38"},
                    },
                },
            )
        ],
    ),
    "called lead, as by older versions": (
        "lead_post_save_update",
        event(lead={"id": 52, "fields": {"core": {"country": "Estonia"}}}),
        [("lead.updated", ADA, {"properties": {"country": "Estonia"}})],
    ),
    "who must not be written to": (
        "lead_post_save_update",
        event(contact={"id": 52, "doNotContact": [{"channel": "email", "reason": 1}], "fields": []}),
        [("lead.flagged", ADA, {"flag": "do_not_contact"})],
    ),
    "points": (
        "lead_points_change",
        event(contact=CONTACT, points={"old_points": 2, "new_points": 12}),
        [("lead.updated", ADA, {"properties": {"mautic_points": "12"}})],
    ),
    "unsubscribed": (
        "lead_channel_subscription_changed",
        event(contact=CONTACT, channel="email", old_status="contactable", new_status="unsubscribed"),
        [
            ("lead.updated", ADA, {"properties": {"email_subscription": "unsubscribed"}}),
            ("lead.flagged", ADA, {"flag": "do_not_contact", "actor": "user:1"}),
            ("touchpoint.recorded", ADA, {"signal": "unsubscribe"}),
        ],
    ),
    "reachable again": (
        "lead_channel_subscription_changed",
        event(contact=CONTACT, channel="email", old_status="bounced", new_status="contactable"),
        [
            ("lead.updated", ADA, {"properties": {"email_subscription": "contactable"}}),
            ("lead.flagged", ADA, {"flag": "do_not_contact", "removed": True, "actor": "user:1"}),
        ],
    ),
    "another channel": (
        "lead_channel_subscription_changed",
        event(contact=CONTACT, channel="sms", old_status="contactable", new_status="bounced"),
        [("lead.updated", ADA, {"properties": {"sms_subscription": "bounced"}})],
    ),
    "deleted": (
        "lead_post_delete",
        event(id=52, contact=CONTACT | {"id": None, "createdBy": None}),
        [("lead.deleted", ADA, {})],
    ),
    "came to a company": (
        "lead_company_change",
        event(added=True, contact=CONTACT, company={"id": 9}),
        [("account.linked", ACME, {"lead": "mautic contact/52"})],
    ),
    "left a company": (
        "lead_company_change",
        event(added=False, contact=CONTACT, company={"id": 9}),
        [("account.unlinked", ACME, {"lead": "mautic contact/52"})],
    ),
    "a new company": (
        "company_post_save",
        event(company=COMPANY),
        [
            (
                "account.updated",
                ACME,
                {
                    "created": True,
                    "properties": {"company": "Engine Ltd"},
                    "personal": {"other": {"companycity": "Tallinn"}},
                },
            )
        ],
    ),
    "a company that was changed": (
        "company_post_save",
        event(company={"id": 9, "dateModified": "2026-01-02T03:04:05+00:00", "industry": "toys"}),
        [("account.updated", ACME, {"properties": {"industry": "toys"}})],
    ),
    "a deleted company": (
        "company_post_delete",
        event(id=9, company={"id": None}),
        [("account.deleted", ACME, {})],
    ),
    "a page that was looked at": (
        "page_on_hit",
        event(hit=HIT),
        [
            (
                "touchpoint.recorded",
                ADA,
                {
                    "channel": "paid_search",
                    "source": "news",
                    "medium": "cpc",
                    "page": "/pricing",
                    "signal": "page_view",
                },
            )
        ],
    ),
    "a click in an e-mail": (
        "page_on_hit",
        event(hit=HIT | {"source": "email", "sourceId": 5, "query": {"utm_campaign": "winter"}}),
        [
            (
                "touchpoint.recorded",
                ADA,
                {"channel": "email", "campaign": "winter", "page": "/pricing", "signal": "email_click"},
            )
        ],
    ),
    "a form": (
        "form_on_submit",
        event(submission=SUBMISSION),
        [
            (
                "lead.captured",
                ADA,
                {
                    "acquisition": {"campaign": "spring", "form": "Ask us"},
                    "properties": {"company_domain": "engine.example", "country": "Estonia"},
                    "personal": {
                        "email": "ada@engine.example",
                        "other": {"question": "how much?", "topics": "a,b"},
                    },
                },
            ),
            (
                "touchpoint.recorded",
                ADA,
                {"campaign": "spring", "form": "Ask us", "page": "/contact", "signal": "form_submission"},
            ),
        ],
    ),
    "an opened e-mail": (
        "email_on_open",
        event(stat=STAT),
        [
            (
                "touchpoint.recorded",
                ADA,
                {"channel": "email", "campaign": "winter", "content": "January news", "signal": "email_open"},
            )
        ],
    ),
    "a sent e-mail": (
        "email_on_send",
        event(contact={"id": 52}, email={"id": 5, "subject": "News"}, content="<html>"),
        [
            (
                "activity.recorded",
                ADA,
                {
                    "kind": "email",
                    "claimed": "mautic.email_on_send",
                    "direction": "outbound",
                    "automatic": True,
                    "personal": {"other": {"subject": "News", "email": "5"}},
                },
            )
        ],
    ),
    "a sent text": (
        "sms_on_send",
        event(contact={"id": 52}, smsId=6, content="hello"),
        [
            (
                "activity.recorded",
                ADA,
                {
                    "kind": "other",
                    "claimed": "mautic.sms_on_send",
                    "direction": "outbound",
                    "automatic": True,
                    "personal": {"other": {"sms": "6"}},
                },
            )
        ],
    ),
}


@pytest.mark.parametrize(("trigger", "one", "expected"), BECOMES.values(), ids=BECOMES)
def test_event_becomes(trigger: str, one: object, expected: list[Told]) -> None:
    assert told(trigger, one) == expected


@pytest.mark.parametrize(
    ("trigger", "one", "second"),
    [
        ("page_on_hit", event(hit=HIT), 4),
        ("form_on_submit", event(submission=SUBMISSION), 3),
        ("email_on_open", event(stat=STAT), 2),
        ("lead_post_save_new", event(contact=CONTACT), 5),
        ("page_on_hit", event(hit=HIT | {"dateHit": None}), 5),
    ],
)
def test_it_counts_from_when_it_happened(trigger: str, one: object, second: int) -> None:
    result = result_of(trigger, one)
    assert isinstance(result, Mapped)
    assert {draft.time for draft in result.drafts} == {datetime(2026, 1, 2, 3, 4, second, tzinfo=UTC)}


def test_a_form_cannot_claim_what_is_not_for_visitors_to_say() -> None:
    results = {"doNotContact": "1", "owner": "3", "points": "1000"}
    captured, _ = told("form_on_submit", event(submission=SUBMISSION | {"results": results}))
    assert captured[2]["personal"] == {"other": {"doNotContact": "1", "owner": "3"}}


IGNORED: dict[str, tuple[str, object, Reason]] = {
    "a segment": ("lead_list_change", event(contact=CONTACT, action="added"), Reason.EVENT_IGNORED),
    "a hit of nobody": ("page_on_hit", event(hit=HIT | {"lead": None}), Reason.NOTHING_KEPT),
    "an update that says nothing": ("lead_post_save_update", event(contact={"id": 52}), Reason.NOTHING_KEPT),
}


@pytest.mark.parametrize(("trigger", "one", "reason"), IGNORED.values(), ids=IGNORED)
def test_is_ignored(trigger: str, one: object, reason: Reason) -> None:
    result = result_of(trigger, one)
    assert isinstance(result, Ignored), result
    assert result.reason is reason


REFUSED: dict[str, tuple[str, object, Reason, str]] = {
    "another trigger": (
        "lead_teleported",
        event(contact=CONTACT),
        Reason.UNKNOWN_TYPE,
        "mautic.lead_teleported",
    ),
    "no object": ("page_on_hit", 5, Reason.INVALID_ITEM, "Expected `object`"),
    "no contact": ("lead_post_save_new", event(), Reason.INVALID_ITEM, "contact.id"),
    "no points": ("lead_points_change", event(contact=CONTACT), Reason.INVALID_ITEM, "points.new_points"),
    "no company": ("company_post_save", event(company={}), Reason.INVALID_ITEM, "company.id"),
    "neither here nor there": (
        "lead_company_change",
        event(contact=CONTACT, company={"id": 9}),
        Reason.INVALID_ITEM,
        "added",
    ),
    "a moment in words": (
        "page_on_hit",
        {"hit": HIT, "timestamp": "yesterday"},
        Reason.BAD_TIME,
        "timestamp",
    ),
}


@pytest.mark.parametrize(("trigger", "one", "reason", "detail"), REFUSED.values(), ids=REFUSED)
def test_refuses_naming_field_and_rule(trigger: str, one: object, reason: Reason, detail: str) -> None:
    result = result_of(trigger, one)
    assert isinstance(result, Refused), result
    assert result.reason is reason
    assert detail in result.detail
    assert "engine.example" not in result.detail
