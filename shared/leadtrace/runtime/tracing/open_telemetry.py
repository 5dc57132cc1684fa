"""Spans by OpenTelemetry's SDK, sent in the background by OTLP over HTTP.

Only `configured.py` imports this, and only where traces are on. What the collector does not take is dropped:
the queue is bounded, and no request or batch ever waits for it.
"""

from collections.abc import Sequence
from importlib import metadata

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)
from opentelemetry.trace import Span as SdkSpan
from opentelemetry.trace import SpanKind as SdkKind

from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.settings_traces import Traces
from leadtrace.runtime.tracing.traceparent import TraceContext
from leadtrace.runtime.tracing.tracer import NOTHING, Attributes, SpanKind

_KINDS = {
    SpanKind.SERVER: SdkKind.SERVER,
    SpanKind.PRODUCER: SdkKind.PRODUCER,
    SpanKind.CONSUMER: SdkKind.CONSUMER,
}
_NS_PER_US = 1_000
_MS_PER_S = 1_000
_LONGEST_QUEUE = 4_096
_LARGEST_BATCH = 512
_SEND_EVERY_MS = 1_000

_log = get_logger("leadtrace.runtime.tracing")


class OpenTelemetrySpan:
    """Implements `leadtrace.runtime.tracing.tracer.Span`."""

    def __init__(self, span: SdkSpan) -> None:
        self._span = span
        own = span.get_span_context()
        self._traceparent = str(TraceContext(own.trace_id, own.span_id, sampled=True))

    @property
    def traceparent(self) -> str:
        """The context for those who follow it."""
        return self._traceparent

    def end(self, attributes: Attributes = NOTHING, *, failed: str | None = None) -> None:
        """It is done; see the protocol."""
        self._span.set_attributes(dict(attributes))
        if failed is not None:
            self._span.set_status(Status(StatusCode.ERROR, failed))
        self._span.end()


class OpenTelemetryTracer:
    """Implements `leadtrace.runtime.tracing.tracer.Tracer`; `processor` is told of spans that ended."""

    def __init__(self, service: str, processor: SpanProcessor) -> None:
        self._ids = _GivenIds()
        resource = Resource(
            {
                "service.name": service,
                "service.namespace": "leadtrace",
                "service.version": metadata.version("leadtrace"),
            }
        )
        self._provider = TracerProvider(
            sampler=ALWAYS_ON, resource=resource, shutdown_on_exit=False, id_generator=self._ids
        )
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("leadtrace")

    def start(
        self,
        name: str,
        kind: SpanKind,
        attributes: Attributes,
        *,
        parent: TraceContext | None = None,
        links: Sequence[TraceContext] = (),
        trace_id: int | None = None,
        started_us: int | None = None,
    ) -> OpenTelemetrySpan:
        """A span that has begun; see the protocol."""
        self._ids.next_trace = trace_id
        span = self._tracer.start_span(
            name,
            Context()
            if parent is None
            else set_span_in_context(NonRecordingSpan(_foreign(parent)), Context()),
            _KINDS[kind],
            attributes,
            [Link(_foreign(link)) for link in links],
            None if started_us is None else started_us * _NS_PER_US,
        )
        return OpenTelemetrySpan(span)

    def close(self) -> None:
        """Tell what has ended."""
        self._provider.shutdown()


def make_tracer(service: str, settings: Traces) -> OpenTelemetryTracer:
    """A tracer whose spans go to the collector of the settings."""
    headers = {}
    if settings.authorization is not None:
        headers["Authorization"] = settings.authorization.get_secret_value()
    # Everything is handed in, or the library would look for it in the environment.
    exporter = OTLPSpanExporter(
        endpoint=settings.endpoint,
        headers=headers,
        timeout=settings.export_timeout_s,
        compression=Compression.Gzip,
    )
    processor = BatchSpanProcessor(
        TellingExporter(exporter),
        max_queue_size=_LONGEST_QUEUE,
        schedule_delay_millis=_SEND_EVERY_MS,
        max_export_batch_size=_LARGEST_BATCH,
        export_timeout_millis=settings.export_timeout_s * _MS_PER_S,
    )
    return OpenTelemetryTracer(service, processor)


class TellingExporter(SpanExporter):
    """Says once that the collector takes nothing, and once that it does again."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._failing = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send the spans."""
        result = self._exporter.export(spans)
        failed = result is not SpanExportResult.SUCCESS
        if failed and not self._failing:
            _log.warning("traces.not_taken", spans=len(spans))
        if self._failing and not failed:
            _log.info("traces.taken_again")
        self._failing = failed
        return result

    def shutdown(self) -> None:
        """Let go of the connection."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what waits."""
        return self._exporter.force_flush(timeout_millis)


class _GivenIds(RandomIdGenerator):
    """Random ids, but for a trace whose id is given."""

    next_trace: int | None = None

    def generate_trace_id(self) -> int:
        given, self.next_trace = self.next_trace, None
        return super().generate_trace_id() if given is None else given


def _foreign(context: TraceContext) -> SpanContext:
    flags = TraceFlags(TraceFlags.SAMPLED if context.sampled else TraceFlags.DEFAULT)
    return SpanContext(context.trace_id, context.span_id, is_remote=True, trace_flags=flags)
