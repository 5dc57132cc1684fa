"""Maps the rows of an import by the mapping that came with them: a pure function of row and delivery."""

from collections.abc import Mapping
from functools import lru_cache

import msgspec

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import RefusedError
from leadtrace_ingest.senders.generic.decoding import decode_value
from leadtrace_ingest.senders.generic.identity import content_of
from leadtrace_ingest.senders.generic.loading import load_generic
from leadtrace_ingest.senders.generic.mapping import GenericMapping, map_value
from leadtrace_ingest.senders.identity import identity_of, posts_spend
from leadtrace_ingest.senders.imported.ahead import as_of, lies_ahead
from leadtrace_ingest.senders.imported.header import ImportHeader, ImportHeaderError, read_header, rows_of
from leadtrace_ingest.senders.imported.watching import watched
from leadtrace_ingest.senders.item import Identity, Ignored, Item, ItemResult, Mapped, Refused
from leadtrace_ingest.senders.mapping.file import MappingError
from leadtrace_ingest.senders.sender import Delivery, SignatureError, SignedRequest
from leadtrace_ingest.senders.webhook import WebhookAdapter

_UNUSABLE = "unusable@0"


class Imports:
    """The adapters of one sender's imports."""

    def __init__(self, sender: str, reporting_currency: str) -> None:
        self._sender = sender
        self._currency = reporting_currency

    def __call__(self, delivery: Delivery) -> WebhookAdapter:
        """The adapter that a stored delivery brings; one whose mapping is unusable now refuses its rows."""
        try:
            return self.usable(delivery.body)
        except (ImportHeaderError, MappingError) as error:
            return UnusableImport(self._sender, str(error))

    def usable(self, body: bytes) -> "ImportAdapter":
        """The adapter of a body.

        Raises:
            ImportHeaderError: it does not begin with a header.
            MappingError: its mapping cannot be used.
        """
        header = read_header(body)
        return ImportAdapter(self._sender, header, compiled(bytes(header.mapping), self._currency))


@lru_cache(maxsize=64)
def compiled(mapping: bytes, currency: str) -> GenericMapping:
    """The mapping of these bytes, ready to run.

    Raises:
        MappingError: it cannot be used.
    """
    return load_generic(mapping, currency)


class _Rows(WebhookAdapter):
    """Rows as items; nobody signs them, since the route takes a key."""

    def verify(self, request: SignedRequest) -> Mapping[str, str]:
        """Nothing comes this way.

        Raises:
            SignatureError: always.
        """
        del request
        raise SignatureError("Imports are no webhooks.", f"Post rows to /v1/import/{self._sender}.")

    def split(self, delivery: Delivery) -> list[Item]:
        """The rows."""
        return [Item(row) for row in rows_of(delivery)]


class ImportAdapter(_Rows):
    """The rows of one import."""

    def __init__(self, sender: str, header: ImportHeader, mapping: GenericMapping) -> None:
        super().__init__(sender, mapping.label)
        self._header = header
        self._mapping = mapping

    def map_item(self, item: Item, delivery: Delivery) -> ItemResult:
        """The events of one row, or why there are none."""
        try:
            value = decode_value(item.raw)
        except RefusedError as error:
            return self.unreadable(item, Reason.BROKEN_ROW, error.detail)
        result = map_value(
            self._mapping,
            value,
            sender=self._sender,
            account=self._header.account or None,
            received_at=delivery.received_at,
            raw=item.raw,
        )
        match result:
            case Mapped():
                drafts = tuple(as_of(draft, delivery.received_at) for draft in result.drafts)
                if self._header.survivors:
                    drafts = watched(drafts, delivery.received_at)
                # What lies ahead now is another thing to say than that it happened.
                ahead = any(lies_ahead(draft, delivery.received_at) for draft in result.drafts)
                key = [*self._key(value), *(["ahead"] if ahead else [])]
                if posts_spend(drafts):
                    key.append(delivery.received_at.isoformat())
                identity = identity_of(self._sender, key)
                return msgspec.structs.replace(result, identity=identity, drafts=drafts)
            case Ignored():
                return Ignored(self._unread(value), result.reason)
            case _:
                return msgspec.structs.replace(result, identity=self._unread(value))

    def _key(self, value: object, mapping_hash: str = "") -> list[object]:
        """What a row says makes it itself, so an unchanged row of any export is a copy.

        Rows of what has no state, such as activities, have an `id` in their mapping: that alone counts.
        """
        mapping = self._mapping
        own = self._own_id(value)
        said: object = ["id", own] if own else content_of(value, mapping.delivery)
        survivors = ["survivors"] if self._header.survivors else []
        return ["import", mapping.name, self._header.account, mapping_hash, said, *survivors]

    def _own_id(self, value: object) -> str:
        try:
            return self._mapping.id.text(value) if self._mapping.id is not None else ""
        except RefusedError:
            return ""

    def _unread(self, value: object) -> Identity:
        """Where a mapping got nothing out of a row, another version of it gets another try."""
        return identity_of(self._sender, self._key(value, self._header.mapping_hash))


class UnusableImport(_Rows):
    """Rows that no mapping reads: the code has become stricter since they were accepted."""

    def __init__(self, sender: str, problem: str) -> None:
        super().__init__(sender, _UNUSABLE)
        self._problem = problem.splitlines()[0] if problem else ""

    def map_item(self, item: Item, delivery: Delivery) -> Refused:
        """To quarantine, with what is wrong with the mapping."""
        del delivery
        return self.unreadable(item, Reason.MAPPING_FAILED, self._problem)
