"""One webhook as it is posted: a CloudEvents body by a versioned schema, and Standard Webhooks headers.

A function of the notification and the subscription's name alone: every attempt has the same id and the same
body, and a receiver that knows the id has it already.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, NamedTuple
from uuid import UUID, uuid5

import msgspec

from leadtrace.events.envelope import SPEC_VERSION
from leadtrace.events.notifications import ANSWERABLE, NotificationKind
from leadtrace.runtime.answer_links import Answer, link_to, make_offer
from leadtrace.runtime.standard_webhooks import (
    ID_HEADER,
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    signature_header,
)

SCHEMA_VERSION = 1
SCHEMA = f"urn:leadtrace:webhook:{SCHEMA_VERSION}"
USER_AGENT = b"leadtrace-webhooks/1"
_SOURCE = "leadtrace"
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
_encode = msgspec.json.Encoder().encode


class Told(NamedTuple):
    """A notification as it is stored; `data` is what the fold says of it."""

    notification_id: UUID
    kind: str
    lead_id: UUID
    definition_version: int
    clock: str | None
    moment: datetime
    team: str | None
    owner: str | None
    partner: str | None
    data: Mapping[str, Any]
    created_at: datetime


def told_of_row(row: Sequence[Any]) -> Told:
    """A notification of its columns in this order, the data as JSON text."""
    *before, data, created_at = row
    return Told._make([*before, msgspec.json.decode(data), created_at])


class WebhookData(msgspec.Struct, frozen=True, kw_only=True):
    """What happened: the lead, by which version of the definitions, when, to whom, and what else is said.

    The two links and `links_expire_at` are there where the kind asks for an answer.
    """

    lead_id: UUID
    kind: str
    definition_version: int
    moment: Moment
    told_at: Moment
    clock: str | None
    team: str | None
    owner: str | None
    partner: str | None
    details: dict[str, Any]
    accept_url: str | None = None
    reject_url: str | None = None
    links_expire_at: Moment | None = None


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """The body: a CloudEvent in structured mode."""

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: Moment
    datacontenttype: str
    dataschema: str
    data: WebhookData


class LinkMaker(NamedTuple):
    """What links are made of: the keys that sign, where they lead, for how long."""

    keys: Sequence[bytes]
    base: str
    days: int

    def links(self, told: Told) -> dict[str, Any]:
        """The members of the body that ask for an answer; none where it cannot be told which offer it is."""
        offered_at = _offered_at(told)
        if told.kind not in ANSWERABLE or offered_at is None:
            return {}
        expires_at = offered_at + timedelta(days=self.days)
        offer = make_offer(
            lead_id=told.lead_id,
            offer_id=str(told.data.get("offer_id", "")),
            offered_at=offered_at,
            expires_at=expires_at,
            definition_version=told.definition_version,
            team=told.team,
            partner=told.partner,
        )
        return {
            "accept_url": link_to(offer, Answer.ACCEPT, self.base, self.keys),
            "reject_url": link_to(offer, Answer.REJECT, self.base, self.keys),
            "links_expire_at": expires_at,
        }


def webhook_id(notification_id: UUID, subscription: str) -> str:
    """The id of a notification for a subscription, whatever is tried how often."""
    return f"msg_{uuid5(notification_id, subscription).hex}"


def webhook_body(told: Told, subscription: str, links: LinkMaker) -> bytes:
    """The body as it is posted and signed."""
    data = WebhookData(
        lead_id=told.lead_id,
        kind=told.kind,
        definition_version=told.definition_version,
        moment=told.moment,
        told_at=told.created_at,
        clock=told.clock,
        team=told.team,
        owner=told.owner,
        partner=told.partner,
        details=dict(told.data),
        **links.links(told),
    )
    return _encode(
        Webhook(
            specversion=SPEC_VERSION,
            id=webhook_id(told.notification_id, subscription),
            source=_SOURCE,
            type=f"io.leadtrace.notice.{told.kind}.v{SCHEMA_VERSION}",
            subject=f"lead/{told.lead_id}",
            time=told.moment,
            datacontenttype="application/json",
            dataschema=SCHEMA,
            data=data,
        )
    )


def webhook_headers(
    message_id: str, body: bytes, now: datetime, secrets: Sequence[bytes]
) -> dict[bytes, bytes]:
    """The headers of one attempt, signed at its own moment with every live secret."""
    encoded, timestamp = message_id.encode(), str(int(now.timestamp())).encode()
    return {
        b"content-type": b"application/json",
        b"user-agent": USER_AGENT,
        ID_HEADER: encoded,
        TIMESTAMP_HEADER: timestamp,
        SIGNATURE_HEADER: signature_header(secrets, encoded, timestamp, body),
    }


def webhook_schema() -> dict[str, Any]:
    """The JSON schema of the body."""
    schema = msgspec.json.schema(Webhook)
    return {"$id": SCHEMA, "title": "A webhook of leadtrace", **schema}


def _offered_at(told: Told) -> datetime | None:
    """When the offer was made, of which it speaks; None if its data do not say."""
    given = told.data.get("offered_at")
    if given is None and told.kind == NotificationKind.HANDOVER_OFFERED:
        return told.moment
    try:
        moment = datetime.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
