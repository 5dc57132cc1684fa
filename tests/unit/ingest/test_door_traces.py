"""Which deliveries the door begins a span for, below whom, and what it tells of them."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from opentelemetry.trace import StatusCode

from leadtrace.events.times import from_micros, to_micros
from leadtrace.runtime.clock import FrozenClock, SystemIds
from leadtrace.runtime.settings_traces import Traces
from leadtrace.runtime.tracing.traceparent import TraceContext, read
from leadtrace_ingest.door.tracing import DoorTraces, Posted, caller_of
from leadtrace_ingest.senders.sender import TRACE, Answer, Delivery
from tests.unit.runtime.traced import CALLER, UNSAMPLED, MemoryTracer, context_of, parent_of

RECEIVED = from_micros(1_700_000_000_123_456)
INTAKE_ID = UUID("01997f3a-7b6c-7def-8123-456789abcdef")
PERSONAL = "ana@example.com"
Headers = Sequence[tuple[bytes, bytes]]


def headers_of(*contexts: TraceContext | bytes) -> Headers:
    given = [one if isinstance(one, bytes) else str(one).encode() for one in contexts]
    return [(b"host", b"hooks.example"), *((b"traceparent", one) for one in given)]


async def follow(
    tracer: MemoryTracer,
    headers: Headers,
    *,
    intake_id: UUID = INTAKE_ID,
    status: int = 202,
    **settings: object,
) -> str:
    """The context that the delivery is stored with."""
    stored: list[Delivery] = []

    async def store(delivery: Delivery) -> Answer:
        stored.append(delivery)
        return Answer(status, b"text/plain", b"")

    delivery = Delivery("", {"x-mail": PERSONAL}, PERSONAL.encode(), RECEIVED)
    traces = DoorTraces(tracer, Traces.model_validate(settings))
    await traces.follow(Posted("hubspot", delivery, intake_id, 3, headers), store)
    return stored[0].headers.get(TRACE, "")


async def test_a_sampled_caller_is_followed_whatever_the_share() -> None:
    tracer = MemoryTracer()
    stored = await follow(tracer, headers_of(CALLER), sample_share=0.0)
    (span,) = tracer.ended
    assert parent_of(span) == CALLER
    assert read(stored) == context_of(span)
    assert span.start_time == to_micros(RECEIVED) * 1_000


async def test_a_span_tells_ids_and_numbers_and_nothing_personal() -> None:
    tracer = MemoryTracer()
    await follow(tracer, [*headers_of(CALLER), (b"authorization", b"Bearer hush")])
    (span,) = tracer.ended
    assert dict(span.attributes or {}) == {
        "http.request.method": "POST",
        "http.response.status_code": 202,
        "leadtrace.sender": "hubspot",
        "leadtrace.intake_id": str(INTAKE_ID),
        "leadtrace.items": 3,
    }
    assert PERSONAL not in span.to_json()
    assert "hush" not in span.to_json()


async def test_an_unsampled_caller_is_not_followed_whatever_the_share() -> None:
    tracer = MemoryTracer()
    assert await follow(tracer, headers_of(UNSAMPLED), sample_share=1.0) == ""
    assert tracer.ended == ()


@pytest.mark.parametrize("headers", [headers_of(), headers_of(b"00-nonsense"), headers_of(CALLER, CALLER)])
async def test_without_one_good_caller_a_trace_begins_that_is_named_like_the_delivery(
    headers: Headers,
) -> None:
    tracer = MemoryTracer()
    stored = await follow(tracer, headers, sample_share=1.0)
    (span,) = tracer.ended
    assert parent_of(span) is None
    context = read(stored)
    assert context is not None
    assert context.trace_id == INTAKE_ID.int
    assert await follow(MemoryTracer(), headers, sample_share=0.0) == ""


async def test_senders_need_not_be_followed() -> None:
    tracer = MemoryTracer()
    assert await follow(tracer, headers_of(CALLER), sample_share=0.0, follow_senders=False) == ""
    await follow(tracer, headers_of(UNSAMPLED), sample_share=1.0, follow_senders=False)
    (span,) = tracer.ended
    assert parent_of(span) is None


async def test_the_share_is_that_of_deliveries() -> None:
    tracer, ids = MemoryTracer(), SystemIds(FrozenClock())
    for _ in range(2_000):
        await follow(tracer, headers_of(), intake_id=ids.uuid7(), sample_share=0.25)
    # Five standard deviations of a binomial of 2,000 and a quarter.
    assert abs(len(tracer.ended) - 500) < 97


@pytest.mark.parametrize(("status", "failed"), [(202, False), (422, False), (503, True)])
async def test_an_answer_to_deliver_again_fails_the_span(status: int, failed: bool) -> None:
    tracer = MemoryTracer()
    await follow(tracer, headers_of(CALLER), status=status)
    assert (tracer.ended[0].status.status_code is StatusCode.ERROR) is failed


async def test_an_error_fails_the_span_by_its_kind_only() -> None:
    tracer = MemoryTracer()

    async def store(_: Delivery) -> Answer:
        raise ValueError(PERSONAL)

    posted = Posted("hubspot", Delivery("", {}, b"", RECEIVED), INTAKE_ID, 1, headers_of(CALLER))
    with pytest.raises(ValueError, match=PERSONAL):
        await DoorTraces(tracer, Traces()).follow(posted, store)
    assert tracer.ended[0].status.description == "ValueError"
    assert PERSONAL not in tracer.ended[0].to_json()


@pytest.mark.parametrize("around", [b" %b", b"%b\t", b" %b "])
def test_white_space_around_a_header_is_none_of_it(around: bytes) -> None:
    assert caller_of(headers_of(around % str(CALLER).encode())) == CALLER
