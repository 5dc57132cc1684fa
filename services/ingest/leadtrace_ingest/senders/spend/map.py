"""The adapter of spend: each posting is one event that replaces all earlier rows of its scope."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

from leadtrace.events.codec import encode
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.auth.bearer import Bearer
from leadtrace_ingest.senders.drafting import Drafting, RefusedError, Subject, padded
from leadtrace_ingest.senders.identity import identity_of
from leadtrace_ingest.senders.item import Item, ItemResult, Mapped
from leadtrace_ingest.senders.report import report
from leadtrace_ingest.senders.sender import Accepted, Answer, Delivery, SignedRequest
from leadtrace_ingest.senders.spend.posting import read_posting
from leadtrace_ingest.senders.spend.table import read_table, scope_of
from leadtrace_ingest.senders.webhook import MAX_ITEM_BYTES, WebhookAdapter

KIND = "spend"
_ROUTE = "spend"
_QUERY = ":query"
_CSV = ("text/csv", "application/csv")
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_OBJECT = msgspec.json.Decoder(dict[str, Any], float_hook=str)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
MAPPING = "spend@1"


class SpendAdapter(WebhookAdapter):
    """`POST /v1/spend`, JSON or CSV."""

    validates = True
    paths: Mapping[str, str] = {"/v1/spend": _ROUTE, "/v1/spend/": _ROUTE}

    def __init__(self, sender: str, keys: Sequence[bytes]) -> None:
        super().__init__(sender, MAPPING)
        self._key = Bearer(keys)

    def verify(self, request: SignedRequest) -> Mapping[str, str]:
        """Check the key.

        Raises:
            SignatureError: the key is missing or wrong.
        """
        self._key.check(request)
        return {}

    def facts(self, request: SignedRequest) -> Mapping[str, str]:
        """The scope of a CSV stands in the query."""
        query = urlsplit(request.uri.decode("latin-1")).query
        scope = msgspec.json.encode(scope_of(query)).decode() if query else ""
        return {_QUERY: scope} if scope else {}

    def accepted(self, accepted: Accepted) -> Answer:
        """202 with what becomes of each posting."""
        return Answer(202, b"application/json", report(accepted))

    def split(self, delivery: Delivery) -> list[Item]:
        """The elements of an array, else the whole body: one posting each."""
        if not _is_csv(delivery):
            try:
                return [Item(bytes(raw), number) for number, raw in enumerate(_LIST.decode(delivery.body))]
            except _UNREADABLE:
                pass
        return [Item(delivery.body, 0)]

    def map_item(self, item: Item, delivery: Delivery) -> ItemResult:
        """One event for the posting."""
        if len(item.raw) > MAX_ITEM_BYTES:
            detail = f"the posting has more than {MAX_ITEM_BYTES} bytes; post shorter ranges of days"
            return self.unreadable(item, Reason.TOO_LARGE, detail)
        scope = _OBJECT.decode(delivery.headers.get(_QUERY, "{}"))
        try:
            given = read_table(item.raw, scope) if _is_csv(delivery) else _decoded(item.raw)
            posting = read_posting(given)
        except RefusedError as error:
            return self.unreadable(item, error.reason, error.detail)
        encoded = encode(posting)
        if len(encoded) > MAX_ITEM_BYTES:
            detail = f"the posting makes an event of more than {MAX_ITEM_BYTES} bytes; post shorter ranges"
            return self.unreadable(item, Reason.TOO_LARGE, detail)
        # Posting A, then B, then A again is three postings: only the same delivery is a copy of itself.
        received = delivery.received_at
        identity = identity_of(self._sender, (KIND, encoded, received.isoformat(), item.about))
        drafting = Drafting(received, padded(item.about))
        return Mapped(identity, self._sender, (drafting.event(Subject(KIND, posting.account), posting),))


def _is_csv(delivery: Delivery) -> bool:
    return delivery.headers.get("content-type", "").partition(";")[0].strip().lower() in _CSV


def _decoded(raw: bytes) -> dict[str, Any]:
    try:
        return _OBJECT.decode(raw)
    except msgspec.ValidationError:
        raise RefusedError(Reason.INVALID_ITEM, "a posting must be an object") from None
    except _UNREADABLE:
        raise RefusedError(Reason.NOT_JSON, "the posting is not JSON") from None
