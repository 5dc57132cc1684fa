"""What Mautic's events about contacts and companies become, and which it leaves."""

from typing import Any

import pytest

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.item import Ignored, Refused
from tests.unit.ingest.deliveries import Told
from tests.unit.ingest.mautic_items import CONTACT, HIT, event, result_of, told

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
}


@pytest.mark.parametrize(("trigger", "one", "expected"), BECOMES.values(), ids=BECOMES)
def test_event_becomes(trigger: str, one: object, expected: list[Told]) -> None:
    assert told(trigger, one) == expected


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
