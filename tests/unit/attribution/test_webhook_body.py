"""The body of a webhook: the same for every attempt, by the schema that the page shows."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from leadtrace.events.notifications import NotificationKind
from leadtrace.runtime.answer_links import PURPOSE, Answer, LinkError, read_token
from leadtrace.testing.vault import MASTER_KEY, OTHER_MASTER_KEY, wrapper_of
from leadtrace_attribution.delivery.webhook import (
    LinkMaker,
    Told,
    Webhook,
    webhook_body,
    webhook_headers,
    webhook_id,
    webhook_schema,
)
from leadtrace_attribution.notifications import Notification

AT = datetime(2026, 4, 1, 8, 30, tzinfo=UTC)
LINKS = LinkMaker(wrapper_of().derived(PURPOSE), "https://leads.example/base/", 14)
PAGE = Path(__file__).parents[3] / "docs" / "outbound.schema.json"


def told(kind: str = "handover.offered", **more: Any) -> Told:
    given = {
        "notification_id": UUID(int=5),
        "kind": kind,
        "lead_id": UUID(int=1),
        "definition_version": 1,
        "clock": None,
        "moment": AT,
        "team": "sales",
        "owner": "77",
        "partner": None,
        "data": {"offer_id": "o1"},
        "created_at": AT + timedelta(seconds=2),
    }
    return Told(**{**given, **more})


def body_of(*args: Any, **more: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(webhook_body(told(*args, **more), "crm", LINKS))
    return body


@pytest.mark.parametrize("kind", NotificationKind)
def test_every_kind_fits_the_schema(kind: NotificationKind) -> None:
    body = webhook_body(told(kind.value), "crm", LINKS)
    assert body == webhook_body(told(kind.value), "crm", LINKS)
    assert msgspec.json.decode(body, type=Webhook).data.kind == kind


def test_the_page_shows_the_schema_as_it_is() -> None:
    shown = json.loads(PAGE.read_text())
    assert shown == json.loads(json.dumps(webhook_schema())), "docs/outbound.md says how to write it anew"


def test_offers_can_be_answered_until_their_links_are_too_old() -> None:
    data = body_of()["data"]
    assert data["links_expire_at"] == "2026-04-15T08:30:00Z"
    for answer in Answer:
        base, _, rest = data[f"{answer.value}_url"].partition("/v1/answers/")
        token, _, asked = rest.partition("/")
        assert (base, asked) == ("https://leads.example/base", answer)
        offer = read_token(token, wrapper_of(OTHER_MASTER_KEY, MASTER_KEY).derived(PURPOSE))
        assert (offer.lead_id, offer.offered_at, offer.team) == (UUID(int=1), AT, "sales")
        assert "77" not in offer.offer_id
        with pytest.raises(LinkError):
            read_token(token, wrapper_of(OTHER_MASTER_KEY).derived(PURPOSE))


@pytest.mark.parametrize("kind", ["handover.at_risk", "handover.breached"])
def test_a_clock_speaks_of_the_offer_that_its_data_name(kind: str) -> None:
    offered_at = AT - timedelta(hours=4)
    data = body_of(kind, data={"offer_id": "o1", "offered_at": offered_at.isoformat()})["data"]
    token = data["accept_url"].split("/")[-2]
    assert read_token(token, LINKS.keys).offered_at == offered_at
    for bad in (None, "soon", "2026-04-01T08:00", 7):
        assert body_of(kind, data={"offered_at": bad})["data"]["accept_url"] is None


@pytest.mark.parametrize("kind", ["lead.qualified", "handover.withdrawn", "outcome.overdue"])
def test_what_asks_for_no_answer_has_no_links(kind: str) -> None:
    data = body_of(kind, data={"offered_at": AT.isoformat()})["data"]
    assert data["accept_url"] is data["reject_url"] is data["links_expire_at"] is None


def test_a_webhook_has_one_id_for_each_subscription() -> None:
    assert webhook_id(UUID(int=5), "crm") == webhook_id(UUID(int=5), "crm")
    assert (
        len({webhook_id(UUID(int=5), "crm"), webhook_id(UUID(int=5), "desk"), webhook_id(UUID(int=6), "crm")})
        == 3
    )


def test_the_reference_vector_of_standard_webhooks() -> None:
    at = datetime.fromtimestamp(1614265330, UTC)
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = webhook_headers("msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', at, [secret])
    assert headers[b"webhook-signature"] == b"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers[b"webhook-timestamp"] == b"1614265330"


def test_a_notification_is_the_same_whenever_it_is_told() -> None:
    one = Notification(
        kind=NotificationKind.HANDOVER_BREACHED, lead_id=UUID(int=1), definition_version=1, moment=AT
    )
    again = msgspec.structs.replace(one, team="other", data={"more": 1})
    assert one.notification_id == again.notification_id
    others = [
        msgspec.structs.replace(one, clock="accept"),
        msgspec.structs.replace(one, definition_version=2),
        msgspec.structs.replace(one, moment=AT + timedelta(microseconds=1)),
    ]
    assert len({each.notification_id for each in (one, *others)}) == 4
