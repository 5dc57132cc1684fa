"""The HubSpot adapter: a pure function of one item and the mapping version.

It looks at no other item and at no stored state; whatever a sender can send gets exactly one result.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from leadtrace.events.times import from_micros
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.hubspot import contact, deal, decode, verify
from leadtrace_ingest.senders.hubspot.drafting import Drafting, IgnoredError, RefusedError, shown
from leadtrace_ingest.senders.hubspot.mapping import Mapping
from leadtrace_ingest.senders.item import Draft, Identity, Ignored, ItemResult, Mapped, Refused
from leadtrace_ingest.senders.sender import SignedRequest

MAX_ITEM_BYTES = 262_144  # with its envelope well below the 1 MiB that brokers take by default
_EARLIEST_MS = 946_684_800_000  # 2000-01-01
_LATEST_MS = 253_402_300_799_999  # the last moment of the year 9999
_ESCAPED_NUL = b"\\u0000"

_HANDLED: dict[str, Callable[[Drafting, Mapping], tuple[Draft, ...]]] = {
    "contact.creation": contact.on_creation,
    "contact.deletion": contact.on_deletion,
    "contact.restore": contact.on_restore,
    "contact.propertyChange": contact.on_property_change,
    "contact.associationChange": deal.on_association_change,
    "deal.creation": deal.on_creation,
    "deal.deletion": deal.on_deletion,
    "deal.restore": deal.on_restore,
    "deal.propertyChange": deal.on_property_change,
    "deal.associationChange": deal.on_association_change,
}
_OBJECTS = ("contact", "company", "deal", "ticket", "product", "line_item", "object")
_VERBS = ("creation", "deletion", "propertyChange", "merge", "restore", "associationChange")
DOCUMENTED = frozenset(
    {f"{thing}.{verb}" for thing in _OBJECTS for verb in _VERBS} | {"contact.privacyDeletion"}
)


class HubSpotAdapter:
    """HubSpot's rules for one configured sender."""

    kept_headers = frozenset({b"content-type", b"user-agent", verify.TIMESTAMP_HEADER, verify.VERSION_HEADER})

    def __init__(self, sender: str, secrets: Sequence[bytes], mapping: Mapping) -> None:
        self._sender = sender
        self._secrets = tuple(secrets)
        self._mapping = mapping

    @property
    def mapping_label(self) -> str:
        """`<name>@<version>` of the mapping."""
        return self._mapping.label

    def verify(self, request: SignedRequest) -> None:
        """Check signature v3, v2 or v1 against every live secret.

        Raises:
            SignatureError: it is missing, wrong or stale.
        """
        verify.verify(request, self._secrets)

    def count(self, body: bytes) -> int:
        """How many items the body holds."""
        return decode.count(body)

    def split(self, body: bytes) -> list[bytes]:
        """The raw items of a body."""
        return decode.split(body)

    def map_item(self, raw: bytes) -> ItemResult:
        """The events of one raw item, or why there are none."""
        if len(raw) > MAX_ITEM_BYTES:
            return self._unreadable(raw, Reason.TOO_LARGE, f"the item has more than {MAX_ITEM_BYTES} bytes")
        try:
            item = decode.decode_item(raw)
            if _ESCAPED_NUL in raw:
                item = _without_nul(item)
        except decode.InvalidItemError as error:
            reason = Reason.INVALID_ITEM if decode.is_json(raw) else Reason.NOT_JSON
            return self._unreadable(raw, reason, str(error))
        occurred = item.occurred_at
        if not isinstance(occurred, int) or not _EARLIEST_MS <= occurred <= _LATEST_MS:
            rule = "occurredAt: must be a whole number of milliseconds, not before the year 2000"
            return self._unreadable(raw, Reason.BAD_TIME, rule)
        identity = decode.identity_of(self._sender, item, occurred)
        return self._mapped(item, from_micros(occurred * 1_000), identity, raw)

    def refuse_broken(self, raw: bytes, detail: str) -> ItemResult:
        """The result for an item on which the adapter itself failed."""
        return self._unreadable(raw, Reason.ADAPTER_ERROR, detail)

    def _mapped(self, item: decode.HubSpotItem, time: datetime, identity: Identity, raw: bytes) -> ItemResult:
        handler = _HANDLED.get(item.type)
        if handler is None:
            reason = Reason.UNSUPPORTED_TYPE if item.type in DOCUMENTED else Reason.UNKNOWN_TYPE
            return Refused(identity, reason, f"subscriptionType: {shown(item.type)}", raw)
        try:
            drafts = handler(Drafting(item, time), self._mapping)
        except RefusedError as error:
            return Refused(identity, error.reason, error.detail, raw)
        except IgnoredError as error:
            return Ignored(identity, error.reason)
        return Mapped(identity, f"{self._sender}/{item.portal_id}", drafts)

    def _unreadable(self, raw: bytes, reason: Reason, detail: str) -> Refused:
        return Refused(decode.identity_of_bytes(self._sender, raw), reason, detail, raw)


def _without_nul(item: decode.HubSpotItem) -> decode.HubSpotItem:
    """PostgreSQL's text cannot hold NUL: in a value it becomes U+FFFD, in a name it is a mistake."""
    for name in item.__struct_fields__:
        value = getattr(item, name)
        if name != "property_value" and isinstance(value, str) and "\x00" in value:
            raise decode.InvalidItemError(f"{name}: holds a NUL character")
    if item.property_value is None:
        return item
    return msgspec.structs.replace(item, property_value=item.property_value.replace("\x00", "\ufffd"))
