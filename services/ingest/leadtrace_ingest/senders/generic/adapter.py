"""The adapter of a CRM that has a mapping file and no code here."""

from collections.abc import Mapping

from leadtrace_ingest.senders.auth.proof import Proof
from leadtrace_ingest.senders.auth.standard_webhooks import KEPT_HEADERS
from leadtrace_ingest.senders.drafting import RefusedError
from leadtrace_ingest.senders.generic import body
from leadtrace_ingest.senders.generic.mapping import GenericMapping, map_value
from leadtrace_ingest.senders.item import Item, ItemResult
from leadtrace_ingest.senders.sender import Delivery, SignedRequest
from leadtrace_ingest.senders.webhook import WebhookAdapter

PATH = "/v1/webhooks/generic/"
_CONTENT_TYPE = "content-type"


class GenericAdapter(WebhookAdapter):
    """The rules of one mapping file for one configured sender."""

    kept_headers = WebhookAdapter.kept_headers | KEPT_HEADERS

    def __init__(self, sender: str, proof: Proof, mapping: GenericMapping) -> None:
        super().__init__(sender, mapping.label)
        self._proof = proof
        self._mapping = mapping
        # With a slash at its end the path takes one segment more, which may be a secret.
        self.paths = {f"{PATH}{sender}": "", f"{PATH}{sender}/": ""}

    def verify(self, request: SignedRequest) -> Mapping[str, str]:
        """Check the request as the sender's table says.

        Raises:
            SignatureError: it is not authentic.
        """
        self._proof.check(request)
        return {}

    def split(self, delivery: Delivery) -> list[Item]:
        """The items of a body."""
        return body.split(delivery.body, delivery.headers.get(_CONTENT_TYPE, ""), self._mapping)

    def map_item(self, item: Item, delivery: Delivery) -> ItemResult:
        """The events of one item, or why there are none."""
        try:
            value = body.item_value(item)
        except RefusedError as error:
            return self.unreadable(item, error.reason, error.detail)
        return map_value(
            self._mapping, value, sender=self._sender, received_at=delivery.received_at, raw=item.raw
        )
