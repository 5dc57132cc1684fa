"""Clocks that run out are told once by however many and taken back when a contact comes to be known late."""

import asyncio
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.events.activity import ActivityKind, ActivityRecorded
from leadtrace.events.envelope import Event
from leadtrace.events.handover import HandoverAccepted, HandoverOffered, HandoverReturned
from leadtrace.events.lead import LeadCaptured, LeadOwnerChanged, LeadStageChanged, Stage
from leadtrace.runtime.clock import SystemClock, SystemIds
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.due import DueRows
from leadtrace.runtime.publisher import Publisher
from leadtrace.runtime.refold import Refolder
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.testing.builders import event
from leadtrace_attribution.handlers import NOTED_LEADS, AttributionHandler
from leadtrace_attribution.store import DUE_LEADS
from tests.integration.api.ingested import store_event
from tests.integration.chain.scene import Scene

_TOLD = "select kind, clock, team, data from attribution.notifications order by moment, kind, clock"
BEGUN = SystemClock().now().replace(microsecond=0) - timedelta(days=21)
HOUR = timedelta(hours=1)


def handler() -> AttributionHandler:
    return AttributionHandler(Schedule(live_definitions()), SystemClock())


async def told(scene: Scene) -> list[tuple[Any, ...]]:
    """Kind and clock of every notification, in order of their moments."""
    return [tuple(row)[:2] for row in await scene.pool.fetch(_TOLD)]


async def look(scene: Scene) -> None:
    """One look at what is due."""
    stop = StopSignal()
    publisher = Publisher(scene.bus, stop)
    refolder = Refolder(
        "attribution", scene.pool, handler(), publisher, SystemIds(SystemClock()), {NOTED_LEADS: DUE_LEADS}
    )
    try:
        await DueRows(refolder, stop).run_once()
    finally:
        await publisher.close()


async def tell(scene: Scene, *events: Event) -> None:
    """Store events as ingest does, and have attribution read them."""
    async with scene.pool.acquire() as connection:
        for made in events:
            await store_event(connection, made)
    await scene.put(*events)
    await scene.stage(handler()).drain()


def made(data: msgspec.Struct, number: int, after: timedelta, subject: str = "contact/1") -> Event:
    return event(data, subject, number, at=BEGUN + after, recorded=BEGUN + after)


MQL = LeadStageChanged(Stage.MARKETING_QUALIFIED, "mql")
CALL = ActivityRecorded(ActivityKind.CALL)


@pytest.fixture
async def offered(scene: Scene) -> Scene:
    """One lead, offered three weeks ago."""
    await scene.pool.execute("truncate attribution.notifications")
    await tell(scene, made(LeadCaptured(), 1, -HOUR), made(MQL, 2, 0 * HOUR))
    return scene


async def test_an_open_offer_is_told_and_three_workers_tell_its_breach_once(offered: Scene) -> None:
    assert await told(offered) == [("handover.offered", None)]
    await asyncio.gather(*(look(offered) for _ in range(3)))
    expected = [("handover.offered", None), ("handover.at_risk", "accept"), ("handover.breached", "accept")]
    assert await told(offered) == expected
    await look(offered)
    assert await told(offered) == expected


async def test_what_is_recorded_and_not_read_yet_is_waited_for(offered: Scene) -> None:
    on_its_way = made(HandoverAccepted(team="sales"), 3, HOUR)
    async with offered.pool.acquire() as connection:
        await store_event(connection, on_its_way)
    await look(offered)
    assert await told(offered) == [("handover.offered", None)]
    await offered.put(on_its_way)
    await offered.stage(handler()).drain()
    await look(offered)
    assert ("handover.breached", "accept") not in await told(offered)


async def test_a_contact_that_comes_late_takes_the_breach_back_and_a_late_one_does_not(
    offered: Scene,
) -> None:
    await tell(offered, made(HandoverAccepted(team="sales", owner="anna"), 3, HOUR))
    await look(offered)
    before = await told(offered)
    assert before == [
        ("handover.offered", None),
        ("handover.at_risk", "contact"),
        ("handover.breached", "contact"),
    ]
    late = event(CALL, "contact/1", 4, at=SystemClock().now() - HOUR)
    await tell(offered, late)
    assert await told(offered) == before
    await tell(offered, made(CALL, 5, 2 * HOUR))
    assert sorted(await told(offered), key=str) == sorted(
        [*before, ("handover.withdrawn", "contact")], key=str
    )
    await tell(offered, made(CALL, 6, 3 * HOUR))
    await look(offered)
    assert len(await told(offered)) == len(before) + 1


async def test_a_lead_that_was_given_back_in_time_breaches_nothing(offered: Scene) -> None:
    await tell(
        offered,
        made(HandoverAccepted(team="sales"), 3, HOUR),
        made(HandoverReturned("no_budget"), 4, HOUR * 1.5),
    )
    await look(offered)
    assert await told(offered) == [("handover.offered", None)]


async def test_two_offers_of_one_moment_are_both_told_and_an_offer_to_somebody_else_again(
    offered: Scene,
) -> None:
    await tell(offered, made(HandoverOffered(team="partners"), 3, 0 * HOUR))
    await tell(offered, made(LeadOwnerChanged("ben", "sales", "boss"), 4, HOUR))
    rows = await offered.pool.fetch(
        "select team, owner from attribution.notifications order by notification_no"
    )
    assert [tuple(row) for row in rows] == [("sales", None), ("partners", None), ("sales", "ben")]


async def test_a_breach_that_becomes_known_late_is_told(offered: Scene) -> None:
    await look(offered)
    await tell(offered, made(HandoverAccepted(team="sales", owner="anna"), 3, HOUR))
    await look(offered)
    assert {("handover.at_risk", "contact"), ("handover.breached", "contact")} <= set(await told(offered))
    assert ("handover.withdrawn", "accept") in await told(offered)


async def test_nothing_told_holds_a_name(offered: Scene) -> None:
    await look(offered)
    for row in await offered.pool.fetch(_TOLD):
        assert set(msgspec.json.decode(row["data"])) <= {"offer_id", "offered_at", "since", "due_at", "stage"}
