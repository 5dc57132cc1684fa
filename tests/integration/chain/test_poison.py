"""A poison record: buried once, copied with its provenance, and the partition moves on."""

import json

import pytest

from leadtrace.bus.protocol import Outgoing, Record
from leadtrace.events.deal import DealCreated, DealLinked
from leadtrace.events.lead import LeadCaptured, LeadOwnerChanged
from leadtrace.events.topics import Topic
from leadtrace.runtime import failpoints
from leadtrace.runtime.failpoints import ArmedFailpoints
from leadtrace.testing.builders import event, lead_ref, outgoing
from leadtrace.testing.chain import put
from leadtrace.testing.published import records_on
from tests.integration.chain.scene import Scene, attribution_handler, scoring_handler

_EVENTS = [
    event(LeadCaptured(), "contact/1", 1),
    event(LeadOwnerChanged(owner="anna"), "contact/1", 2),
    event(DealCreated(), "deal/1", 3),
    event(DealLinked(lead=lead_ref("contact/1")), "deal/1", 4),
]
_KEY = outgoing(_EVENTS[0]).key
_LETTERS = 'select topic, partition, "offset", reason, event_no, value from {}.dead_letters order by topic'


def _unfit() -> bytes:
    envelope = json.loads(outgoing(event(LeadOwnerChanged(owner="ben"), "contact/1", 77)).value)
    return json.dumps({**envelope, "data": {"owner": 1}}).encode()


def _headers(record: Record) -> dict[str, str]:
    return {name: value.decode() for name, value in record.headers}


async def test_is_buried_once_and_changes_nothing_for_its_neighbours(scene: Scene) -> None:
    clean = await scene.clean(_EVENTS)
    await scene.put(*_EVENTS[:1])
    await scene.bus.put(Topic.LEAD_EVENTS, _KEY, b"\x00poison")
    await scene.bus.put(Topic.LEAD_EVENTS, _KEY, None)
    await scene.put(*_EVENTS[1:])
    await scene.bus.put(Topic.DEAL_EVENTS, None, b"{}")
    await scene.settle()
    await scene.settle()
    assert await scene.bodies() == clean
    assert await scene.row("select count(*) from scoring.dead_letters") == (2,)
    assert await scene.row("select count(*) from attribution.dead_letters") == (3,)
    assert await scene.row("select count(*) from scoring.seen") == (2,)


async def test_its_copy_says_why_and_where_from(scene: Scene) -> None:
    await scene.bus.put(Topic.LEAD_EVENTS, _KEY, b"\x00poison")
    await scene.stage(scoring_handler()).drain()
    (copy,) = records_on(scene.bus, "lead-events-dlq")
    (read,) = records_on(scene.bus, "lead-events")
    headers = _headers(copy)
    assert (copy.key, copy.value) == (_KEY, b"\x00poison")
    assert "malformed" in headers.pop("leadtrace-detail")
    assert headers == {
        "leadtrace-reason": "undecodable",
        "leadtrace-reader": "scoring",
        "leadtrace-original-topic": "lead-events",
        "leadtrace-original-partition": str(read.partition),
        "leadtrace-original-offset": "0",
        "leadtrace-original-bytes": "7",
    }


@pytest.mark.parametrize("place", failpoints.ALL)
async def test_a_batch_done_again_buries_nothing_twice(scene: Scene, place: str) -> None:
    await scene.bus.put(Topic.LEAD_EVENTS, _KEY, b"\x00poison")
    await scene.put(*_EVENTS[:2])
    stage = scene.stage(scoring_handler())
    crash = iter([ArmedFailpoints(place)])
    await stage.drain(lambda: next(crash, None))
    assert stage.crashes == 1
    assert await scene.row("select count(*) from scoring.dead_letters") == (1,)
    assert {record.value for record in records_on(scene.bus, "lead-events-dlq")} == {b"\x00poison"}


@pytest.mark.parametrize(("service", "topic"), [("scoring", "lead-events"), ("attribution", "lead-events")])
async def test_data_that_does_not_fit_its_type_keeps_its_event_number(
    scene: Scene, service: str, topic: str
) -> None:
    await put(scene.bus, [Outgoing(topic, _KEY, _unfit())])
    await scene.settle()
    ((*_, reason, event_no, value),) = await scene.pool.fetch(_LETTERS.format(service))
    assert (reason, event_no, value) == ("undecodable", 77, _unfit())
    assert await scene.row(f"select event_no from {service}.pub_dead_letters") == (77,)
    assert await scene.row(f"select count(*) from {service}.seen") == (0,)


async def test_a_score_that_is_none_is_buried_and_the_next_one_taken(scene: Scene) -> None:
    await scene.put(*_EVENTS)
    await scene.stage(scoring_handler()).drain()
    (score, *_) = records_on(scene.bus, Topic.LEAD_SCORES)
    snapshot = json.loads(score.value or b"")
    for change in ({"data": {"band": 7}}, {"qualificationrev": "9" * 30}, {"revision": "x"}, {"data": "x"}):
        poison = {**snapshot, "qualificationrev": str(2**62), **change}
        await scene.bus.put(Topic.LEAD_SCORES, _KEY, json.dumps(poison).encode())
    await scene.stage(attribution_handler()).drain()
    assert await scene.row("select count(*) from attribution.dead_letters") == (4,)
    held = await scene.row("select qualification_revision from attribution.leads")
    assert held == (int(snapshot["qualificationrev"]),)


async def test_one_too_large_to_be_copied_whole_is_cut_on_the_topic_and_whole_in_the_table(
    scene: Scene,
) -> None:
    huge = b"x" * 1_000_000
    await scene.bus.put(Topic.LEAD_EVENTS, b"k" * 100_000, huge)
    await scene.put(*_EVENTS[:1])
    await scene.stage(scoring_handler()).drain()
    (copy,) = records_on(scene.bus, "lead-events-dlq")
    assert len(copy.value or b"") == 900_000
    assert _headers(copy)["leadtrace-original-bytes"] == "1000000"
    assert await scene.row("select value from scoring.dead_letters") == (huge,)
    assert await scene.row("select count(*) from scoring.seen") == (1,)
