"""The adapter of senders that post events of the catalogue: a pure function of one event."""

from collections.abc import Mapping
from types import MappingProxyType

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.auth.proof import Proof
from leadtrace_ingest.senders.events import binary, envelope, handshake
from leadtrace_ingest.senders.events.envelope import ATTRIBUTES, Attributes
from leadtrace_ingest.senders.events.invalid import InvalidEventError
from leadtrace_ingest.senders.events.map import EventRules
from leadtrace_ingest.senders.events.media import HEADER_PREFIX, Form
from leadtrace_ingest.senders.events.split import split
from leadtrace_ingest.senders.identity import identity_of_bytes
from leadtrace_ingest.senders.item import Item, ItemResult, Refused
from leadtrace_ingest.senders.sender import Answer, Delivery, SignedRequest
from leadtrace_ingest.senders.webhook import MAX_ITEM_BYTES, WebhookAdapter

LABEL = "events@1"  # no mapping file: the catalogue is the mapping
PATH = "/v1/events"
_MEDIA_TYPES = (
    "Send application/json, application/x-ndjson, application/cloudevents+json or "
    "application/cloudevents-batch+json, in UTF-8; or ce- headers with application/json."
)


class EventsAdapter(WebhookAdapter):
    """Takes CloudEvents in binary, structured and batch mode, JSON and NDJSON, and answers for each event."""

    kept_prefixes = (HEADER_PREFIX.encode(),)
    validates = True
    paths: Mapping[str, str] = MappingProxyType({PATH: "", f"{PATH}/": ""})

    def __init__(
        self,
        sender: str,
        proof: Proof,
        rules: EventRules,
        rate: bytes = handshake.ANY_RATE,
        *,
        label: str = LABEL,
    ) -> None:
        super().__init__(sender, label)
        self._proof = proof
        self._rules = rules
        self._rate = rate

    def verify(self, request: SignedRequest) -> Mapping[str, str]:
        """Check the sender's proof.

        Raises:
            SignatureError: it is missing, wrong or stale.
        """
        self._proof.check(request)
        return {}

    def split(self, delivery: Delivery) -> list[Item]:
        """The events of a delivery."""
        return split(delivery)

    def map_item(self, item: Item, delivery: Delivery) -> ItemResult:
        """The canonical event, or what is wrong with it."""
        try:
            return self._rules.mapped(self._attributes(item, delivery), delivery.received_at)
        except InvalidEventError as error:
            # Never under its id: corrected it comes again under the same.
            identity = identity_of_bytes(self._sender, item.raw)
            if item.about is Form.BINARY and error.field in ATTRIBUTES:
                error.field = HEADER_PREFIX + error.field
            return Refused(identity, error.reason, error.detail, item.raw, error.field, error.remedy)

    def options(self, headers: Mapping[bytes, bytes]) -> Answer | None:
        """The handshake of the webhook binding."""
        return handshake.allow(headers, self._rate)

    def _attributes(self, item: Item, delivery: Delivery) -> Attributes:
        if len(item.raw) > MAX_ITEM_BYTES:
            rule = f"the event has more than {MAX_ITEM_BYTES} bytes"
            raise InvalidEventError(
                "", rule, "Send what is large elsewhere, and its address here.", Reason.TOO_LARGE
            )
        match item.about:
            case Form.BINARY:
                given = envelope.read_headers(binary.attributes(delivery.headers), delivery.body)
            case Form.JSON | Form.STRUCTURED | Form.BATCH:
                given = envelope.read_json(item.raw)
            case _:
                raise InvalidEventError(
                    "Content-Type", "is none that is taken here", _MEDIA_TYPES, Reason.UNSUPPORTED_MEDIA_TYPE
                )
        if item.about is Form.JSON and given.specversion is None:
            return given
        envelope.require_version(given)
        envelope.name_in("source", given.source)
        return given
