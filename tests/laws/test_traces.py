"""A trace is told of work and is no part of it: no fold can see whether an event was sampled."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from leadtrace.bus.protocol import Record
from leadtrace.domain.attribution.extract import extract_deal, extract_lead
from leadtrace.domain.scoring.extract import extract
from leadtrace.events.codec import decode_event, encode
from leadtrace.events.envelope import Event
from leadtrace.runtime.arrivals import Arrivals, decode
from leadtrace.runtime.tracing.batch import header_of
from leadtrace.runtime.tracing.traceparent import TraceContext
from leadtrace.testing.worlds import worlds

CONTEXTS = st.builds(TraceContext, st.integers(1, 2**128 - 1), st.integers(1, 2**64 - 1), st.booleans())


def arrivals_of(events: list[Event], headers: list[TraceContext]) -> list[Arrivals]:
    """What each reader makes of the records of these events."""
    records = [
        Record(
            "lead-events",
            0,
            number,
            one.partitionkey.encode(),
            encode(one),
            tuple(map(header_of, map(str, headers))),
        )
        for number, one in enumerate(events)
    ]
    return [decode(records, extractor) for extractor in (extract, extract_lead, extract_deal)]


@given(worlds(), st.lists(CONTEXTS, max_size=3), st.data())
def test_readers_take_the_same_facts_of_a_traced_world(
    world: list[Event], headers: list[TraceContext], data: st.DataObject
) -> None:
    traced = [msgspec.structs.replace(one, traceparent=str(data.draw(CONTEXTS))) for one in world]
    assert [decode_event(encode(one)).traceparent for one in traced] == [one.traceparent for one in traced]
    assert arrivals_of(traced, headers) == arrivals_of(world, [])
