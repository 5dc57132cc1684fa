"""Segment's HTTP API and what RudderStack's and PostHog's clients make of it.

An adapter of messages is a pure function of one message, what its batch says of all, and the mapping.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import Drafting, IgnoredError, RefusedError
from leadtrace_ingest.senders.item import Identity, Ignored, Item, ItemResult, Mapped, Refused
from leadtrace_ingest.senders.mapping.compiled import Mapping as MappingRules
from leadtrace_ingest.senders.segment import cors, decode
from leadtrace_ingest.senders.segment.decode import About
from leadtrace_ingest.senders.segment.map import message_drafts
from leadtrace_ingest.senders.segment.message import InvalidMessageError, Message
from leadtrace_ingest.senders.segment.occurred import occurred_at
from leadtrace_ingest.senders.segment.paths import BATCH, CAPTURE, IMPORT, paths
from leadtrace_ingest.senders.segment.posthog import is_posthog, posthog_message
from leadtrace_ingest.senders.segment.rules import message_rules
from leadtrace_ingest.senders.segment.spec import spec_message
from leadtrace_ingest.senders.segment.trust import restrained
from leadtrace_ingest.senders.segment.write_key import WriteKey
from leadtrace_ingest.senders.sender import ROUTE, Accepted, Answer, Delivery, SignedRequest
from leadtrace_ingest.senders.webhook import MAX_ITEM_BYTES, WebhookAdapter

MAX_EVENT_BYTES = 32_768  # Segment's own limit for what its clients post
MAX_BATCH_BYTES = 512_000  # the same for a batch: 500 KB
_SUCCESS = b'{"success":true}'
_JSON = b"application/json"
_ROUTES = frozenset({*paths().values()})
# Routes whose messages may be as large as any item.
_LARGE = frozenset({CAPTURE, IMPORT})


class MessageAdapter(WebhookAdapter):
    """What messages mean, however they came."""

    def __init__(self, sender: str, mapping: MappingRules) -> None:
        super().__init__(sender, mapping.label)
        self._rules = message_rules(mapping)

    def split(self, delivery: Delivery) -> list[Item]:
        """The messages of a body."""
        return decode.split(delivery.body)

    def map_item(self, item: Item, delivery: Delivery) -> ItemResult:
        """The events of one message, or why there are none."""
        if len(item.raw) > MAX_ITEM_BYTES:
            return self.unreadable(item, Reason.TOO_LARGE, f"the item has more than {MAX_ITEM_BYTES} bytes")
        try:
            read = decode.read_object(item.raw)
            identity = decode.identity(self._sender, read)
        except InvalidMessageError as error:
            reason = Reason.INVALID_ITEM if decode.is_json(item.raw) else Reason.NOT_JSON
            return self.unreadable(item, reason, str(error))
        except RecursionError:
            return self.unreadable(item, Reason.TOO_DEEP, "the item is nested too deeply")
        limit = self._limit(read, delivery)
        if len(item.raw) > limit:
            return Refused(identity, Reason.TOO_LARGE, f"the event has more than {limit} bytes", item.raw)
        about = item.about if isinstance(item.about, About) else About()
        return self._mapped(item, read, about, delivery, identity)

    def _limit(self, read: dict[str, Any], delivery: Delivery) -> int:
        """Bytes of the largest message."""
        del read, delivery
        return MAX_ITEM_BYTES

    def _trusts(self, item: Item, delivery: Delivery) -> bool:
        """Whether a proof that only servers hold covers the item."""
        raise NotImplementedError

    def _mapped(
        self, item: Item, read: dict[str, Any], about: About, delivery: Delivery, identity: Identity
    ) -> ItemResult:
        try:
            message = _message(read, about, delivery.route)
            if not self._trusts(item, delivery):
                message = restrained(message)
            time = _time(message, delivery.received_at)
            drafts = message_drafts(message, Drafting(time), self._rules)
        except InvalidMessageError as error:
            return Refused(identity, Reason.INVALID_ITEM, str(error), item.raw)
        except RefusedError as error:
            return Refused(identity, error.reason, error.detail, item.raw)
        except IgnoredError as error:
            return Ignored(identity, error.reason)
        return Mapped(identity, self._sender, drafts)


class SegmentAdapter(MessageAdapter):
    """The HTTP API for one configured sender."""

    kept_headers = frozenset({b"content-type", b"user-agent", b"x-retry-count"})
    validates = True
    compressed = True
    paths = paths()
    answer_headers = cors.ANSWERED

    def __init__(
        self,
        sender: str,
        keys: Sequence[bytes],
        mapping: MappingRules,
        *,
        largest: int,
        trusted: bool = False,
    ) -> None:
        super().__init__(sender, mapping)
        self._write_key = WriteKey(keys, largest)
        self._trusted = trusted

    def verify(self, request: SignedRequest) -> Mapping[str, str]:
        """Check the write key.

        Raises:
            SignatureError: it is missing or wrong.
        """
        self._write_key.check(request)
        return {ROUTE: request.route} if request.route in _ROUTES else {}

    def redact(self, body: bytes) -> bytes:
        """The body without the write key."""
        return self._write_key.blanked(body)

    def max_bytes(self, delivery: Delivery) -> int | None:
        """Segment's limit for its own batches; the door's for the others."""
        return MAX_BATCH_BYTES if delivery.route == BATCH else None

    def accepted(self, accepted: Accepted) -> Answer:
        """200: several clients take nothing else for success and would send a partly bad batch again."""
        del accepted
        return Answer(200, _JSON, _SUCCESS)

    def options(self, headers: Mapping[bytes, bytes]) -> Answer | None:
        """A browser asks whether a page of another origin may post here; it may, with a write key."""
        return cors.preflight(headers)

    def _trusts(self, item: Item, delivery: Delivery) -> bool:
        """A write key stands in pages, unless the operator says that only servers hold it."""
        del item, delivery
        return self._trusted

    def _limit(self, read: dict[str, Any], delivery: Delivery) -> int:
        large = delivery.route in _LARGE or is_posthog(read)
        return MAX_ITEM_BYTES if large else MAX_EVENT_BYTES


def _message(read: dict[str, Any], about: About, route: str) -> Message:
    if is_posthog(read):
        return posthog_message(read, about)
    return spec_message(read, about, route)


def _time(message: Message, received_at: datetime) -> datetime:
    try:
        return occurred_at(message.times, received_at)
    except InvalidMessageError as error:
        raise RefusedError(Reason.BAD_TIME, str(error)) from None
