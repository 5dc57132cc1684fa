"""What each kind of contact item becomes, by the shipped mapping."""

import msgspec
import pytest

from leadtrace.events.codec import decode_data
from leadtrace.events.envelope import Event
from tests.unit.ingest.hubspot_items import AT_MS, contact_property, drafts_of, item, told

LEAD = "contact/501"


def updated(**data: object) -> list[tuple[str, str, object]]:
    return [("lead.updated", LEAD, data)]


CASES = {
    "creation": (item("contact.creation"), [("lead.captured", LEAD, {})]),
    "deletion": (item("contact.deletion"), [("lead.deleted", LEAD, {"actor": "CRM_UI"})]),
    "restore": (
        item("contact.restore", sourceId="userId:77"),
        [("lead.restored", LEAD, {"actor": "userId:77"})],
    ),
    "type under its other name": (
        item("", eventType="contact.creation"),
        [("lead.captured", LEAD, {})],
    ),
    "object id beyond 32 bits": (
        item("contact.creation", objectId=2**53 + 1),
        [("lead.captured", f"contact/{2**53 + 1}", {})],
    ),
    "stage": (
        contact_property("lifecyclestage", "marketingqualifiedlead"),
        [
            (
                "lead.stage_changed",
                LEAD,
                {"stage": "mql", "claimed": "marketingqualifiedlead", "actor": "CRM_UI"},
            )
        ],
    ),
    "owner": (
        contact_property("hubspot_owner_id", "4711"),
        [("lead.owner_changed", LEAD, {"owner": "4711", "actor": "CRM_UI"})],
    ),
    "nobody owns it": (
        contact_property("hubspot_owner_id", ""),
        [("lead.owner_changed", LEAD, {"actor": "CRM_UI"})],
    ),
    "original source": (
        contact_property("hs_analytics_source", "PAID_SEARCH"),
        [
            ("lead.updated", LEAD, {"acquisition": {"channel": "paid_search"}}),
            ("touchpoint.recorded", LEAD, {"channel": "paid_search"}),
        ],
    ),
    "source that is not listed": (
        contact_property("hs_analytics_source", "Other_Publicities"),
        [
            ("lead.updated", LEAD, {"acquisition": {"channel": "other_publicities"}}),
            ("touchpoint.recorded", LEAD, {"channel": "other_publicities"}),
        ],
    ),
    "latest source": (
        contact_property("hs_latest_source", "EMAIL_MARKETING"),
        [("touchpoint.recorded", LEAD, {"channel": "email_marketing"})],
    ),
    "campaign": (
        contact_property("utm_campaign", "Spring 26"),
        updated(acquisition={"campaign": "Spring 26"}),
    ),
    "e-mail at a company": (
        contact_property("email", "Ana@Nordlicht.example"),
        updated(
            properties={"company_domain": "nordlicht.example"}, personal={"email": "Ana@Nordlicht.example"}
        ),
    ),
    "e-mail at a provider for everyone": (
        contact_property("email", "ana@gmail.com"),
        updated(properties={"company_domain": None}, personal={"email": "ana@gmail.com"}),
    ),
    "job title": (
        contact_property("jobtitle", "Head of Marketing"),
        updated(
            properties={"seniority": "director", "function": "marketing"},
            personal={"other": {"job_title": "Head of Marketing"}},
        ),
    ),
    "job title that says nothing": (
        contact_property("jobtitle", "Zauberer"),
        updated(
            properties={"seniority": None, "function": None}, personal={"other": {"job_title": "Zauberer"}}
        ),
    ),
    "phone": (contact_property("phone", "+49 40 1"), updated(personal={"phone": "+49 40 1"})),
    "first name": (contact_property("firstname", "Ana"), updated(personal={"first_name": "Ana"})),
    "property": (contact_property("industry", "LOGISTICS"), updated(properties={"industry": "LOGISTICS"})),
    "country": (contact_property("country", "Brazil"), updated(properties={"country": "Brazil"})),
    "property cleared": (contact_property("industry", ""), updated(properties={"industry": None})),
    "property set to null": (contact_property("industry", None), updated(properties={"industry": None})),
    "unmapped property": (
        contact_property("favourite_colour", "mauve"),
        updated(personal={"other": {"favourite_colour": "mauve"}}),
    ),
    "NUL in a value": (
        contact_property("industry", "a\x00b"),
        updated(properties={"industry": "a\ufffdb"}),
    ),
}


@pytest.mark.parametrize(("given", "expected"), CASES.values(), ids=CASES)
def test_item_becomes(given: object, expected: object) -> None:
    assert told(given) == expected


@pytest.mark.parametrize("given", [given for given, _ in CASES.values()], ids=CASES)
def test_data_fits_the_catalogue(given: object) -> None:
    for draft in drafts_of(given):
        event = Event(
            specversion="1.0",
            id="1",
            source="hubspot/33",
            type=draft.type,
            subject="contact/501",
            time=draft.time,
            recordedtime=draft.time,
            partitionkey="",
            bindingrev=1,
            eventno="1",
            data=msgspec.Raw(draft.data or b"{}"),
        )
        decode_data(event)


def test_events_of_one_item_have_one_time_and_sequence_and_different_suffixes() -> None:
    drafts = drafts_of(contact_property("hs_analytics_source", "OFFLINE", eventId=3816279340))
    assert {draft.time.timestamp() * 1000 for draft in drafts} == {AT_MS}
    assert {draft.sequence for draft in drafts} == {"00000000003816279340"}
    assert [draft.suffix for draft in drafts] == ["", ".t"]
