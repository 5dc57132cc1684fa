"""The tracer of a process: what its spans say, and that a collector that is away holds up nothing."""

import threading

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from structlog.testing import capture_logs

from leadtrace.runtime.settings_traces import Traces
from leadtrace.runtime.tracing import configured
from leadtrace.runtime.tracing.configured import close_tracer, configured_tracer
from leadtrace.runtime.tracing.open_telemetry import TellingExporter
from leadtrace.runtime.tracing.tracer import SpanKind
from tests.e2e.collector import collecting
from tests.unit.runtime.traced import CALLER, TRACE_ID, MemoryTracer, context_of, parent_of


def test_a_span_without_a_parent_begins_the_trace_that_is_asked_for() -> None:
    tracer = MemoryTracer()
    tracer.start("first", SpanKind.SERVER, {}, trace_id=TRACE_ID).end()
    tracer.start("second", SpanKind.SERVER, {}).end()
    first, second = tracer.ended
    assert context_of(first).trace_id == TRACE_ID
    assert context_of(second).trace_id != TRACE_ID
    assert parent_of(first) is parent_of(second) is None


def test_a_link_is_kept_beside_the_parent() -> None:
    tracer = MemoryTracer()
    other = CALLER._replace(trace_id=1)
    tracer.start("linked", SpanKind.PRODUCER, {}, parent=CALLER, links=[other]).end()
    (span,) = tracer.ended
    assert parent_of(span) == CALLER
    assert [link.context.trace_id for link in span.links] == [1]


def test_a_span_that_never_ends_is_told_to_nobody() -> None:
    tracer = MemoryTracer()
    tracer.start("lost", SpanKind.CONSUMER, {})
    tracer.close()
    assert tracer.ended == ()


async def test_what_has_ended_is_with_the_collector_once_the_tracer_is_closed() -> None:
    async with collecting() as collector:
        tracer = configured_tracer("door", Traces(endpoint=collector.endpoint))
        assert tracer is not None
        for number in range(1_000):
            tracer.start("receive", SpanKind.SERVER, {"number": number}).end()
        await close_tracer(tracer)
        assert sorted(span.attributes["number"] for span in collector.spans) == list(range(1_000))
        assert {span.service for span in collector.spans} == {"door"}


class _Stuck(MemoryTracer):
    """One whose collector neither takes nor refuses what it is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.gives_up = threading.Event()

    def close(self) -> None:
        self.gives_up.wait()


async def test_a_process_does_not_wait_long_for_a_collector_that_is_stuck(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(configured, "CLOSE_WITHIN_S", 0.05)
    tracer = _Stuck()
    await close_tracer(tracer)
    (closing,) = (thread for thread in threading.enumerate() if thread.name == "close-tracer")
    assert closing.daemon
    tracer.gives_up.set()
    closing.join(10)


class _Unsteady(SpanExporter):
    """A collector that takes a batch or does not, as it is told."""

    def __init__(self) -> None:
        self.takes = True

    def export(self, spans: object) -> SpanExportResult:
        del spans
        return SpanExportResult.SUCCESS if self.takes else SpanExportResult.FAILURE


def test_a_collector_that_takes_nothing_is_said_once_and_once_that_it_does_again() -> None:
    collector = _Unsteady()
    exporter, span = TellingExporter(collector), ReadableSpan("x")
    with capture_logs() as lines:
        for takes in (True, False, False, True, True, False):
            collector.takes = takes
            exporter.export([span])
    assert [line["event"] for line in lines] == ["traces.not_taken", "traces.taken_again", "traces.not_taken"]
