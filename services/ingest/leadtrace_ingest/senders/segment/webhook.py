"""Segment's webhook destination: Segment forwards what it took in, one message or an array of them.

`X-Signature` is the hex HMAC-SHA1 of the body; of an array Segment signs the first message only.
"""

from collections.abc import Mapping, Sequence

import msgspec

from leadtrace_ingest.senders.auth.body_hmac import BodyHmac
from leadtrace_ingest.senders.auth.path_secret import PathSecret
from leadtrace_ingest.senders.item import Item
from leadtrace_ingest.senders.mapping.compiled import Mapping as MappingRules
from leadtrace_ingest.senders.segment.adapter import MessageAdapter
from leadtrace_ingest.senders.segment.decode import About
from leadtrace_ingest.senders.sender import SIGNATURE, Delivery, SignatureError, SignedRequest

FULL, PARTIAL = "full", "partial"
_HEADER = b"x-signature"
_LIST = msgspec.json.Decoder(list[msgspec.Raw])


class SegmentWebhookAdapter(MessageAdapter):
    """The webhook destination for one configured sender; with path secrets the path must end in one."""

    def __init__(
        self, sender: str, secrets: Sequence[bytes], path_secrets: Sequence[bytes], mapping: MappingRules
    ) -> None:
        super().__init__(sender, mapping)
        self._signed = BodyHmac(_HEADER, secrets, digest="sha1")
        self._path = PathSecret(path_secrets) if path_secrets else None

    def verify(self, request: SignedRequest) -> Mapping[str, str]:
        """Check path and signature; how much the signature covers is kept.

        Raises:
            SignatureError: one of them is missing or wrong.
        """
        if self._path is not None:
            self._path.check(request)
        try:
            self._signed.check(request)
        except SignatureError:
            first = _first(request.body)
            if first is None:
                raise
            self._signed.check(_only(request, first))
            return {SIGNATURE: PARTIAL}
        return {SIGNATURE: FULL}

    def _trusts(self, item: Item, delivery: Delivery) -> bool:
        """Of a partly signed body the first message alone, unless the path holds a secret."""
        if self._path is not None or delivery.headers.get(SIGNATURE) == FULL:
            return True
        return isinstance(item.about, About) and item.about.first


def _first(body: bytes) -> bytes | None:
    """The first element of an array as it stands there."""
    try:
        elements = _LIST.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return bytes(elements[0]) if elements else None


def _only(request: SignedRequest, body: bytes) -> SignedRequest:
    return SignedRequest(
        request.method, request.uri, request.headers, body, request.received_ms, request.route
    )
