"""Traces through both readers: each hop below the one before it, and of no effect on any result."""

import io
import json
from dataclasses import replace

import msgspec
import pytest
from structlog.testing import capture_logs

from leadtrace.domain.fact import Fact
from leadtrace.domain.scoring.fold import ScoreFold
from leadtrace.domain.scoring.state import ScoreState
from leadtrace.events.deal import DealCreated, DealLinked, DealUpdated, DealWon
from leadtrace.events.envelope import Event
from leadtrace.events.lead import LeadCaptured, LeadStageChanged, LeadUpdated, Stage
from leadtrace.events.snapshots import DEAL_CONCLUDED, LEAD_CONCLUDED
from leadtrace.runtime.logging import LogFormat, configure_logging
from leadtrace.runtime.tracing.batch import contexts_of, header_of
from leadtrace.runtime.tracing.traceparent import TraceContext, read
from leadtrace.testing.builders import event, lead_ref, outgoing
from leadtrace.testing.chain import put
from tests.integration.chain.scene import Scene, attribution_handler, scoring_handler
from tests.unit.runtime.traced import CALLER, MemoryTracer, context_of, parent_of

_EVENTS = [
    event(LeadCaptured(properties={"country": "DE"}), "contact/1", 1),
    event(LeadUpdated(properties={"seniority": "c_level"}), "contact/1", 2),
    event(LeadStageChanged(stage=Stage.MARKETING_QUALIFIED, claimed="mql"), "contact/1", 3),
    event(DealCreated(), "deal/1", 4),
    event(DealLinked(lead=lead_ref("contact/1")), "deal/1", 5),
    event(DealUpdated(amount="99.99", currency="EUR"), "deal/1", 6),
    event(DealWon(claimed="closedwon"), "deal/1", 7),
    event(LeadCaptured(), "contact/2", 8),
]


async def read_traced(scene: Scene, events: list[Event], context: TraceContext) -> MemoryTracer:
    """Have both readers read the events, as a relay publishes those of a sampled delivery."""
    tracer = MemoryTracer()
    made = [outgoing(msgspec.structs.replace(one, traceparent=str(context))) for one in events]
    await put(scene.bus, [replace(one, headers=(*one.headers, header_of(str(context)))) for one in made])
    for handler in (scoring_handler(), attribution_handler()):
        stage = scene.stage(handler)
        stage.tracer = tracer
        await stage.drain()
    return tracer


async def test_traces_change_no_result(scene: Scene) -> None:
    plain = await scene.clean(_EVENTS)
    tracer = await read_traced(scene, _EVENTS, CALLER)
    assert await scene.bodies() == plain
    assert scene.read_by_others() == plain
    assert tracer.ended


async def test_each_hop_is_below_the_one_before(scene: Scene) -> None:
    tracer = await read_traced(scene, _EVENTS[:1], CALLER)
    scored = next(
        span for span in tracer.ended if (span.attributes or {})["messaging.consumer.group.name"] == "scoring"
    )
    assert parent_of(scored) == CALLER
    above = {parent_of(span) for span in tracer.ended if span.name == "process lead-scores"}
    assert above == {context_of(scored)}
    others = [span for span in tracer.ended if span.name == "process lead-events" and span is not scored]
    assert [parent_of(span) for span in others] == [CALLER]
    assert {context_of(span).trace_id for span in tracer.ended} == {CALLER.trace_id}


async def test_what_attribution_publishes_bears_its_spans(scene: Scene) -> None:
    tracer = await read_traced(scene, _EVENTS, CALLER)
    own = {context_of(span) for span in tracer.ended}
    for topic in (LEAD_CONCLUDED.topic, DEAL_CONCLUDED.topic):
        log = scene.bus.reach()
        records = [one for place in log.places((topic.value,)) for one in log.records(place)]
        assert records
        assert {read(context) for one in records for context in contexts_of(one)} <= own
        assert all(list(contexts_of(one)) for one in records)


async def test_readers_say_nothing_of_records_that_go_well(scene: Scene) -> None:
    with capture_logs() as lines:
        await read_traced(scene, _EVENTS, CALLER)
    assert lines == []


async def test_a_line_about_a_lead_says_the_trace_that_it_belongs_to(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def step(_: ScoreFold, __: ScoreState, fact: Fact) -> None:
        raise ZeroDivisionError(fact.id)

    monkeypatch.setattr(ScoreFold, "step", step)
    stream = io.StringIO()
    configure_logging("scoring", style=LogFormat.JSON, stream=stream)
    await read_traced(scene, _EVENTS[:1], CALLER)
    await scene.put(_EVENTS[-1])
    await scene.stage(scoring_handler()).drain()
    traced, untraced = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (traced["event"], traced["trace_id"]) == ("entity.stuck", f"{CALLER.trace_id:032x}")
    assert untraced["event"] == "entity.stuck"
    assert "trace_id" not in untraced
