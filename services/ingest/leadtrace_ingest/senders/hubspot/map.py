"""The HubSpot adapter: a pure function of one item and the mapping version.

It looks at no other item and at no stored state; whatever a sender can send gets exactly one result.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec

from leadtrace.events.times import from_micros
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import Drafting, IgnoredError, RefusedError, padded, shown
from leadtrace_ingest.senders.hubspot import decode, record, relation, verify
from leadtrace_ingest.senders.hubspot.decode import HubSpotItem
from leadtrace_ingest.senders.hubspot.objects import GENERIC, KNOWN, object_of
from leadtrace_ingest.senders.item import Draft, Identity, Ignored, Item, ItemResult, Mapped, Refused
from leadtrace_ingest.senders.mapping.compiled import Mapping as MappingRules
from leadtrace_ingest.senders.sender import Delivery, SignedRequest
from leadtrace_ingest.senders.webhook import MAX_ITEM_BYTES, WebhookAdapter

_EARLIEST_MS = 946_684_800_000  # 2000-01-01
_LATEST_MS = 253_402_300_799_999  # the last moment of the year 9999
_ESCAPED_NUL = b"\\u0000"
_ASSOCIATION = "associationChange"

_HANDLED: dict[str, Callable[[HubSpotItem, str, Drafting, MappingRules], tuple[Draft, ...]]] = {
    "creation": record.on_creation,
    "deletion": record.on_deletion,
    "restore": record.on_restore,
    "propertyChange": record.on_property_change,
    "privacyDeletion": record.on_privacy_deletion,
    "merge": relation.on_merge,
}
_VERBS = ("creation", "deletion", "propertyChange", "merge", "restore", _ASSOCIATION)
DOCUMENTED = frozenset(
    {f"{thing}.{verb}" for thing in (*KNOWN, GENERIC) for verb in _VERBS}
    | {"contact.privacyDeletion", f"{GENERIC}.privacyDeletion"}
)


class HubSpotAdapter(WebhookAdapter):
    """HubSpot's rules for one configured sender."""

    kept_headers = frozenset({b"content-type", b"user-agent", verify.TIMESTAMP_HEADER, verify.VERSION_HEADER})

    def __init__(self, sender: str, secrets: Sequence[bytes], mapping: MappingRules) -> None:
        super().__init__(sender, mapping.label)
        self._secrets = tuple(secrets)
        self._mapping = mapping

    def verify(self, request: SignedRequest) -> Mapping[str, str]:
        """Check signature v3, v2 or v1 against every live secret.

        Raises:
            SignatureError: it is missing, wrong or stale.
        """
        verify.verify(request, self._secrets)
        return {}

    def count(self, delivery: Delivery) -> int:
        """How many items the body holds."""
        return decode.count(delivery.body)

    def split(self, delivery: Delivery) -> list[Item]:
        """The items of a body."""
        return decode.split(delivery.body)

    def map_item(self, item: Item, delivery: Delivery) -> ItemResult:
        """The events of one item, or why there are none."""
        del delivery
        if len(item.raw) > MAX_ITEM_BYTES:
            return self.unreadable(item, Reason.TOO_LARGE, f"the item has more than {MAX_ITEM_BYTES} bytes")
        try:
            read = decode.decode_item(item.raw)
            if _ESCAPED_NUL in item.raw:
                read = _without_nul(read)
        except RefusedError as error:
            return self.unreadable(item, error.reason, error.detail)
        occurred = read.occurred_at
        if not isinstance(occurred, int) or not _EARLIEST_MS <= occurred <= _LATEST_MS:
            rule = "occurredAt: must be a whole number of milliseconds, not before the year 2000"
            return self.unreadable(item, Reason.BAD_TIME, rule)
        identity = decode.item_identity(self._sender, read, occurred)
        return self._mapped(read, from_micros(occurred * 1_000), identity, item.raw)

    def _mapped(self, item: HubSpotItem, time: datetime, identity: Identity, raw: bytes) -> ItemResult:
        try:
            drafts = self._drafts(item, Drafting(time, padded(item.event_id), _actor(item)))
        except RefusedError as error:
            return Refused(identity, error.reason, error.detail, raw)
        except IgnoredError as error:
            return Ignored(identity, error.reason)
        return Mapped(identity, f"{self._sender}/{item.portal_id}", drafts)

    def _drafts(self, item: HubSpotItem, drafting: Drafting) -> tuple[Draft, ...]:
        if item.type not in DOCUMENTED:
            raise RefusedError(Reason.UNKNOWN_TYPE, f"subscriptionType: {shown(item.type)}")
        word, _, verb = item.type.partition(".")
        if verb == _ASSOCIATION:
            return relation.on_association_change(item, drafting, self._mapping)
        kind = object_of(item, word, self._mapping)
        return _HANDLED[verb](item, kind, drafting, self._mapping)


def _actor(item: HubSpotItem) -> str | None:
    """Who or what made the change, as far as HubSpot says."""
    return str(item.source_id) if item.source_id is not None else item.change_source


def _without_nul(item: HubSpotItem) -> HubSpotItem:
    """PostgreSQL's text cannot hold NUL: in a value it becomes U+FFFD, in a name it is a mistake."""
    for name in item.__struct_fields__:
        value = getattr(item, name)
        if name != "property_value" and isinstance(value, str) and "\x00" in value:
            raise RefusedError(Reason.INVALID_ITEM, f"{name}: holds a NUL character")
    if item.property_value is None:
        return item
    return msgspec.structs.replace(item, property_value=item.property_value.replace("\x00", "\ufffd"))
