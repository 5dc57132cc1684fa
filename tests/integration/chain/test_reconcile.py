"""Reconciliation of a hop: what the reader lacks is sent again, no more and no less."""

from leadtrace.events.lead import LeadCaptured, LeadOwnerChanged
from leadtrace.events.snapshots import LEAD_CONCLUDED, LEAD_SCORED
from leadtrace.events.topics import Topic
from leadtrace.runtime.publisher import Publisher
from leadtrace.runtime.reconcile import GRACE, Reconciler
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.testing.builders import entity_of, event
from leadtrace.testing.chain import make_bus
from leadtrace.testing.published import newest, published, records_on
from leadtrace_scoring.wiring import hops
from tests.integration.chain.scene import Scene, attribution_handler, scoring_handler

_EVENTS = [
    event(LeadCaptured(), "contact/1", 1),
    event(LeadCaptured(properties={"country": "DE"}), "contact/2", 2),
    event(LeadOwnerChanged(owner="anna"), "contact/2", 3),
]


def _reconciler(scene: Scene) -> Reconciler:
    """Scoring's, as an operator calls it."""
    stop = StopSignal()
    publisher = Publisher(scene.bus, stop)
    return Reconciler(
        pool=scene.pool, bus=scene.bus, publisher=publisher, hops=hops(scoring_handler()), stop=stop
    )


async def test_only_what_readers_lack_is_published_again(scene: Scene) -> None:
    await scene.put(*_EVENTS)
    await scene.settle()
    lacking = entity_of("contact/1")
    await scene.pool.execute("delete from attribution.leads where lead_id = $1", lacking)
    scene.bus = await make_bus()
    reconciler = _reconciler(scene)
    first, second = await reconciler.reconcile()
    assert (first.hop, first.missing, first.republished) == ("lead-scores to attribution", 1, 1)
    assert (second.missing, second.republished) == (2, 2)
    sent = published(scene.bus, LEAD_SCORED)
    assert [one.entity_id for one in sent].count(lacking) == 2
    assert len(sent) == 3
    await scene.stage(attribution_handler()).drain()
    assert (await reconciler.reconcile(hop=first.hop))[0].missing == 0


async def test_a_republication_sends_every_topic_once(scene: Scene) -> None:
    await scene.put(*_EVENTS)
    await scene.settle()
    held = newest(published(scene.bus, LEAD_SCORED))
    scene.bus = await make_bus()
    reconciler = _reconciler(scene)
    results = await reconciler.republish()
    assert [(one.missing, one.republished) for one in results] == [(0, 2), (2, 0)]
    assert newest(published(scene.bus, LEAD_SCORED)) == held
    assert len(records_on(scene.bus, Topic.LEAD_SCORES)) == 2
    assert published(scene.bus, LEAD_CONCLUDED) == []


async def test_what_is_young_may_still_be_on_its_way(scene: Scene) -> None:
    await scene.put(*_EVENTS)
    await scene.stage(scoring_handler()).drain()
    reconciler = _reconciler(scene)
    assert (await reconciler.reconcile(GRACE))[0].missing == 0
    await scene.pool.execute("update scoring.leads set revision = revision - 31000000")
    assert (await reconciler.reconcile(GRACE))[0].missing == 2
    # A clock that ran ahead dated it into the future: on demand it is found all the same.
    await scene.pool.execute("update scoring.leads set revision = revision + 3600000000")
    assert (await reconciler.reconcile(GRACE))[0].missing == 0
    assert (await reconciler.reconcile())[0].missing == 2


async def test_a_slow_reader_is_not_fed_its_backlog_at_every_sweep(scene: Scene) -> None:
    await scene.put(*_EVENTS)
    await scene.stage(scoring_handler()).drain()
    reconciler = _reconciler(scene)
    await scene.pool.execute("update scoring.leads set revision = revision - 31000000")
    assert [hop.republished for hop in await reconciler.sweep()] == [2, 2]
    # Still missing, but not for twice as long: nothing is sent, however often one looks.
    assert [hop.republished for hop in await reconciler.sweep()] == [0, 0]
    assert [hop.republished for hop in await reconciler.sweep()] == [0, 0]
    await scene.pool.execute("update scoring.leads set revision = revision - 31000000")
    assert [hop.republished for hop in await reconciler.sweep()] == [2, 2]


async def test_once_all_has_arrived_a_sweep_looks_closely_again(scene: Scene) -> None:
    await scene.put(*_EVENTS)
    await scene.stage(scoring_handler()).drain()
    reconciler = _reconciler(scene)
    await scene.pool.execute("update scoring.leads set revision = revision - 31000000")
    assert (await reconciler.sweep())[0].republished == 2
    await scene.stage(attribution_handler()).drain()
    assert (await reconciler.sweep())[0].republished == 0
    await scene.pool.execute("update attribution.leads set qualification_revision = 0")
    assert (await reconciler.sweep())[0].republished == 2
