"""A tracer that keeps its spans where a test can look at them."""

from collections.abc import Sequence

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from leadtrace.runtime.tracing.open_telemetry import OpenTelemetryTracer
from leadtrace.runtime.tracing.traceparent import TraceContext

TRACE_ID = 0x4BF92F3577B34DA6A3CE929D0E0E4736
CALLER = TraceContext(TRACE_ID, 0x00F067AA0BE902B7, sampled=True)
UNSAMPLED = CALLER._replace(sampled=False)


class MemoryTracer(OpenTelemetryTracer):
    """The SDK's own spans; `ended` are those that a collector would be sent."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        super().__init__("test", SimpleSpanProcessor(self._exporter))

    @property
    def ended(self) -> Sequence[ReadableSpan]:
        """In the order in which they ended."""
        return self._exporter.get_finished_spans()

    def named(self, name: str) -> ReadableSpan:
        """The one span of this name."""
        (span,) = (one for one in self.ended if one.name == name)
        return span


def context_of(span: ReadableSpan) -> TraceContext:
    """Its own context, as those who follow it are given it."""
    own = span.get_span_context()
    assert own is not None
    return TraceContext(own.trace_id, own.span_id, sampled=True)


def parent_of(span: ReadableSpan) -> TraceContext | None:
    """The context that it is below."""
    above = span.parent
    return None if above is None else TraceContext(above.trace_id, above.span_id, bool(above.trace_flags))
