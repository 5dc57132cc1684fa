"""Reconciliation: events that a reader lacks are found by one query per hop and published again."""

from datetime import timedelta

from leadtrace.bus.protocol import TopicSpec
from leadtrace.events.topics import all_topic_names
from leadtrace.runtime.publisher import Publisher
from leadtrace.runtime.reconcile import Reconciler
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.engine import connect
from leadtrace_ingest.relay.hops import event_hops
from tests.integration.ingest.scene import Scene
from tests.unit.ingest.hubspot_items import contact_property, item

TO_SCORING, TO_ATTRIBUTION, DEALS, SPEND = (hop.name for hop in event_hops())


def reconciler(scene: Scene) -> Reconciler:
    stop = StopSignal()
    publisher = Publisher(scene.bus, stop)
    return Reconciler(pool=scene.pool, bus=scene.bus, publisher=publisher, hops=event_hops(), stop=stop)


async def see(scene: Scene, reader: str, numbers: list[int]) -> None:
    connection = await connect(scene.url, f"leadtrace_{reader}")
    try:
        await connection.execute(f"insert into {reader}.seen select unnest($1::bigint[])", numbers)
    finally:
        await connection.close()


async def numbers_of(scene: Scene, topic: str) -> list[int]:
    found = await scene.pool.fetch("select event_no from ingest.events where topic = $1 order by 1", topic)
    return [number for (number,) in found]


async def filled(scene: Scene) -> None:
    """Two lead events and one deal event, published to a broker that then forgets everything."""
    created, changed = item("contact.creation"), contact_property("industry", "x")
    await scene.post(created, changed, item("deal.creation", objectId=9001))
    await scene.drain()
    await scene.bus.forget_everything()
    admin = await scene.bus.admin()
    await admin.create_topics([TopicSpec(name, 2) for name in all_topic_names()])


async def test_counts_and_republishes_what_each_reader_lacks(scene: Scene) -> None:
    await filled(scene)
    leads = await numbers_of(scene, "lead-events")
    await see(scene, "scoring", leads[:1])
    await see(scene, "attribution", leads)
    results = await reconciler(scene).reconcile()
    assert [(one.hop, one.missing, one.republished) for one in results] == [
        (TO_SCORING, 1, 1),
        (TO_ATTRIBUTION, 0, 0),
        (DEALS, 1, 1),
        (SPEND, 0, 0),
    ]
    assert sorted(int(event.eventno) for event in scene.published()) == sorted(
        [leads[1], *await numbers_of(scene, "deal-events")]
    )


async def test_what_is_noted_or_young_is_on_its_way(scene: Scene) -> None:
    await filled(scene)
    young = await reconciler(scene).reconcile(timedelta(hours=1))
    assert [one.missing for one in young] == [0, 0, 0, 0]
    await scene.pool.execute(
        "insert into ingest.unpublished (note_id, event_nos, leased_until)"
        " select gen_random_uuid(), array_agg(event_no), now() from ingest.events"
    )
    noted = await reconciler(scene).reconcile()
    assert [one.missing for one in noted] == [0, 0, 0, 0]


async def test_republish_sends_everything_of_one_hop(scene: Scene) -> None:
    await filled(scene)
    await see(scene, "scoring", await numbers_of(scene, "lead-events"))
    (result,) = await reconciler(scene).republish(hop=TO_SCORING)
    assert (result.missing, result.republished) == (0, 2)
    assert len(scene.published()) == 2
