"""The spans of a batch: bounded, below the producer's, and borne by what is produced of the same entity."""

import json

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.trace import StatusCode

from leadtrace.bus.protocol import Outgoing, Record
from leadtrace.events.codec import HEADERS
from leadtrace.runtime.tracing.batch import batch_traces, contexts_of
from leadtrace.runtime.tracing.traceparent import NAME, TraceContext, read
from leadtrace.store.dead_letters import DeadLetter, DeadReason
from tests.unit.runtime.traced import CALLER, UNSAMPLED, MemoryTracer, context_of, parent_of

LEAD, OTHER = b"lead-1", b"lead-2"
ONE = TraceContext(1, 1, sampled=True)


def record(
    *contexts: TraceContext,
    key: bytes = LEAD,
    topic: str = "lead-events",
    offset: int = 0,
    value: bytes = b"{}",
) -> Record:
    bears = tuple((NAME, str(context).encode()) for context in contexts)
    return Record(topic, 0, offset, key, value, (*HEADERS, *bears))


def marks(outgoing: Outgoing) -> list[TraceContext | None]:
    return [read(value.decode()) for name, value in outgoing.headers if name == NAME]


def test_a_batch_without_sampled_records_makes_no_spans() -> None:
    tracer = MemoryTracer()
    records = [record(), record(UNSAMPLED), Record("lead-events", 0, 0, None, None)]
    assert batch_traces(tracer, "scoring", records) is None
    assert tracer.ended == ()


def test_a_span_is_below_the_producers_and_says_what_it_did() -> None:
    tracer = MemoryTracer()
    traces = batch_traces(tracer, "scoring", [record(CALLER), record(CALLER, offset=1), record(offset=2)])
    assert traces is not None
    traces.end([])
    (span,) = tracer.ended
    assert parent_of(span) == CALLER
    assert span.name == "process lead-events"
    assert dict(span.attributes or {}) == {
        "messaging.system": "kafka",
        "messaging.operation.type": "process",
        "messaging.operation.name": "process",
        "messaging.destination.name": "lead-events",
        "messaging.consumer.group.name": "scoring",
        "messaging.batch.message_count": 2,
    }


def test_what_is_produced_of_the_same_entity_bears_the_span() -> None:
    tracer = MemoryTracer()
    traces = batch_traces(tracer, "scoring", [record(CALLER), record(key=OTHER)])
    assert traces is not None
    made = [Outgoing("lead-scores", key, b"body", HEADERS) for key in (LEAD, OTHER)]
    marked, unmarked = traces.marked(made)
    traces.end([])
    assert marks(marked) == [context_of(tracer.ended[0])]
    assert (marked.topic, marked.key, marked.value) == ("lead-scores", LEAD, b"body")
    assert unmarked is made[1]


def test_two_deliveries_of_one_lead_in_a_batch_are_both_followed() -> None:
    tracer = MemoryTracer()
    first = batch_traces(tracer, "scoring", [record(CALLER), record(ONE, offset=1)])
    assert first is not None
    (marked,) = first.marked([Outgoing("lead-scores", LEAD, b"", HEADERS)])
    read_again = Record("lead-scores", 0, 0, LEAD, b"", marked.headers)
    second = batch_traces(tracer, "api", [read_again])
    assert second is not None
    first.end([])
    second.end([])
    above = {context_of(span) for span in tracer.ended if span.name == "process lead-events"}
    below = {parent_of(span) for span in tracer.ended if span.name == "process lead-scores"}
    assert below == above
    assert {one.trace_id for one in above} == {CALLER.trace_id, ONE.trace_id}


def test_whatever_the_flags_say_the_number_of_spans_is_bounded() -> None:
    tracer = MemoryTracer()
    many = [TraceContext(1, number, sampled=True) for number in range(1, 201)]
    traces = batch_traces(tracer, "scoring", [record(one, offset=at) for at, one in enumerate(many)])
    assert traces is not None
    (marked,) = traces.marked([Outgoing("lead-scores", LEAD, b"", HEADERS)])
    traces.end([])
    assert len(tracer.ended) == 64
    assert len(marks(marked)) == 8


def test_a_dead_letter_fails_its_span() -> None:
    tracer = MemoryTracer()
    traces = batch_traces(tracer, "scoring", [record(CALLER), record(ONE, offset=1)])
    assert traces is not None
    letter = DeadLetter("lead-events", 0, 1, LEAD, b"{}", DeadReason.UNDECODABLE, "ana@example.com", None)
    traces.end([letter])
    failed = [span for span in tracer.ended if span.status.status_code is StatusCode.ERROR]
    assert [parent_of(span) for span in failed] == [ONE]
    assert failed[0].status.description == "1 dead letters"


def test_a_record_that_is_published_once_more_is_followed_by_its_event() -> None:
    value = json.dumps({"id": "1", NAME: str(CALLER)}, separators=(",", ":")).encode()
    assert list(contexts_of(record(value=value))) == [str(CALLER)]
    assert list(contexts_of(record(ONE, value=value))) == [str(ONE)]
    assert list(contexts_of(record(value=b'{"data":{"traceparent":"x"}}'))) == [""]
    assert list(contexts_of(record(value=b'not json "traceparent":"'))) == []


def test_lines_of_an_entity_say_its_trace() -> None:
    traces = batch_traces(MemoryTracer(), "scoring", [record(CALLER), record(key=OTHER)])
    assert traces is not None
    assert traces.ids_of({"entity_id": LEAD.decode()}) == {"trace_id": f"{CALLER.trace_id:032x}"}
    assert traces.ids_of({"entity_id": OTHER.decode()}) == {}
    assert traces.ids_of({}) == {}


CONTEXTS = st.builds(TraceContext, st.integers(1, 3), st.integers(1, 3), st.booleans())
RECORDS = st.lists(
    st.builds(
        lambda contexts, key, topic, offset: record(*contexts, key=key, topic=topic, offset=offset),
        st.lists(CONTEXTS, max_size=3),
        st.sampled_from([LEAD, OTHER]),
        st.sampled_from(["lead-events", "deal-events"]),
        st.integers(0, 5),
    ),
    max_size=12,
)


@given(RECORDS)
def test_every_sampled_context_has_one_span_for_each_topic_and_no_other_has_any(
    records: list[Record],
) -> None:
    wanted = {
        (one.topic, value)
        for one in records
        for name, value in one.headers
        if name == NAME and value.endswith(b"-01")
    }
    tracer = MemoryTracer()
    traces = batch_traces(tracer, "g", records)
    if traces is not None:
        traces.end([])
    told = sorted(
        (span.name.removeprefix("process "), str(parent_of(span)).encode()) for span in tracer.ended
    )
    assert told == sorted(wanted)
