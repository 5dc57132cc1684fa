"""The one entry to the generic mapping: a file becomes rules, and a JSON value becomes exactly one result.

`map_value` is pure: of the value, of the mapping and of what the caller says of the delivery.
"""

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import MAX_NAME, IgnoredError, RefusedError, padded
from leadtrace_ingest.senders.generic.expression import Expression
from leadtrace_ingest.senders.generic.identity import content_of
from leadtrace_ingest.senders.generic.moment import Interval, Moment
from leadtrace_ingest.senders.generic.record_action import resuffixed
from leadtrace_ingest.senders.generic.rule import Rule
from leadtrace_ingest.senders.generic.telling import Telling
from leadtrace_ingest.senders.generic.value import Value
from leadtrace_ingest.senders.identity import identity_of, identity_of_bytes, posts_spend
from leadtrace_ingest.senders.item import Draft, Identity, Ignored, ItemResult, Mapped, Refused
from leadtrace_ingest.senders.mapping.change import unsuffixed
from leadtrace_ingest.senders.mapping.compiled import Mapping
from leadtrace_ingest.senders.webhook import MAX_ITEM_BYTES

MAX_DRAFTS = 500  # of one item: a list in it must not become a flood
_LONGEST_SEQUENCE = 64
_MAX_DATA_BYTES = 2 * MAX_ITEM_BYTES  # an event stays below what brokers take
_DIGITS_OF_64_BITS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class GenericMapping:
    """One version of a generic mapping, ready to run; made by `load_generic`."""

    name: str
    records: Mapping
    items: Expression | None
    shared: MappingOf[str, Expression]
    source: Value | None
    id: Value | None
    comparable: Expression | None
    delivery: Sequence[str]
    time: Moment | None
    sequence: Value | None
    actor: Value | None
    ignore: Expression | None
    rules: Sequence[Rule]

    @property
    def label(self) -> str:
        """`<name>@<version>`, which is stamped on every event."""
        return self.records.label


@dataclass(frozen=True, slots=True)
class Explanation:
    """What became of an item, and the labels of the rules that held for it."""

    result: ItemResult
    rules: tuple[str, ...]


def map_value(
    mapping: GenericMapping,
    value: Any,
    *,
    sender: str,
    account: str | None = None,
    received_at: datetime,
    raw: bytes,
) -> ItemResult:
    """What becomes of one JSON value, such as `decode_value` gives; it never raises.

    `account` is the part of the source after the sender's name where the caller knows it, else the mapping's
    `source` says it. `received_at` stands in for a time that is missing, `raw` is kept of what is refused.
    """
    return explain(mapping, value, sender=sender, account=account, received_at=received_at, raw=raw).result


def explain(
    mapping: GenericMapping,
    value: Any,
    *,
    sender: str,
    account: str | None = None,
    received_at: datetime,
    raw: bytes,
) -> Explanation:
    """The same, with the rules that held."""
    if len(raw) > MAX_ITEM_BYTES:
        detail = f"the item has more than {MAX_ITEM_BYTES} bytes"
        return Explanation(Refused(identity_of_bytes(sender, raw), Reason.TOO_LARGE, detail, raw), ())
    if not isinstance(value, dict):
        detail = "the item is no JSON object"
        return Explanation(Refused(identity_of_bytes(sender, raw), Reason.INVALID_ITEM, detail, raw), ())
    return _Run(mapping, value, sender, received_at).explanation(account, raw)


class _Run:
    """One item on its way through a mapping."""

    def __init__(
        self, mapping: GenericMapping, item: dict[str, Any], sender: str, received_at: datetime
    ) -> None:
        self._mapping = mapping
        self._item = item
        self._sender = sender
        self._received_at = received_at
        self._held: list[str] = []

    def explanation(self, account: str | None, raw: bytes) -> Explanation:
        mapping, item = self._mapping, self._item
        content = content_of(item, mapping.delivery)
        key = ["content", mapping.name, content]
        identity = identity_of(self._sender, key)
        result: ItemResult
        try:
            if mapping.ignore is not None and mapping.ignore.holds(item):
                raise IgnoredError(Reason.EVENT_IGNORED)  # noqa: TRY301 - one way out for all that say nothing
            source = self._source(account)
            if mapping.id is not None:
                identity = self._identity(mapping.id, source, content)
            drafts = self._drafts()
            if mapping.id is None and posts_spend(drafts):
                identity = identity_of(self._sender, [*key, self._received_at.isoformat()])
            result = Mapped(identity, source, drafts)
        except IgnoredError as error:
            result = Ignored(identity, error.reason)
        except RefusedError as error:
            result = Refused(identity, error.reason, error.detail.replace("\x00", "\ufffd"), raw)
        return Explanation(result, tuple(self._held))

    def _source(self, account: str | None) -> str:
        if account is None and self._mapping.source is not None:
            account = self._mapping.source.id(self._item)
        return f"{self._sender}/{account}" if account else self._sender

    def _identity(self, id_: Value, source: str, content: bytes) -> Identity:
        comparable: object = content
        if self._mapping.comparable is not None:
            comparable = content_of(self._mapping.comparable.of(self._item), ())
        return identity_of(self._sender, ["id", self._mapping.name, source, id_.id(self._item)], comparable)

    def _drafts(self) -> tuple[Draft, ...]:
        telling = self._telling()
        found: list[Draft] = []
        ignored: IgnoredError | None = None
        for number, rule in enumerate(self._mapping.rules):
            if not rule.holds(self._item):
                continue
            self._held.append(rule.label)
            try:
                drafts = rule.drafts(telling)
            except IgnoredError as error:
                ignored = ignored or error
                continue
            found += resuffixed(drafts, f".r{number}") if number else drafts
        if not self._held:
            raise RefusedError(Reason.UNMAPPED_EVENT, "no rule of the mapping holds for this item")
        if not found:
            raise ignored or IgnoredError(Reason.NOTHING_KEPT)
        _check_bounds(found)
        return unsuffixed(found)

    def _telling(self) -> Telling:
        mapping, item = self._mapping, self._item
        time = mapping.time.interval(item) if mapping.time else None
        actor = mapping.actor.text(item).strip()[:MAX_NAME] if mapping.actor else ""
        return Telling(
            item=item,
            time=time or Interval.at(self._received_at),
            sequence=_sequence(mapping.sequence.text(item).strip()) if mapping.sequence else "",
            actor=actor or None,
            mapping=mapping.records,
        )


def _sequence(text: str) -> str:
    """Numbers sort as numbers; any other text as it stands."""
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS_OF_64_BITS:
        return padded(int(text))
    return text[:_LONGEST_SEQUENCE]


def _check_bounds(drafts: Sequence[Draft]) -> None:
    if len(drafts) > MAX_DRAFTS:
        raise RefusedError(Reason.INVALID_ITEM, f"the item becomes more than {MAX_DRAFTS} events")
    if any(len(draft.data or b"") > _MAX_DATA_BYTES for draft in drafts):
        raise RefusedError(Reason.TOO_LARGE, f"an event of the item has more than {_MAX_DATA_BYTES} bytes")
