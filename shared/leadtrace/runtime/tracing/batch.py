"""The spans of a batch of records, as OpenTelemetry's conventions for messaging have them.

A batch makes one span for each context and topic that sampled records of it bear: the records of one delivery
share it. It is a child of the producer's span, and what the batch produces of the same entity bears the
span in turn. How many there are is bounded, whatever the senders' flags say.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from leadtrace.bus.protocol import Outgoing, Record
from leadtrace.runtime.tracing.traceparent import NAME, sampled, trace_ids
from leadtrace.runtime.tracing.tracer import Span, SpanKind, Tracer
from leadtrace.store.dead_letters import DeadLetter

MOST_SPANS = 64
MOST_HEADERS = 8
_MARK = f'"{NAME}":"'.encode()


class _Traced(msgspec.Struct):
    """The one attribute of an event that is read here."""

    traceparent: str = ""


_event = msgspec.json.Decoder(_Traced)


@dataclass(slots=True)
class _Open:
    span: Span
    records: int = 0
    dead: int = 0


class BatchTraces:
    """The spans of one batch, which began as it was polled."""

    def __init__(self, tracer: Tracer, group: str) -> None:
        self._tracer = tracer
        self._group = group
        self._open: dict[tuple[str, str], _Open] = {}
        self._by_key: dict[bytes, dict[str, None]] = {}
        self._by_place: dict[tuple[str, int, int], list[_Open]] = {}

    def take(self, records: Iterable[Record]) -> None:
        """Begin the spans that these records ask for."""
        for record in records:
            for context in contexts_of(record):
                opened = self._opened(context, record.topic)
                if opened is None:
                    continue
                opened.records += 1
                self._by_key.setdefault(record.key or b"", {})[opened.span.traceparent] = None
                place = (record.topic, record.partition, record.offset)
                self._by_place.setdefault(place, []).append(opened)

    def __bool__(self) -> bool:
        return bool(self._open)

    def marked(self, outgoing: Sequence[Outgoing]) -> list[Outgoing]:
        """The records, each with the spans of what was polled under the same key, at most `MOST_HEADERS`."""
        return [
            replace(one, headers=(*one.headers, *_headers(spans)))
            if (spans := self._by_key.get(one.key))
            else one
            for one in outgoing
        ]

    def end(self, dead: Iterable[DeadLetter]) -> None:
        """The batch is done; `dead` are those of its records that could not be decoded."""
        for letter in dead:
            for opened in self._by_place.get((letter.topic, letter.partition, letter.offset), ()):
                opened.dead += 1
        for opened in self._open.values():
            told = {"messaging.batch.message_count": opened.records}
            failed = f"{opened.dead} dead letters" if opened.dead else None
            opened.span.end(told, failed=failed)

    def ids_of(self, line: Mapping[str, Any]) -> dict[str, str]:
        """The traces that a line of the log about an entity of the batch belongs to."""
        spans = self._by_key.get(str(line.get("entity_id", "")).encode())
        return {"trace_id": trace_ids(spans)} if spans else {}

    def _opened(self, context: str, topic: str) -> _Open | None:
        known = self._open.get((context, topic))
        if known is not None or len(self._open) >= MOST_SPANS:
            return known
        parent = sampled(context)
        if parent is None:
            return None
        span = self._tracer.start(
            f"process {topic}",
            SpanKind.CONSUMER,
            {
                "messaging.system": "kafka",
                "messaging.operation.type": "process",
                "messaging.operation.name": "process",
                "messaging.destination.name": topic,
                "messaging.consumer.group.name": self._group,
            },
            parent=parent,
        )
        self._open[context, topic] = _Open(span)
        return self._open[context, topic]


def batch_traces(tracer: Tracer, group: str, records: Sequence[Record]) -> BatchTraces | None:
    """The spans of a batch; None if nothing in it is sampled."""
    traces = BatchTraces(tracer, group)
    traces.take(records)
    return traces or None


def contexts_of(record: Record) -> Iterator[str]:
    """The contexts that a record bears: those of its last hop in headers, else that of its event."""
    found = False
    for name, value in record.headers:
        if name == NAME:
            found = True
            yield value.decode("latin-1")
    # Records that are published once more have no header, and most events no such attribute.
    if not found and record.value is not None and _MARK in record.value:
        try:
            yield _event.decode(record.value).traceparent
        except (msgspec.DecodeError, RecursionError):
            return


def header_of(traceparent: str) -> tuple[str, bytes]:
    """The header by which a record bears a context."""
    return NAME, traceparent.encode()


def _headers(spans: Iterable[str]) -> list[tuple[str, bytes]]:
    return [header_of(one) for one in list(spans)[:MOST_HEADERS]]
