"""From the intake log to the topics: what is published, what is not and why, and that it all adds up."""

import asyncio
from itertools import chain
from uuid import UUID

import msgspec
import pytest

from leadtrace.events.deal import DealLinked
from leadtrace.testing.vault import wrapper_of
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.personal.raw import opened_item
from leadtrace_ingest.senders.hubspot.map import HubSpotAdapter
from leadtrace_ingest.senders.item import Item, ItemResult, Mapped
from leadtrace_ingest.senders.sender import Delivery
from tests.integration.ingest.scene import RECEIVED_AT, Scene, ingest_scene
from tests.unit.ingest.hubspot_items import (
    association,
    contact_property,
    deal_property,
    item,
    raw,
    shipped_adapter,
)

CREATED = item("contact.creation")
SOURCE = contact_property("hs_analytics_source", "OFFLINE", eventId=2)
WON = deal_property("dealstage", "closedwon", eventId=3)


class TestEnvelope:
    async def test_says_whose_event_it_is_and_where_it_comes_from(self, scene: Scene) -> None:
        intake_id = await scene.post(SOURCE, CREATED)
        await scene.drain()
        updated, touched, captured = sorted(scene.published(), key=lambda event: int(event.eventno))
        assert {event.source for event in (updated, touched, captured)} == {"hubspot/33"}
        assert {event.subject for event in (updated, touched, captured)} == {"contact/501"}
        assert {event.partitionkey for event in (updated, touched)} == {captured.partitionkey}
        assert touched.id == f"{updated.id}.t"
        assert (updated.rawid, captured.rawid) == (f"{intake_id}:0", f"{intake_id}:1")
        assert (updated.sequence, updated.sourcerank, updated.mapping) == (f"{2:020}", 50, "hubspot@2")
        assert (updated.bindingrev, updated.recordedtime) == (1, RECEIVED_AT)
        assert UUID(updated.partitionkey).version == 5

    async def test_a_link_binds_a_contact_that_nobody_knows_yet(self, scene: Scene) -> None:
        await scene.post(association("CONTACT_TO_DEAL"))
        await scene.drain()
        (linked,) = scene.published()
        lead = msgspec.json.decode(linked.data, type=DealLinked).lead
        await scene.post(CREATED)
        await scene.drain()
        captured = next(event for event in scene.published() if event.subject == "contact/501")
        assert (linked.subject, lead.subject, lead.source) == ("deal/9001", "contact/501", "hubspot/33")
        assert (lead.lead_id, lead.bindingrev) == (captured.partitionkey, captured.bindingrev)

    async def test_the_stored_event_is_the_published_one(self, scene: Scene) -> None:
        await scene.post(SOURCE, WON, association("DEAL_TO_CONTACT"))
        await scene.drain()
        rows = await scene.pool.fetch("select * from ingest.pub_events")
        by_number = {event.eventno: event for event in scene.published()}
        assert len(rows) == len(by_number) == 4
        for row in rows:
            event = by_number[str(row["event_no"])]
            told = (event.source, event.id, event.type, event.subject, event.time, event.recordedtime)
            names = ("source", "id", "type", "subject", "occurred_at", "recorded_at")
            assert tuple(row[name] for name in names) == told
            assert (str(row["entity_id"]), row["mapping"]) == (event.partitionkey, event.mapping)
            assert msgspec.json.encode(event) == row["body"]

    async def test_ids_depend_on_the_secret_of_the_installation_alone(self, scene: Scene) -> None:
        await scene.post(CREATED)
        await scene.drain()
        first = scene.published()[0].partitionkey
        await scene.pool.execute("truncate ingest.subjects, ingest.claims, ingest.events")
        await scene.post(CREATED | {"eventId": 77})
        await scene.drain()
        assert scene.published()[-1].partitionkey == first


class TestDuplicates:
    async def test_fifty_parallel_copies_are_published_once(self, scene: Scene) -> None:
        bodies = [raw([SOURCE | {"attemptNumber": attempt}]) for attempt in range(50)]
        await scene.accept(*bodies)
        await asyncio.gather(*(scene.drain(chunk_items=7) for _ in range(3)))
        assert set((await scene.stored_ids()).values()) == {1}
        assert set(scene.published_ids().values()) == {1}
        assert await scene.items() == {"accepted": 50, "published": 1, "duplicate": 49}

    async def test_a_copy_says_of_which_item(self, scene: Scene) -> None:
        first = await scene.post(CREATED, WON)
        await scene.drain()
        second = await scene.post(SOURCE, WON | {"attemptNumber": 1})
        await scene.drain()
        assert await scene.outcomes(first) == {"published": 2}
        assert await scene.outcomes(second) == {
            "published": 1,
            "duplicate": 1,
            "items": [{"item": 1, "outcome": "duplicate", "of": f"{first}:1"}],
        }

    async def test_within_one_chunk_the_first_received_wins(self, scene: Scene) -> None:
        first, second = await scene.accept(raw([CREATED, CREATED]), raw([CREATED]))
        await scene.drain()
        assert (await scene.outcomes(first))["items"] == [
            {"item": 1, "outcome": "duplicate", "of": f"{first}:0"}
        ]
        assert (await scene.outcomes(second))["items"] == [
            {"item": 0, "outcome": "duplicate", "of": f"{first}:0"}
        ]

    async def test_an_impostor_is_held_and_not_published(self, scene: Scene) -> None:
        first = await scene.post(CREATED)
        second = await scene.post(CREATED | {"changeSource": "IMPORT"})
        await scene.drain()
        assert (await scene.outcomes(second))["items"] == [
            {"item": 0, "outcome": "quarantined", "reason": "id_conflict", "of": f"{first}:0"}
        ]
        assert await scene.items() == {"accepted": 2, "published": 1, "quarantined": 1}

    async def test_redoing_an_item_is_no_duplicate_and_stores_nothing_twice(self, scene: Scene) -> None:
        intake_id = await scene.post(SOURCE, CREATED, contact_property("lifecyclestage", "77"))
        await scene.drain()
        stored = await scene.pool.fetch("select * from ingest.events order by event_no")
        await scene.pool.execute("update ingest.intake set state = 'pending'")
        again = await scene.post(CREATED)
        await scene.drain()
        assert await scene.pool.fetch("select * from ingest.events order by event_no") == stored
        assert set(scene.published_ids().values()) == {2}
        assert (await scene.outcomes(intake_id))["published"] == 2
        assert (await scene.outcomes(again))["duplicate"] == 1
        assert await scene.items() == {"accepted": 4, "published": 2, "duplicate": 1, "quarantined": 1}


class TestQuarantine:
    async def test_bad_items_are_held_and_their_neighbours_go_through(self, scene: Scene) -> None:
        good = [CREATED, SOURCE, WON]
        bad = [
            item("object.creation", objectTypeId="2-77"),
            item("contact.teleported"),
            17,
            item("contact.creation", occurredAt=5),
            contact_property("lifecyclestage", "77\x00"),
            deal_property("amount", "lots"),
            contact_property("industry", "x" * 300_000),
        ]
        await scene.post(*chain.from_iterable(zip(good, bad[:3], strict=True)), *bad[3:])
        await scene.accept(b"{not json", b"")
        await scene.drain()
        assert await scene.items() == {"accepted": 12, "published": 3, "quarantined": 9}
        rows = await scene.pool.fetch("select * from ingest.quarantine")
        assert {row["reason"] for row in rows} == {
            Reason.UNMAPPED_OBJECT,
            Reason.UNKNOWN_TYPE,
            Reason.INVALID_ITEM,
            Reason.BAD_TIME,
            Reason.UNMAPPED_STAGE,
            Reason.TOO_LARGE,
            Reason.NOT_JSON,
        }
        assert {row["mapping"] for row in rows} == {"hubspot@2"}
        raws = {
            opened_item(wrapper_of(), row["intake_id"], row["item"], row["raw"], row["raw_key"])
            for row in rows
        }
        assert raws >= {raw(bad[0]), b"17", b"{not json", b""}
        assert {event.subject for event in scene.published()} == {"contact/501", "deal/9001"}

    async def test_a_copy_of_a_held_item_is_a_duplicate_that_moves_its_last_sight(self, scene: Scene) -> None:
        await scene.post(item("contact.teleported"))
        await scene.drain()
        sights = "select first_seen_at, last_seen_at from ingest.pub_quarantine"
        before = await scene.pool.fetchrow(sights)
        await scene.pool.execute("update ingest.quarantine set last_seen_at = first_seen_at - interval '1 h'")
        await scene.post(item("contact.teleported", attemptNumber=1))
        await scene.drain()
        assert (
            await scene.pool.fetchrow("select first_seen_at, last_seen_at from ingest.pub_quarantine")
            == before
        )
        assert await scene.items() == {"accepted": 2, "duplicate": 1, "quarantined": 1}

    async def test_an_event_that_no_topic_takes_costs_its_item_and_stops_nobody(
        self, database_url: str
    ) -> None:
        class Swelling(HubSpotAdapter):
            def map_item(self, item: Item, delivery: Delivery) -> ItemResult:
                result = super().map_item(item, delivery)
                if b"9001" not in item.raw or not isinstance(result, Mapped):
                    return result
                large = msgspec.structs.replace(result.drafts[0], data=b'"' + b"x" * 1_000_000 + b'"')
                small = msgspec.structs.replace(result.drafts[0], suffix=".small")
                return msgspec.structs.replace(result, drafts=(small, large))

        swelling = Swelling("hubspot", [b"s"], shipped_adapter()._mapping)
        async with ingest_scene(database_url, {"hubspot": swelling}) as scene:
            await scene.post(CREATED, WON, SOURCE)
            await scene.drain()
            assert await scene.items() == {"accepted": 3, "published": 2, "quarantined": 1}
            assert await scene.pool.fetchval("select reason from ingest.quarantine") == Reason.TOO_LARGE
            assert {event.subject for event in scene.published()} == {"contact/501"}

    async def test_what_means_nothing_is_ignored_with_a_reason(self, scene: Scene) -> None:
        intake_id = await scene.post(contact_property("lifecyclestage", "other"))
        await scene.drain()
        assert (await scene.outcomes(intake_id))["items"] == [
            {"item": 0, "outcome": "ignored", "reason": "stage_ignored"}
        ]
        assert await scene.items() == {"accepted": 1, "ignored": 1}

    @pytest.mark.logs_internal_errors
    async def test_a_bug_in_the_adapter_costs_one_item(self, database_url: str) -> None:
        class Buggy(HubSpotAdapter):
            def map_item(self, item: Item, delivery: Delivery) -> ItemResult:
                if b"deal." in item.raw:
                    raise ZeroDivisionError
                return super().map_item(item, delivery)

        shipped = shipped_adapter()
        buggy = Buggy("hubspot", [b"s"], shipped._mapping)
        async with ingest_scene(database_url, {"hubspot": buggy}) as scene:
            await scene.post(CREATED, WON, SOURCE)
            await scene.drain()
            assert await scene.items() == {"accepted": 3, "published": 2, "quarantined": 1}
            row = await scene.pool.fetchrow("select * from ingest.quarantine")
            assert row is not None
            assert (row["reason"], row["detail"]) == ("adapter_error", "ZeroDivisionError")
            held = (row["intake_id"], row["item"], row["raw"], row["raw_key"])
            assert opened_item(wrapper_of(), *held) == raw(WON)

    async def test_what_the_database_cannot_take_is_held_and_its_neighbours_go_on(
        self, database_url: str
    ) -> None:
        class Careless(HubSpotAdapter):
            def map_item(self, item: Item, delivery: Delivery) -> ItemResult:
                result = super().map_item(item, delivery)
                return msgspec.structs.replace(result, source="a\x00b") if b"9001" in item.raw else result

        careless = Careless("hubspot", [b"s"], shipped_adapter()._mapping)
        async with ingest_scene(database_url, {"hubspot": careless}) as scene:
            await scene.post(CREATED)
            poison = await scene.post(WON, item("contact.creation", objectId=502))
            await scene.post(SOURCE)
            await scene.drain()
            assert await scene.items() == {"accepted": 4, "published": 2, "quarantined": 2}
            assert (await scene.outcomes(poison))["quarantined"] == 2


async def test_deliveries_of_a_sender_that_is_gone_stay_pending(scene: Scene) -> None:
    await scene.post(CREATED)
    scene.senders.clear()
    await scene.drain()
    assert await scene.items() == {"accepted": 1, "pending": 1}


async def test_a_chunk_is_bounded_by_the_bytes_of_its_bodies(scene: Scene) -> None:
    bodies = [raw([item("contact.creation", eventId=n)]).ljust(1_000) for n in range(5)]
    await scene.accept(*bodies)
    relay = scene.relay(chunk_bytes=2_000)
    try:
        assert [await relay.run_once() for _ in range(4)] == [2, 2, 1, 0]
    finally:
        await relay.close()


async def test_many_large_items_are_held_statement_by_statement(scene: Scene) -> None:
    bad = [item("contact.teleported", eventId=n, propertyValue="x" * 200_000) for n in range(60)]
    await scene.post(*bad)
    await scene.drain()
    assert await scene.items() == {"accepted": 60, "quarantined": 60}
    held = await scene.pool.fetch("select octet_length(raw) from ingest.quarantine")
    assert all(size > 200_000 for (size,) in held)


async def test_two_relays_side_by_side_do_each_item_once(scene: Scene) -> None:
    bodies = [
        raw(
            [
                item("contact.creation", eventId=n, objectId=n % 40),
                contact_property("email", f"a{n}@b.de", eventId=n, objectId=n % 40),
            ]
        )
        for n in range(300)
    ]
    await scene.accept(*bodies, *reversed(bodies))
    relays = [scene.drain(chunk_items=20) for _ in range(2)]
    await asyncio.gather(*relays)
    assert await scene.items() == {"accepted": 1200, "published": 600, "duplicate": 600}
    assert set((await scene.stored_ids()).values()) == {1}
    assert set(scene.published_ids().values()) == {1}
    assert await scene.pool.fetchval("select count(*) from ingest.subjects") == 40
