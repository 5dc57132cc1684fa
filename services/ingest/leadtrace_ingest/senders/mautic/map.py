"""The Mautic adapter: a pure function of one event, its trigger and the mapping version.

Mautic signs the body and no moment, so that what is replayed is told by its identity alone.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.auth.proof import Proof
from leadtrace_ingest.senders.drafting import Drafting, IgnoredError, RefusedError, shown
from leadtrace_ingest.senders.identity import hash_of, identity_of
from leadtrace_ingest.senders.item import Identity, Ignored, Item, ItemResult, Mapped, Refused
from leadtrace_ingest.senders.mapping.compiled import Mapping as MappingRules
from leadtrace_ingest.senders.mapping.values import text_of
from leadtrace_ingest.senders.mautic import company, contact, touch
from leadtrace_ingest.senders.mautic.contact import Drafts
from leadtrace_ingest.senders.mautic.decode import (
    About,
    Event,
    contact_of,
    decode_event,
    id_of,
    part_of,
    split,
)
from leadtrace_ingest.senders.moments import moment_of
from leadtrace_ingest.senders.sender import Delivery, SignedRequest
from leadtrace_ingest.senders.webhook import MAX_ITEM_BYTES, WebhookAdapter

SIGNATURE_HEADER = b"webhook-signature"
_SEGMENT_CHANGE = "mautic.lead_list_change"
_HANDLED: dict[str, Callable[[Event, Drafting, MappingRules], Drafts]] = {
    "mautic.lead_post_save_new": contact.on_identified,
    "mautic.lead_post_save_update": contact.on_updated,
    "mautic.lead_points_change": contact.on_points,
    "mautic.lead_channel_subscription_changed": contact.on_subscription,
    "mautic.lead_post_delete": contact.on_deleted,
    "mautic.lead_company_change": company.on_company_change,
    "mautic.company_post_save": company.on_company_saved,
    "mautic.company_post_delete": company.on_company_deleted,
    "mautic.page_on_hit": touch.on_hit,
    "mautic.form_on_submit": touch.on_submission,
    "mautic.email_on_open": touch.on_open,
    touch.EMAIL_SENT: touch.on_email_sent,
    touch.TEXT_SENT: touch.on_text_sent,
}
DOCUMENTED = frozenset({*_HANDLED, _SEGMENT_CHANGE})
# Records of which each is told once have an id that says so; `stat` is told with every opening.
_TOLD_ONCE = {
    "mautic.page_on_hit": (touch.HIT, ()),
    "mautic.form_on_submit": (touch.SUBMISSION, ()),
    "mautic.email_on_open": (touch.STAT, ("openCount", "lastOpened", "dateRead")),
}
_SORTED = msgspec.json.Encoder(order="sorted").encode


class MauticAdapter(WebhookAdapter):
    """Mautic's rules for one configured sender."""

    def __init__(self, sender: str, proof: Proof, mapping: MappingRules) -> None:
        super().__init__(sender, mapping.label)
        self._proof = proof
        self._mapping = mapping

    def verify(self, request: SignedRequest) -> Mapping[str, str]:
        """Check the signature of the body.

        Raises:
            SignatureError: it is missing or wrong.
        """
        self._proof.check(request)
        return {}

    def split(self, delivery: Delivery) -> list[Item]:
        """The events of all triggers."""
        return split(delivery.body)

    def map_item(self, item: Item, delivery: Delivery) -> ItemResult:
        """What becomes of one event."""
        if len(item.raw) > MAX_ITEM_BYTES:
            return self.unreadable(item, Reason.TOO_LARGE, f"the item has more than {MAX_ITEM_BYTES} bytes")
        about = item.about if isinstance(item.about, About) else About("", test=False)
        try:
            event = decode_event(item.raw)
        except RefusedError as error:
            return self.unreadable(item, error.reason, error.detail)
        identity = self._identity(about.trigger, event)
        try:
            drafts = self._drafts(about, event, delivery.received_at)
        except RefusedError as error:
            return Refused(identity, error.reason, error.detail, item.raw)
        except IgnoredError as error:
            return Ignored(identity, error.reason)
        return Mapped(identity, self._sender, drafts)

    def _drafts(self, about: About, event: Event, received_at: datetime) -> Drafts:
        trigger = about.trigger
        if trigger not in DOCUMENTED:
            raise RefusedError(Reason.UNKNOWN_TYPE, f"trigger: {shown(text_of(trigger))}")
        if about.test:
            raise IgnoredError(Reason.TEST_DELIVERY)
        handle = _HANDLED.get(trigger)
        if handle is None:
            raise IgnoredError(Reason.EVENT_IGNORED)
        told = event.get("timestamp")
        at = moment_of(told) if told is not None else received_at
        if at is None:
            raise RefusedError(Reason.BAD_TIME, "timestamp: must be a moment, not before the year 2000")
        return handle(event, Drafting(at, actor=_actor(event)), self._mapping)

    def _identity(self, trigger: str, event: Event) -> Identity:
        """By the id of the record if it has one of its own, else by all that the event says."""
        name, parts = _TOLD_ONCE.get(trigger, ("", ()))
        record = part_of(event, name)
        if not id_of(record):
            return identity_of(self._sender, [trigger, hash_of(_SORTED(event))])
        key = [trigger, id_of(record), *[text_of(record.get(part)) for part in parts]]
        about = [id_of(contact_of(record) or contact_of(event)), text_of(record.get("url"))]
        return identity_of(self._sender, key, about)


def _actor(event: Event) -> str | None:
    """The user who changed the contact; nobody for what the contact did."""
    record: dict[str, Any] = dict(contact_of(event))
    user = record.get("modifiedBy") or record.get("createdBy")
    return f"user:{text_of(user)}" if isinstance(user, int) and not isinstance(user, bool) else None
