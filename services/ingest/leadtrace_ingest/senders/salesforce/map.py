"""The Salesforce adapter: Outbound Messages and relayed events of one organisation.

A pure function of one item, its delivery's route and receipt, and the mapping version.
"""

from collections.abc import Callable, Mapping

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.auth.standard_webhooks import KEPT_HEADERS
from leadtrace_ingest.senders.drafting import Drafting, IgnoredError, RefusedError
from leadtrace_ingest.senders.identity import identity_of, identity_of_bytes
from leadtrace_ingest.senders.item import Identity, Ignored, Item, ItemResult, Mapped, Refused
from leadtrace_ingest.senders.mapping.compiled import Mapping as MappingRules
from leadtrace_ingest.senders.salesforce import relayed
from leadtrace_ingest.senders.salesforce.answer import ACKNOWLEDGED, NOT_ACKNOWLEDGED
from leadtrace_ingest.senders.salesforce.broken import Broken
from leadtrace_ingest.senders.salesforce.change import on_change
from leadtrace_ingest.senders.salesforce.change_event import change_type, read_change, read_header, record_of
from leadtrace_ingest.senders.salesforce.envelope import BrokenEnvelopeError, Notification, read_envelope
from leadtrace_ingest.senders.salesforce.fields import told
from leadtrace_ingest.senders.salesforce.message import on_notification
from leadtrace_ingest.senders.salesforce.record_id import long_id, referred
from leadtrace_ingest.senders.salesforce.relation import Told
from leadtrace_ingest.senders.salesforce.relayed import Relayed
from leadtrace_ingest.senders.salesforce.report import CREATED_AT, CREATED_BY, on_report
from leadtrace_ingest.senders.salesforce.session import without_session
from leadtrace_ingest.senders.salesforce.times import moment_of, moment_of_ms
from leadtrace_ingest.senders.salesforce.verify import CDC, Proofs
from leadtrace_ingest.senders.sender import ROUTE, Accepted, Answer, Delivery, SignedRequest
from leadtrace_ingest.senders.webhook import MAX_ITEM_BYTES, WebhookAdapter


class SalesforceAdapter(WebhookAdapter):
    """Salesforce's rules for one configured sender."""

    kept_headers = WebhookAdapter.kept_headers | KEPT_HEADERS

    def __init__(self, sender: str, proofs: Proofs, mapping: MappingRules) -> None:
        super().__init__(sender, mapping.label)
        self._proofs = proofs
        self._mapping = mapping

    def verify(self, request: SignedRequest) -> Mapping[str, str]:
        """Check the relay's signature, or the secret path and the organisation; a secret route is not kept.

        Raises:
            SignatureError: the request is not authentic.
        """
        return {ROUTE: CDC} if self._proofs.check(request) else {}

    def redact(self, body: bytes) -> bytes:
        """The body without the session that Salesforce may put into an Outbound Message."""
        return without_session(body)

    def split(self, delivery: Delivery) -> list[Item]:
        """The notifications of a message; of relayed events one item for each record."""
        if delivery.route == CDC:
            return relayed.split(delivery.body)
        try:
            return [Item(raw, notification) for raw, notification in read_envelope(delivery.body)]
        except BrokenEnvelopeError as error:
            return [Item(delivery.body, error.broken)]

    def map_item(self, item: Item, delivery: Delivery) -> ItemResult:
        """The events of one item, or why there are none."""
        if len(item.raw) > MAX_ITEM_BYTES:
            return self.unreadable(item, Reason.TOO_LARGE, f"the item has more than {MAX_ITEM_BYTES} bytes")
        try:
            return self._read(item, delivery)
        except RefusedError as error:
            return self.unreadable(item, error.reason, error.detail)
        except RecursionError:
            return self.unreadable(item, Reason.TOO_DEEP, "a field is nested too deeply")

    def unreadable(self, item: Item, reason: Reason, detail: str) -> Refused:
        """The result for what nothing identifies but its bytes; those of several records count by record."""
        number = item.about.record if isinstance(item.about, Relayed) else 0
        raw = item.raw + b"#%d" % number if number else item.raw
        return Refused(identity_of_bytes(self._sender, raw), reason, detail, item.raw)

    def accepted(self, accepted: Accepted) -> Answer:
        """A true Ack, for nothing else lets Salesforce forget; relays get 202."""
        return super().accepted(accepted) if accepted.route == CDC else ACKNOWLEDGED

    def not_durable(self) -> Answer:
        """A false Ack with the status that makes relays try again as well."""
        return NOT_ACKNOWLEDGED

    def _read(self, item: Item, delivery: Delivery) -> ItemResult:
        match item.about:
            case Notification() as notification:
                return self._of_notification(item, notification, delivery)
            case Relayed(is_change=True) as relayed_change:
                return self._of_change(item, relayed_change, delivery)
            case Relayed() as event:
                return self._of_event(item, event, delivery)
            case Broken(reason, detail):
                raise RefusedError(reason, detail)
            case _:
                raise RefusedError(Reason.INVALID_ITEM, "the item was not split off a delivery")

    def _of_notification(self, item: Item, notification: Notification, delivery: Delivery) -> ItemResult:
        id_ = long_id(notification.id)
        if id_ is None:
            raise RefusedError(Reason.INVALID_ITEM, "Notification.Id: required")
        # The id alone decides: what a retry carries is the record as it stands then.
        identity = identity_of(self._sender, ("notification", id_))
        return self._result(
            identity, item, lambda: on_notification(notification, delivery.received_at, self._mapping)
        )

    def _of_change(self, item: Item, one: Relayed, delivery: Delivery) -> ItemResult:
        header = read_header(one.payload)
        record = record_of(header, one.record)
        event = read_change(header, record, one.payload)
        key = ("change", header.entity_name, record, header.transaction_key, header.sequence_number)
        said = (header.change_type, header.commit_timestamp, sorted(event.fields.items()))

        def tell() -> Told:
            kind, at = change_type(header), delivery.received_at
            if header.commit_timestamp is not None:
                at = moment_of_ms("commitTimestamp", header.commit_timestamp)
            actor = referred(header.commit_user) if header.commit_user else None
            return on_change(event, kind, Drafting(at, header.sequence, actor), self._mapping)

        return self._result(identity_of(self._sender, key, said), item, tell, header.transaction_key)

    def _of_event(self, item: Item, one: Relayed, delivery: Delivery) -> ItemResult:
        fields = told(one.payload)
        said = sorted(fields.items())
        key = ("event", one.name, one.uuid or said)

        def tell() -> Told:
            at = moment_of(CREATED_AT, fields[CREATED_AT]) if fields.get(CREATED_AT) else delivery.received_at
            drafting = Drafting(at, "", referred(fields.get(CREATED_BY, "")) or None)
            return Told(on_report(drafting, one.name, self._mapping, fields, fields))

        return self._result(identity_of(self._sender, key, said), item, tell)

    def _result(
        self, identity: Identity, item: Item, tell: Callable[[], Told], correlation: str = ""
    ) -> ItemResult:
        try:
            found = tell()
        except RefusedError as error:
            return Refused(identity, error.reason, error.detail, item.raw)
        except IgnoredError as error:
            return Ignored(identity, error.reason)
        if found.key is not None:
            identity = identity_of(self._sender, ("activity", found.key))
        return Mapped(identity, self._sender, found.drafts, correlation=correlation)
