"""What most adapters have in common; a vendor overrides where it differs."""

from collections.abc import Mapping
from types import MappingProxyType

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.identity import identity_of_bytes
from leadtrace_ingest.senders.item import Item, ItemResult, Refused
from leadtrace_ingest.senders.report import report
from leadtrace_ingest.senders.sender import Accepted, Answer, Delivery, SignedRequest

MAX_ITEM_BYTES = 262_144  # with its envelope well below the 1 MiB that brokers take by default
_JSON = b"application/json"


class WebhookAdapter:
    """An adapter of webhooks that answers 202 and maps behind the answer."""

    kept_headers: frozenset[bytes] = frozenset({b"content-type", b"user-agent"})
    kept_prefixes: tuple[bytes, ...] = ()
    validates = False
    compressed = False
    answer_headers: tuple[tuple[bytes, bytes], ...] = ()
    paths: Mapping[str, str] = MappingProxyType({})

    def __init__(self, sender: str, mapping_label: str) -> None:
        self._sender = sender
        self._mapping_label = mapping_label

    @property
    def mapping_label(self) -> str:
        """`<name>@<version>` of the mapping."""
        return self._mapping_label

    def verify(self, request: SignedRequest) -> Mapping[str, str]:
        """Check that the request is authentic; every vendor has rules of its own."""
        raise NotImplementedError

    def facts(self, request: SignedRequest) -> Mapping[str, str]:
        """Nothing but the kept headers."""
        del request
        return {}

    def redact(self, body: bytes) -> bytes:
        """The body as it is: most vendors put no secret into it."""
        return body

    def max_bytes(self, delivery: Delivery) -> int | None:
        """The door's own limit."""
        del delivery
        return None

    def count(self, delivery: Delivery) -> int:
        """How many items the delivery holds."""
        return len(self.split(delivery))

    def split(self, delivery: Delivery) -> list[Item]:
        """The whole body as one item."""
        return [Item(delivery.body)]

    def map_item(self, item: Item, delivery: Delivery) -> ItemResult:
        """What becomes of one item; every vendor has rules of its own."""
        raise NotImplementedError

    def refuse_broken(self, item: Item, detail: str) -> ItemResult:
        """The result for an item on which the adapter itself failed."""
        return self.unreadable(item, Reason.ADAPTER_ERROR, detail)

    def unreadable(self, item: Item, reason: Reason, detail: str) -> Refused:
        """The result for an item of which nothing tells what it is but its bytes."""
        return Refused(identity_of_bytes(self._sender, item.raw), reason, detail, item.raw)

    def accepted(self, accepted: Accepted) -> Answer:
        """202: durable, and not worked through yet; a sender that validates hears of every item."""
        if accepted.results:
            return Answer(202, _JSON, report(accepted))
        body = b'{"intake_id":"%b","accepted":%d}' % (str(accepted.intake_id).encode(), accepted.items)
        return Answer(202, _JSON, body)

    def options(self, headers: Mapping[bytes, bytes]) -> Answer | None:
        """Nothing: webhooks are posted."""
        del headers
        return None

    def not_durable(self) -> Answer | None:
        """The door's own 503."""
        return None
