"""The door's span of a sampled delivery, and its context beside the delivery for the relay.

Only what has proved who it is begins a span: strangers cannot have any made.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from leadtrace.events.times import to_micros
from leadtrace.runtime.logging import bound
from leadtrace.runtime.settings_traces import Traces
from leadtrace.runtime.tracing import traceparent
from leadtrace.runtime.tracing.traceparent import TraceContext
from leadtrace.runtime.tracing.tracer import Span, SpanKind, Tracer
from leadtrace_ingest.senders.sender import TRACE, Answer, Delivery

_HEADER = traceparent.NAME.encode()
# The random bits of a UUID of version 7 (RFC 9562): what is drawn from them is the same wherever it is drawn.
_RANDOM_BITS = (1 << 62) - 1
_FAILED = 500


class Posted(NamedTuple):
    """An authentic delivery of `sender`, and all headers of its request."""

    sender: str
    delivery: Delivery
    intake_id: UUID
    items: int
    headers: Sequence[tuple[bytes, bytes]]


class DoorTraces:
    """Begins traces, or goes on with those of senders."""

    def __init__(self, tracer: Tracer, settings: Traces) -> None:
        self._tracer = tracer
        self._follows = settings.follow_senders
        self._threshold = int(settings.sample_share * (_RANDOM_BITS + 1))

    async def follow(self, posted: Posted, store: Callable[[Delivery], Awaitable[Answer]]) -> Answer:
        """Store the delivery, with the context of its span if it is sampled."""
        span = self._begun(posted)
        if span is None:
            return await store(posted.delivery)
        ids = {"intake_id": str(posted.intake_id), "trace_id": traceparent.trace_ids([span.traceparent])}
        try:
            with bound(lambda _: ids):
                answer = await store(with_context(posted.delivery, span.traceparent))
        except BaseException as error:
            span.end(failed=type(error).__name__)
            raise
        failed = f"status {answer.status}" if answer.status >= _FAILED else None
        span.end({"http.response.status_code": answer.status}, failed=failed)
        return answer

    def _begun(self, posted: Posted) -> Span | None:
        caller = caller_of(posted.headers) if self._follows else None
        if not self._is_sampled(caller, posted.intake_id):
            return None
        return self._tracer.start(
            f"receive {posted.sender}",
            SpanKind.SERVER,
            {
                "http.request.method": "POST",
                "leadtrace.sender": posted.sender,
                "leadtrace.intake_id": str(posted.intake_id),
                "leadtrace.items": posted.items,
            },
            parent=caller,
            # So whoever was answered with an intake id knows the trace that it has, if it has one.
            trace_id=None if caller is not None else posted.intake_id.int,
            started_us=to_micros(posted.delivery.received_at),
        )

    def _is_sampled(self, caller: TraceContext | None, intake_id: UUID) -> bool:
        if caller is not None:
            return caller.sampled
        return intake_id.int & _RANDOM_BITS < self._threshold


def caller_of(headers: Sequence[tuple[bytes, bytes]]) -> TraceContext | None:
    """The context of whoever posts; None if there is none, or not exactly one that is well-formed."""
    given = [value for name, value in headers if name == _HEADER]
    return traceparent.read(given[0].decode("latin-1").strip(" \t")) if len(given) == 1 else None


def with_context(delivery: Delivery, context: str) -> Delivery:
    """The delivery with a context beside its headers, where no adapter looks."""
    return msgspec.structs.replace(delivery, headers={**delivery.headers, TRACE: context})


def context_of(headers: Mapping[str, Any]) -> str:
    """The context of the door's span; empty if the delivery is not sampled."""
    return str(headers.get(TRACE, ""))
