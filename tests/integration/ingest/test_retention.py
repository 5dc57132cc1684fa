"""Months of deliveries and events: made ahead, kept as long as configured, let go of when nothing waits."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest

from leadtrace.runtime.clock import FrozenClock, SystemClock, SystemIds
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.settings_retention import Retention
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.engine import connect
from leadtrace_ingest.retention.keeper import Keeper
from leadtrace_ingest.retention.lapsing import Wait
from leadtrace_ingest.retention.partitions import Kept, partitions
from tests.integration.ingest.entries import file
from tests.integration.ingest.scene import Scene
from tests.integration.ingest.test_reconcile import see
from tests.unit.ingest.hubspot_items import item, raw

_NUMBERS = "select event_no from ingest.events order by 1"
_EVENTS = "select id from ingest.events order by event_no"
_LAPSED = "select topic, events, numbers::text from ingest.lapsed_events order by 1"
_PUBLISHED = "select recorded_at from ingest.pub_events"

# As far ahead as a month that no migration of today made a partition of.
YEAR = SystemClock().now().year + 3


def day(month: int, number: int = 15, *, later: int = 0) -> datetime:
    """A day of a month, in this or a later year."""
    return datetime(YEAR + later, month, number, 12, tzinfo=UTC)


def keeper(scene: Scene, now: datetime, **months: int) -> Keeper:
    return Keeper(scene.pool, Retention(**months), FrozenClock(now), StopSignal(), Metrics())


async def names(scene: Scene, kept: Kept) -> list[str]:
    async with scene.pool.acquire() as connection:
        return [one.name for one in await partitions(connection, kept)]


async def receive(scene: Scene, at: datetime, *items: object) -> UUID:
    """One delivery of these items, received then and worked through."""
    scene.ids = SystemIds(FrozenClock(at))
    (intake_id,) = await file(scene, "hubspot", raw(list(items)), at=at)
    await scene.drain()
    return intake_id


async def read(scene: Scene) -> None:
    """Have every service take in every event."""
    numbers = [number for (number,) in await scene.pool.fetch(_NUMBERS)]
    for reader in ("scoring", "attribution"):
        await see(scene, reader, numbers)


async def let_go(scene: Scene, now: datetime, **months: int) -> dict[str, tuple[Wait, ...]]:
    """What the keeper does now: of each month that is due, why it waits."""
    done = await keeper(scene, now, **months).run_once()
    return {one.partition.name: one.waits for one in done}


async def test_months_are_made_ahead_without_gaps(scene: Scene) -> None:
    await keeper(scene, day(3)).run_once()
    for kept in Kept:
        found = await names(scene, kept)
        assert found[-3:] == [f"{kept.value}_{YEAR}_04", f"{kept.value}_{YEAR}_05", f"{kept.value}_default"]
        async with scene.pool.acquire() as connection:
            spans = [one for one in await partitions(connection, kept) if one.until is not None]
        assert spans[0].since is None
        assert [one.until for one in spans[:-1]] == [one.since for one in spans[1:]]
    before = await names(scene, Kept.EVENTS)
    await keeper(scene, day(3)).run_once()
    assert await names(scene, Kept.EVENTS) == before


async def test_what_came_before_its_month_was_made_moves_into_it(scene: Scene) -> None:
    intake_id = await receive(scene, day(5), item("contact.creation"))
    assert await scene.pool.fetchval("select count(*) from ingest.intake_default") == 1
    await keeper(scene, day(5)).run_once()
    assert await scene.pool.fetchval("select count(*) from ingest.intake_default") == 0
    where = f"select intake_id from ingest.intake_{YEAR}_05"
    assert await scene.pool.fetchval(where) == intake_id
    assert await scene.pool.fetchval(f"select count(*) from ingest.events_{YEAR}_05") == 1
    assert await scene.items() == {"accepted": 1, "published": 1}


async def test_nothing_goes_unless_configured(scene: Scene) -> None:
    await keeper(scene, day(1)).run_once()
    await receive(scene, day(1), item("contact.creation"))
    assert await let_go(scene, day(1, later=5)) == {}
    assert await scene.pool.fetchval("select count(*) from ingest.events") == 1


async def test_a_month_goes_when_it_is_over_for_as_long_as_it_is_kept(scene: Scene) -> None:
    await keeper(scene, day(1)).run_once()
    first = await receive(scene, day(1, 31), item("contact.creation", eventId=1))
    second = await receive(scene, day(2, 1), item("contact.creation", eventId=2, objectId=2))
    await read(scene)
    assert f"intake_{YEAR}_01" not in await let_go(scene, day(2, 28), intake_months=1, events_months=2)
    gone = await let_go(scene, day(3, 1), intake_months=1, events_months=2)
    assert gone[f"intake_{YEAR}_01"] == ()
    assert f"events_{YEAR}_01" not in gone
    kept = await scene.pool.fetch("select intake_id from ingest.intake")
    assert [one for (one,) in kept] == [second]
    assert await scene.pool.fetchval("select count(*) from ingest.events") == 2
    gone = await let_go(scene, day(4, 1), intake_months=1, events_months=2)
    assert gone[f"events_{YEAR}_01"] == ()
    left = await scene.pool.fetch("select intake_id from ingest.events")
    assert [one for (one,) in left] == [second]
    assert first != second


async def test_what_went_is_written_down(scene: Scene) -> None:
    await keeper(scene, day(1)).run_once()
    await receive(scene, day(1), item("contact.creation", eventId=1), item("deal.creation", objectId=9001))
    await receive(scene, day(1), item("contact.deletion", eventId=3))
    numbers = {
        topic: await scene.pool.fetchval(
            "select range_agg(int8range(event_no, event_no, '[]'))::text from ingest.events where topic = $1",
            topic,
        )
        for topic in ("deal-events", "lead-events")
    }
    (lead,) = await scene.pool.fetch(
        "select distinct entity_id from ingest.events where topic = 'lead-events'"
    )
    await read(scene)
    await let_go(scene, day(3), intake_months=1, events_months=1)
    assert [tuple(row) for row in await scene.pool.fetch(_LAPSED)] == [
        ("deal-events", 1, numbers["deal-events"]),
        ("lead-events", 2, numbers["lead-events"]),
    ]
    entity = "select events, received_before from ingest.pub_lapsed_entities where entity_id = $1"
    (known,) = await scene.pool.fetch(entity, lead[0])
    assert tuple(known) == (2, datetime(YEAR, 2, 1, tzinfo=UTC))
    of_deliveries = "select sum(deliveries)::int from ingest.pub_lapsed_deliveries"
    assert await scene.pool.fetchval(of_deliveries) == 2


async def test_a_copy_of_what_went_is_still_known_for_one(scene: Scene) -> None:
    await keeper(scene, day(1)).run_once()
    await receive(scene, day(1), item("contact.creation"))
    await read(scene)
    await let_go(scene, day(3), intake_months=1, events_months=1)
    await receive(scene, day(3), item("contact.creation", attemptNumber=1))
    (totals,) = await scene.pool.fetch("select published, duplicate from ingest.pub_items")
    assert tuple(totals) == (1, 1)
    assert await scene.pool.fetchval("select count(*) from ingest.events") == 0


async def test_what_waits_in_quarantine_keeps_its_month(scene: Scene) -> None:
    await keeper(scene, day(1)).run_once()
    await receive(scene, day(1), item("contact.teleported"))
    gone = await let_go(scene, day(3), intake_months=1, events_months=1)
    assert gone[f"intake_{YEAR}_01"] == (Wait.QUARANTINE,)
    assert gone[f"events_{YEAR}_01"] == (Wait.DELIVERIES,)
    await scene.pool.execute("delete from ingest.quarantine")
    gone = await let_go(scene, day(3), intake_months=1, events_months=1)
    assert (gone[f"intake_{YEAR}_01"], gone[f"events_{YEAR}_01"]) == ((), ())


async def test_what_is_pending_keeps_its_month(scene: Scene) -> None:
    await keeper(scene, day(1)).run_once()
    scene.ids = SystemIds(FrozenClock(day(1)))
    await file(scene, "hubspot", raw([item("contact.creation")]), at=day(1))
    gone = await let_go(scene, day(3), intake_months=1)
    assert gone[f"intake_{YEAR}_01"] == (Wait.PENDING,)


async def test_an_event_that_was_not_read_keeps_its_month(scene: Scene) -> None:
    await keeper(scene, day(1)).run_once()
    await receive(scene, day(1), item("contact.creation"))
    (number,) = [one for (one,) in await scene.pool.fetch(_NUMBERS)]
    await see(scene, "scoring", [number])
    name = f"events_{YEAR}_01"
    assert (await let_go(scene, day(3), intake_months=1, events_months=1))[name] == (Wait.UNREAD,)
    await dead_letter(scene, number, settled=None)
    assert (await let_go(scene, day(3), intake_months=1, events_months=1))[name] == (Wait.UNREAD,)
    await dead_letter(scene, number, settled="discarded")
    assert (await let_go(scene, day(3), intake_months=1, events_months=1))[name] == ()
    discarded = await scene.pool.fetchval("select discarded from ingest.pub_lapsed_events")
    assert msgspec.json.decode(discarded) == {"attribution": 1}


async def dead_letter(scene: Scene, number: int, *, settled: str | None) -> None:
    connection = await connect(scene.url)
    try:
        await connection.execute("delete from attribution.dead_letters")
        await connection.execute(
            'insert into attribution.dead_letters (dead_letter_id, topic, partition, "offset", reason,'
            " detail, value_hash, event_no, settled_as)"
            " values (gen_random_uuid(), 'lead-events', 0, 0, 'undecodable', '', '', $1, $2)",
            number,
            settled,
        )
    finally:
        await connection.close()


async def test_an_event_that_the_broker_has_not_confirmed_keeps_its_month(scene: Scene) -> None:
    await keeper(scene, day(1)).run_once()
    await receive(scene, day(1), item("contact.creation"))
    await read(scene)
    await scene.pool.execute(
        "insert into ingest.unpublished (note_id, event_nos, leased_until)"
        " select gen_random_uuid(), array_agg(event_no), now() from ingest.events"
    )
    gone = await let_go(scene, day(3), intake_months=1, events_months=1)
    assert gone[f"events_{YEAR}_01"] == (Wait.UNPUBLISHED,)


async def test_an_erasure_that_is_not_finished_keeps_everything(scene: Scene) -> None:
    await keeper(scene, day(1)).run_once()
    await receive(scene, day(1), item("contact.creation"))
    await read(scene)
    await scene.pool.execute(
        "insert into ingest.erasures (erasure_id, lead_id, state, erased_until, requested_by, requested_at)"
        " values (gen_random_uuid(), gen_random_uuid(), 'searching', now(), 'me', now())"
    )
    gone = await let_go(scene, day(3), intake_months=1, events_months=1)
    assert gone[f"intake_{YEAR}_01"] == (Wait.ERASURE,)


async def test_idempotency_keys_go_with_their_deliveries(scene: Scene) -> None:
    await keeper(scene, day(1)).run_once()
    old = await receive(scene, day(1), item("contact.creation", eventId=1))
    new = await receive(scene, day(2), item("contact.creation", eventId=2))
    for number, intake_id in enumerate((old, new)):
        await scene.pool.execute(
            "insert into ingest.idempotency_keys values ('hubspot', $1, $2)", f"key {number}", intake_id
        )
    await let_go(scene, day(3), intake_months=1)
    kept = await scene.pool.fetch("select intake_id from ingest.idempotency_keys")
    assert [one for (one,) in kept] == [new]


async def test_a_reader_that_does_not_end_is_not_waited_for(scene: Scene) -> None:
    """Whoever would queue behind the takeover of a lock is not kept waiting either."""
    await keeper(scene, day(1)).run_once()
    await receive(scene, day(1), item("contact.creation"))
    await read(scene)
    stop = StopSignal()
    patient = Keeper(scene.pool, Retention(intake_months=1), FrozenClock(day(3)), stop, Metrics())
    async with scene.pool.acquire() as reader, reader.transaction():
        await reader.fetch(_PUBLISHED)
        await reader.fetch("select intake_id from ingest.intake")
        stop.set("no more than one attempt")
        (done, *_) = [one for one in await patient.run_once() if one.partition.name.endswith("_01")]
        assert done.waits == (Wait.OTHERS,)
    assert await scene.pool.fetchval("select count(*) from ingest.intake") == 1


def test_events_are_kept_as_long_as_deliveries_at_least() -> None:
    with pytest.raises(ValueError, match="set intake_months to 2 or less"):
        Retention(intake_months=3, events_months=2)
    with pytest.raises(ValueError, match="set intake_months to 2 or less"):
        Retention(events_months=2)
    assert Retention(intake_months=2).events_months is None
