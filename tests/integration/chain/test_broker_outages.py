"""A broker that is away, and one that forgets everything: the loops recover by themselves."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from leadtrace.bus.memory import MemoryBus
from leadtrace.bus.protocol import TopicSpec
from leadtrace.events.deal import DealCreated, DealLinked, DealUpdated, DealWon
from leadtrace.events.lead import LeadCaptured, LeadOwnerChanged, LeadUpdated
from leadtrace.events.topics import all_topic_names
from leadtrace.runtime.failpoints import AFTER_FLUSH, AFTER_PRODUCE, AFTER_SAVE, ALL, BEFORE_COMMIT
from leadtrace.runtime.publisher import Publisher
from leadtrace.runtime.reconcile import Reconciler
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.testing.builders import event, lead_ref, outgoing
from leadtrace.testing.chain import put
from leadtrace.testing.eventually import eventually_answers
from leadtrace_scoring.wiring import hops
from tests.integration.chain.scene import Scene, attribution_handler, scoring_handler

_EVENTS = [
    event(LeadCaptured(), "contact/1", 1),
    event(LeadCaptured(properties={"country": "DE"}), "contact/2", 2),
    event(DealCreated(), "deal/1", 3),
    event(DealLinked(lead=lead_ref("contact/1")), "deal/1", 4),
    event(DealUpdated(amount="10.00", currency="EUR"), "deal/1", 5),
    event(DealWon(claimed="closedwon"), "deal/1", 6),
    event(LeadOwnerChanged(owner="anna"), "contact/2", 7),
    event(LeadUpdated(properties={"seniority": "c_level"}), "contact/1", 8),
]
_DEADLINE_S = 20


class _AtOnce:
    """Does something the first time that a loop passes a place."""

    def __init__(self, place: str, happen: Callable[[], object]) -> None:
        self._place = place
        self._happen = happen
        self.happened = asyncio.Event()

    async def reach(self, name: str) -> None:
        if name == self._place and not self.happened.is_set():
            self._happen()
            self.happened.set()


@asynccontextmanager
async def _running(scene: Scene, failpoints: _AtOnce | None = None) -> AsyncIterator[None]:
    """Both loops and scoring's reconciler, as their processes run them."""
    stop = StopSignal()
    scoring, attribution = scoring_handler(), attribution_handler()
    loop = scene.stage(scoring, max_records=2).loop(failpoints, stop=stop)
    other = scene.stage(attribution, max_records=3).loop(stop=stop)
    publisher = Publisher(scene.bus, stop)
    reconciler = Reconciler(
        pool=scene.pool, bus=scene.bus, publisher=publisher, hops=hops(scoring)[:1], stop=stop
    )
    async with asyncio.timeout(_DEADLINE_S), asyncio.TaskGroup() as tasks:
        for running in (loop.run(), other.run(), reconciler.run()):
            tasks.create_task(running)
        yield
        stop.set("test")


async def _in_step(scene: Scene) -> bool:
    """Whether both services have every event, and attribution every verdict."""
    scored, attributed, behind = await scene.row(
        "select (select count(*) from scoring.seen), (select count(*) from attribution.seen), count(*)"
        " from scoring.leads s left join attribution.leads a using (lead_id)"
        " where s.qualification_revision is distinct from a.qualification_revision"
    )
    of_leads = sum(made.subject.startswith("contact/") for made in _EVENTS)
    return bool((scored, attributed, behind) == (of_leads, len(_EVENTS), 0))


async def _recreate(bus: MemoryBus) -> None:
    await bus.forget_everything()
    await (await bus.admin()).create_topics([TopicSpec(name, 3) for name in all_topic_names()])


def _away(bus: MemoryBus) -> None:
    bus._available = False


@pytest.mark.parametrize("place", ALL)
async def test_a_broker_that_is_away_in_mid_batch_is_waited_for(scene: Scene, place: str) -> None:
    clean = await scene.clean(_EVENTS)
    await scene.put(*_EVENTS)
    failpoints = _AtOnce(place, lambda: _away(scene.bus))
    async with _running(scene, failpoints):
        await failpoints.happened.wait()
        assert await scene.row("select count(*) > 0 from scoring.seen") == (True,)
        await scene.bus.make_available()
        await eventually_answers(lambda: _in_step(scene), what="both services to have everything")
    assert await scene.bodies() == clean


async def test_an_outage_between_batches_is_survived(scene: Scene) -> None:
    clean = await scene.clean(_EVENTS)
    async with _running(scene):
        await scene.put(*_EVENTS[:4])
        await scene.bus.make_unavailable()
        await scene.bus.make_available()
        await scene.put(*_EVENTS[4:])
        await eventually_answers(lambda: _in_step(scene), what="both services to have everything")
    assert await scene.bodies() == clean


@pytest.mark.parametrize("place", [AFTER_SAVE, AFTER_PRODUCE, AFTER_FLUSH, BEFORE_COMMIT])
async def test_a_broker_that_forgets_in_mid_batch_is_made_up_for(scene: Scene, place: str) -> None:
    clean = await scene.clean(_EVENTS)
    await scene.put(*_EVENTS)
    forgetting: list[asyncio.Task[None]] = []
    failpoints = _AtOnce(place, lambda: forgetting.append(asyncio.create_task(_recreate(scene.bus))))
    async with _running(scene, failpoints):
        await failpoints.happened.wait()
        await forgetting[0]
        # What ingest's own reconciler does for its hop: publish again what the readers lack.
        await put(scene.bus, [outgoing(made) for made in _EVENTS])
        await eventually_answers(lambda: _in_step(scene), what="both services to have everything")
    assert await scene.bodies() == clean
    assert await scene.row("select count(*) from scoring.leads where stuck_error is not null") == (0,)
