"""The Pipedrive adapter: a pure function of one notification and the mapping version.

Pipedrive cannot sign, so that Basic authentication over TLS is all the proof there is.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from leadtrace.events.times import to_micros
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.auth.proof import Proof
from leadtrace_ingest.senders.drafting import Drafting, IgnoredError, RefusedError, padded
from leadtrace_ingest.senders.item import Draft, Identity, Ignored, Item, ItemResult, Mapped, Refused
from leadtrace_ingest.senders.mapping.change import unsuffixed
from leadtrace_ingest.senders.mapping.compiled import Mapping as MappingRules
from leadtrace_ingest.senders.mapping.file import Entity
from leadtrace_ingest.senders.pipedrive.activity import ACTIVITY, activity_drafts
from leadtrace_ingest.senders.pipedrive.deal import deal_drafts
from leadtrace_ingest.senders.pipedrive.decode import (
    Action,
    Body,
    Notification,
    decode_body,
    notification_of,
    object_of,
)
from leadtrace_ingest.senders.pipedrive.identity import identity_of_body
from leadtrace_ingest.senders.pipedrive.lead import LEAD, lead_deletion, lead_drafts
from leadtrace_ingest.senders.pipedrive.record import deletion_drafts, record_drafts
from leadtrace_ingest.senders.sender import Delivery, SignedRequest
from leadtrace_ingest.senders.webhook import MAX_ITEM_BYTES, WebhookAdapter

Drafts = Callable[[Notification, Drafting, MappingRules], list[Draft]]


class PipedriveAdapter(WebhookAdapter):
    """Pipedrive's rules for one configured sender."""

    def __init__(self, sender: str, proof: Proof, mapping: MappingRules) -> None:
        super().__init__(sender, mapping.label)
        self._proof = proof
        self._mapping = mapping

    def verify(self, request: SignedRequest) -> Mapping[str, str]:
        """Check user name and password.

        Raises:
            SignatureError: they are missing or wrong.
        """
        self._proof.check(request)
        return {}

    def count(self, delivery: Delivery) -> int:
        """One: Pipedrive posts every change alone."""
        del delivery
        return 1

    def map_item(self, item: Item, delivery: Delivery) -> ItemResult:
        """The events of one notification, or why there are none."""
        if len(item.raw) > MAX_ITEM_BYTES:
            return self.unreadable(item, Reason.TOO_LARGE, f"the item has more than {MAX_ITEM_BYTES} bytes")
        try:
            body = decode_body(item.raw)
        except RefusedError as error:
            return self.unreadable(item, error.reason, error.detail)
        identity = identity_of_body(self._sender, body)
        try:
            return self._mapped(body, identity, delivery.received_at)
        except RefusedError as error:
            return Refused(identity, error.reason, error.detail, item.raw)
        except IgnoredError as error:
            return Ignored(identity, error.reason)

    def _mapped(self, body: Body, identity: Identity, received_at: datetime) -> Mapped:
        object_ = object_of(body.meta)
        if object_ not in self._mapping.objects and object_ != ACTIVITY:
            raise IgnoredError(Reason.OBJECT_IGNORED)
        notification = notification_of(body)
        drafts = self._drafts_of(notification)(
            notification, _drafting(notification, received_at), self._mapping
        )
        if not drafts:
            raise IgnoredError(Reason.NOTHING_KEPT)
        source = f"{self._sender}/{notification.company}"
        return Mapped(identity, source, unsuffixed(drafts), correlation=notification.correlation)

    def _drafts_of(self, notification: Notification) -> Drafts:
        if notification.object == ACTIVITY:
            return activity_drafts
        deleted = notification.action is Action.DELETED
        entity = self._mapping.objects[notification.object].entity
        if notification.object == LEAD and entity is Entity.LEAD:
            return lead_deletion if deleted else lead_drafts
        if deleted:
            return deletion_drafts
        return deal_drafts if entity is Entity.DEAL else record_drafts


def _drafting(notification: Notification, received_at: datetime) -> Drafting:
    """The sequence is Pipedrive's own moment: it orders what coarser moments of the record leave equal."""
    noted = notification.at
    return Drafting(
        noted or received_at,
        padded(to_micros(noted)) if noted else "",
        f"user:{notification.user}" if notification.user else None,
        bulk=notification.bulk,
        origin=notification.origin,
    )
