"""The relay's spans of the sampled deliveries of a chunk.

One for each delivery, below the door's, which says what became of its items. An item that brings a sampled
`traceparent` of its own, as a CloudEvent may, has one of its own: linked to that context, or below it if the
request bore none. What an event bears for good is the item's own context or the door's, so that making it
again makes the same bytes; the span of this hop travels in the headers of its record only.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from leadtrace.events.codec import HEADERS
from leadtrace.runtime.tracing.batch import MOST_SPANS, header_of
from leadtrace.runtime.tracing.traceparent import sampled, trace_ids
from leadtrace.runtime.tracing.tracer import Span, SpanKind, Tracer
from leadtrace_ingest.relay.rows import IntakeRow
from leadtrace_ingest.relay.work import Work
from leadtrace_ingest.senders.item import Mapped
from leadtrace_ingest.senders.sender import TRACE

_MARK = f'"{TRACE}":'


class _Kept(msgspec.Struct, rename={"context": TRACE}):
    """The one of the kept headers that is read here."""

    context: str = ""


_kept = msgspec.json.Decoder(_Kept)


class EventTrace(NamedTuple):
    """What an event bears for good, and the headers of its record."""

    traceparent: str
    headers: tuple[tuple[str, bytes], ...] = HEADERS


@dataclass(slots=True)
class _Open:
    span: Span
    events: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)


class ChunkTraces:
    """The spans of one chunk, which began as its rows were claimed."""

    def __init__(self, tracer: Tracer, rows: Iterable[IntakeRow]) -> None:
        self._tracer = tracer
        self._doors = {
            row.intake_id: _kept.decode(row.headers).context for row in rows if _MARK in row.headers
        }
        self._names = {str(intake_id): context for intake_id, context in self._doors.items()}
        self._open: dict[tuple[UUID, str], _Open] = {}

    def of(self, work: Work) -> EventTrace:
        """What an event of this item bears."""
        own = work.result.trace if isinstance(work.result, Mapped) else ""
        door = self._doors.get(work.row.intake_id, "")
        opened = self._opened(work, door, own) if door or own else None
        if opened is None:
            return EventTrace(own or door)
        opened.events += 1
        return EventTrace(own or door, (*HEADERS, header_of(opened.span.traceparent)))

    def settle(self, works: Iterable[Work]) -> None:
        """Take down what became of the items, also of those that made no event."""
        for work in works:
            door = self._doors.get(work.row.intake_id, "")
            opened = self._opened(work, door, "") if door else None
            if opened is not None:
                opened.outcomes[work.outcome.value] += 1

    def end(self) -> None:
        """The events of the chunk are published."""
        for opened in self._open.values():
            outcomes = {f"leadtrace.items.{name}": count for name, count in opened.outcomes.items()}
            opened.span.end({"messaging.batch.message_count": opened.events, **outcomes})

    def ids_of(self, line: Mapping[str, Any]) -> dict[str, str]:
        """The trace that a line of the log about a delivery of the chunk belongs to."""
        context = self._names.get(str(line.get("intake_id", "")))
        return {"trace_id": trace_ids([context])} if context else {}

    def _opened(self, work: Work, door: str, own: str) -> _Open | None:
        intake_id = work.row.intake_id
        known = self._open.get((intake_id, own))
        if known is not None or len(self._open) >= MOST_SPANS:
            return known
        contexts: Sequence[Any] = [one for one in map(sampled, (door, own)) if one is not None]
        if not contexts:
            return None
        span = self._tracer.start(
            f"relay {work.sender.name}",
            SpanKind.PRODUCER,
            {
                "messaging.system": "kafka",
                "messaging.operation.type": "send",
                "messaging.operation.name": "send",
                "leadtrace.sender": work.sender.name,
                "leadtrace.intake_id": work.row.name,
            },
            parent=contexts[0],
            links=contexts[1:],
        )
        self._open[intake_id, own] = _Open(span)
        return self._open[intake_id, own]
