"""Deliveries for tests of adapters, and what adapters make of them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from leadtrace_ingest.identity.subject import Binding, Subject, entity_id
from leadtrace_ingest.relay.canonical import Unbound, completed
from leadtrace_ingest.senders.item import Draft, Item, ItemResult, Mapped
from leadtrace_ingest.senders.sender import Adapter, Delivery

RECEIVED_AT = datetime(2026, 1, 2, 12, tzinfo=UTC)
Told = tuple[str, str, Any]


def delivery(
    body: bytes,
    route: str = "",
    headers: Mapping[str, str] | None = None,
    received_at: datetime = RECEIVED_AT,
) -> Delivery:
    """A delivery as the door stored it."""
    return Delivery(route, headers or {}, body, received_at)


def results_of(adapter: Adapter, body: bytes, **more: Any) -> list[ItemResult]:
    """What becomes of each item of a body; `count` and `split` must agree."""
    given = delivery(body, **more)
    items = adapter.split(given)
    assert len(items) == adapter.count(given)
    return [adapter.map_item(item, given) for item in items]


def map_raw(adapter: Adapter, raw: bytes, **more: Any) -> ItemResult:
    """What becomes of one raw item of an adapter that keeps nothing beside it."""
    return adapter.map_item(Item(raw), delivery(raw, **more))


def told(result: ItemResult) -> list[Told]:
    """The drafts of an item that maps, as (name of the type, subject, data); ids of entities left out."""
    assert isinstance(result, Mapped), result
    return [
        (
            draft.type.removeprefix("io.leadtrace.").removesuffix(".v1"),
            f"{draft.kind}/{draft.external_id}",
            data_of(draft, result.source),
        )
        for draft in result.drafts
    ]


def data_of(draft: Draft, source: str) -> Any:
    """The data of a draft as JSON objects; a record that it refers to stands there as `source subject`."""
    if draft.data is not None:
        return msgspec.json.decode(draft.data)
    subject = Subject(source, draft.kind, draft.external_id)
    refers = tuple(Subject(one.source or source, one.kind, one.external_id) for one in draft.refers)
    bindings = {one: Binding.to(entity_id(one, b"test"), 1) for one in refers}
    unbound = Unbound(None, 0, draft, source, subject, refers)  # type: ignore[arg-type]
    return _named(msgspec.json.decode(completed(unbound, bindings)))


def _named(value: Any) -> Any:
    match value:
        case {"source": source, "subject": subject, "bindingrev": _}:
            return f"{source} {subject}"
        case dict():
            return {name: _named(one) for name, one in value.items()}
        case list():
            return [_named(one) for one in value]
        case _:
            return value
