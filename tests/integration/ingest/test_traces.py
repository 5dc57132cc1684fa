"""Traces from the door through the relay: what is stored, published and told of a sampled delivery."""

import io
import json
from collections.abc import AsyncIterator
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from leadtrace.runtime.logging import LogFormat, configure_logging
from leadtrace.runtime.tracing.batch import contexts_of
from leadtrace.runtime.tracing.traceparent import TraceContext, read
from leadtrace_ingest.senders.hubspot.map import HubSpotAdapter
from leadtrace_ingest.senders.item import Item, ItemResult
from leadtrace_ingest.senders.sender import TRACE, Delivery
from tests.integration.ingest.scene import Scene, ingest_scene
from tests.unit.ingest.hubspot_items import contact_property, item, raw, shipped_adapter
from tests.unit.runtime.traced import CALLER, UNSAMPLED, MemoryTracer, context_of, parent_of

CREATED = item("contact.creation")
SOURCE = contact_property("hs_analytics_source", "OFFLINE", eventId=2)
OTHER = TraceContext(7, 8, sampled=True)


@pytest.fixture
def tracer() -> MemoryTracer:
    """Where the relay tells of its spans."""
    return MemoryTracer()


@pytest_asyncio.fixture
async def traced(scene: Scene, tracer: MemoryTracer) -> AsyncIterator[Scene]:
    """Ingest with a relay that traces."""
    scene.tracer = tracer
    yield scene


async def post(scene: Scene, context: TraceContext, *items: object) -> UUID:
    """Accept a delivery as a door does whose span has this context."""
    headers = msgspec.json.encode({TRACE: str(context)}).decode()
    (intake_id,) = await scene.accept(raw(list(items)), headers=headers)
    return intake_id


def contexts(scene: Scene) -> list[list[str]]:
    """The contexts that each record on the topic of leads bears on this hop."""
    log = scene.bus.reach()
    return [
        list(contexts_of(record)) for place in log.places(("lead-events",)) for record in log.records(place)
    ]


async def test_the_span_of_a_delivery_is_below_the_doors_and_above_its_records(
    traced: Scene, tracer: MemoryTracer
) -> None:
    intake_id = await post(traced, CALLER, CREATED, SOURCE)
    await traced.drain()
    (span,) = tracer.ended
    assert parent_of(span) == CALLER
    assert contexts(traced) == [[str(context_of(span))]] * 3
    assert dict(span.attributes or {}) == {
        "messaging.system": "kafka",
        "messaging.operation.type": "send",
        "messaging.operation.name": "send",
        "messaging.batch.message_count": 3,
        "leadtrace.sender": "hubspot",
        "leadtrace.intake_id": str(intake_id),
        "leadtrace.items.published": 2,
    }


async def test_an_event_bears_the_doors_context_for_good(traced: Scene) -> None:
    """The span of the relay is another each time; what is stored must not be."""
    await post(traced, CALLER, CREATED)
    await traced.drain()
    (event,) = traced.published()
    assert event.traceparent == str(CALLER)
    body = await traced.pool.fetchval("select body from ingest.events")
    assert msgspec.json.decode(body)["traceparent"] == str(CALLER)


async def test_a_trace_makes_nothing_another_item(traced: Scene, tracer: MemoryTracer) -> None:
    """A sender that repeats a delivery gives it another `traceparent`."""
    await post(traced, CALLER, CREATED)
    await post(traced, OTHER, CREATED)
    await traced.post(CREATED)
    await traced.drain()
    assert await traced.items() == {"accepted": 3, "published": 1, "duplicate": 2}
    first, second = sorted(tracer.ended, key=lambda span: parent_of(span) != CALLER)
    assert (first.attributes or {})["leadtrace.items.published"] == 1
    assert parent_of(second) == OTHER
    assert (second.attributes or {})["leadtrace.items.duplicate"] == 1
    assert (second.attributes or {})["messaging.batch.message_count"] == 0


async def test_what_is_not_sampled_makes_no_spans(traced: Scene, tracer: MemoryTracer) -> None:
    await traced.post(CREATED)
    await post(traced, UNSAMPLED, SOURCE)
    await traced.drain()
    assert tracer.ended == ()
    assert all(read(one) in {None, UNSAMPLED} for found in contexts(traced) for one in found)


async def test_without_a_tracer_a_context_is_left_alone(scene: Scene) -> None:
    await post(scene, CALLER, CREATED)
    await scene.drain()
    (event,) = scene.published()
    assert event.traceparent == ""
    assert contexts(scene) == [[]]


async def test_the_relay_says_nothing_of_what_goes_well(traced: Scene) -> None:
    await post(traced, CALLER, CREATED, SOURCE)
    with capture_logs() as lines:
        await traced.drain()
    assert lines == []


@pytest.mark.logs_internal_errors
async def test_a_line_about_an_item_says_the_trace_that_it_belongs_to(
    database_url: str, tracer: MemoryTracer
) -> None:
    class Buggy(HubSpotAdapter):
        def map_item(self, item: Item, delivery: Delivery) -> ItemResult:
            del item, delivery
            raise ZeroDivisionError

    buggy = Buggy("hubspot", [b"s"], shipped_adapter()._mapping)
    async with ingest_scene(database_url, {"hubspot": buggy}) as scene:
        scene.tracer = tracer
        traced = await post(scene, CALLER, CREATED)
        untraced = await scene.post(SOURCE)
        stream = io.StringIO()
        configure_logging("relay", style=LogFormat.JSON, stream=stream)
        await scene.drain()
    told = {line["intake_id"]: line for line in map(json.loads, stream.getvalue().splitlines())}
    assert {line["event"] for line in told.values()} == {"item.adapter_failed"}
    assert told[str(traced)]["trace_id"] == f"{CALLER.trace_id:032x}"
    assert "trace_id" not in told[str(untraced)]
    assert (tracer.ended[0].attributes or {})["leadtrace.items.quarantined"] == 1
