"""What becomes of what contacts do and of what Mautic sends them."""

from datetime import UTC, datetime

import pytest

from leadtrace_ingest.senders.item import Mapped
from tests.unit.ingest.deliveries import Told
from tests.unit.ingest.mautic_items import CONTACT, HIT, STAT, SUBMISSION, event, result_of, told

ADA = "contact/52"

BECOMES: dict[str, tuple[str, object, list[Told]]] = {
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
