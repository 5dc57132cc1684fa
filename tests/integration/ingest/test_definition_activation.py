"""A version takes over: never without both teams, at once, for good in history, and told on its topic."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
import pytest_asyncio

from leadtrace.events.codec import decode_data, decode_event
from leadtrace.events.definition import DefinitionActivated
from leadtrace.events.topics import Topic
from leadtrace.store.engine import connect
from tests.integration.ingest.definitions_scene import DefinitionsScene, definitions_scene
from tests.integration.ingest.scene import Scene


@pytest_asyncio.fixture
async def desk(database_url: str) -> AsyncIterator[DefinitionsScene]:
    async with definitions_scene(database_url) as made:
        yield made


def told_on(scene: Scene) -> list[DefinitionActivated]:
    """What stands on the topic, in order."""
    log = scene.bus.reach()
    events = [
        decode_event(record.value)
        for place in log.places((Topic.DEFINITIONS.value,))
        for record in log.records(place)
    ]
    assert len({event.partitionkey for event in events}) <= 1
    found = []
    for event in events:
        data = decode_data(event)
        assert isinstance(data, DefinitionActivated)
        found.append(data)
    return found


class TestRefused:
    async def test_everything_that_is_missing_is_named_and_nothing_changes(
        self, desk: DefinitionsScene
    ) -> None:
        await desk.register(2)
        told = await desk.refused("POST", "/2/activate")
        assert (told["status"], told["type"]) == (409, "urn:leadtrace:problem:version_not_ready")
        assert [one["rule"] for one in told["missing"]] == [
            "marketing has not approved it",
            "sales has not approved it",
            "it is not in the shadow",
        ]
        assert "`leadtrace definitions approve 2 --team sales --by NAME`" in told["remedy"]

    @pytest.mark.parametrize("order", [{"force": True}, {"teams": []}, {"approvals": "given"}])
    async def test_there_is_no_way_round_the_approvals(
        self, desk: DefinitionsScene, order: dict[str, object]
    ) -> None:
        await desk.register(2)
        await desk.approve(2, teams=("sales",))
        await desk.done("POST", "/2/shadow")
        await desk.fold()
        told = await desk.refused("POST", "/2/activate?force=true", **order)
        assert [one["rule"] for one in told["missing"]] == ["marketing has not approved it"]
        assert len((await desk.done("GET"))["activations"]) == 1

    async def test_a_yes_to_another_version_is_none(self, desk: DefinitionsScene) -> None:
        for version in (2, 3):
            await desk.register(version, enter_at=60 + version)
        await desk.approve(2)
        await desk.done("POST", "/3/shadow")
        await desk.fold()
        assert len((await desk.refused("POST", "/3/activate"))["missing"]) == 2

    async def test_services_that_are_not_done_are_named(self, desk: DefinitionsScene) -> None:
        await desk.register(2)
        await desk.approve(2)
        await desk.done("POST", "/2/shadow")
        told = await desk.refused("POST", "/2/activate")
        assert [one["rule"] for one in told["missing"]] == [
            f"{service} has not begun to fold it" for service in ("scoring", "attribution", "api")
        ]
        await desk.fold(3, 9)
        assert "api has folded 3 of 9" in (await desk.refused("POST", "/2/activate"))["detail"]
        await desk.fold(9, 9, error="ValueError: no")
        assert (
            "scoring failed to fold it: ValueError: no"
            in ((await desk.refused("POST", "/2/activate"))["detail"])
        )

    async def test_a_shadow_that_was_ended_counts_no_more(self, desk: DefinitionsScene) -> None:
        await desk.register(2)
        await desk.approve(2)
        await desk.done("POST", "/2/shadow")
        await desk.fold()
        await desk.done("DELETE", "/2/shadow")
        await desk.done("POST", "/2/shadow")
        assert "scoring has not begun to fold it" in (await desk.refused("POST", "/2/activate"))["detail"]

    async def test_a_service_without_its_view_is_not_done(self, desk: DefinitionsScene) -> None:
        await desk.register(2)
        await desk.approve(2)
        await desk.done("POST", "/2/shadow")
        await desk.fold()
        await desk.owner.execute("drop table api.pub_shadow")
        (missing,) = (await desk.refused("POST", "/2/activate"))["missing"]
        assert missing["rule"] == "api has not begun to fold it"


class TestActivated:
    async def test_the_shadow_ends_and_history_goes_on(self, desk: DefinitionsScene) -> None:
        await desk.register(2)
        await desk.approve(2)
        told = await desk.activated(2)
        assert (told["before"], told["activation"]["ordinal"]) == (1, 2)
        shown = await desk.done("GET")
        assert (shown["in_force"], shown["shadow"]) == (2, None)
        assert [(one["ordinal"], one["version"]) for one in shown["activations"]] == [(1, 1), (2, 2)]
        ended = await desk.owner.fetchrow("select ended_as, ended_at from ingest.definition_shadows")
        assert dict(ended or {}) == {"ended_as": "activated", "ended_at": desk.door.clock.now()}
        again = await desk.refused("POST", "/2/activate")
        assert again["type"] == "urn:leadtrace:problem:version_in_force"

    async def test_the_relay_tells_readers(self, desk: DefinitionsScene, scene: Scene) -> None:
        registered = await desk.register(2)
        await desk.approve(2)
        await desk.activated(2)
        await scene.drain()
        await scene.drain()
        (event,) = told_on(scene)
        assert (event.version, event.before, event.hash) == (2, 1, registered["hash"])
        assert event.activated_at == desk.door.clock.now()
        assert [(one.team.value, one.by) for one in event.approvals] == [
            ("marketing", "Somebody of marketing"),
            ("sales", "Somebody of sales"),
        ]
        assert await desk.owner.fetchval("select count(*) from ingest.unpublished") == 0

    async def test_going_back_is_another_activation_with_the_yes_of_then(
        self, desk: DefinitionsScene, scene: Scene
    ) -> None:
        for version in (2, 3):
            await desk.register(version, enter_at=60 + version)
            await desk.approve(version)
            await desk.activated(version)
            desk.door.clock.advance(timedelta(days=30))
        await desk.activated(2)
        shown = await desk.done("GET")
        assert [one["version"] for one in shown["activations"]] == [1, 2, 3, 2]
        await scene.drain()
        assert [(one.before, one.version) for one in told_on(scene)] == [(1, 2), (2, 3), (3, 2)]

    async def test_the_next_shadow_waits_for_every_service(self, desk: DefinitionsScene) -> None:
        for version in (2, 3):
            await desk.register(version, enter_at=60 + version)
            await desk.approve(version)
        await desk.done("POST", "/2/shadow")
        await desk.fold()
        await desk.done("POST", "/2/activate")
        await desk.take_over("scoring")
        for version in (1, 3):
            told = await desk.refused("POST", f"/{version}/shadow")
            assert (told["status"], told["type"]) == (409, "urn:leadtrace:problem:version_not_taken_over")
            assert "attribution, api have not taken over version 2 yet" in told["detail"]
            assert "`leadtrace definitions history`" in told["remedy"]
        await desk.take_over("attribution")
        assert "api has not taken over" in (await desk.refused("POST", "/3/shadow"))["detail"]
        await desk.take_over("api")
        await desk.done("POST", "/3/shadow")

    async def test_to_go_back_to_what_was_shipped_it_must_be_approved(self, desk: DefinitionsScene) -> None:
        await desk.register(2)
        await desk.approve(2)
        await desk.activated(2)
        await desk.done("POST", "/1/shadow")
        await desk.fold()
        assert len((await desk.refused("POST", "/1/activate"))["missing"]) == 2
        await desk.approve(1)
        assert (await desk.done("POST", "/1/activate"))["before"] == 2

    async def test_moments_of_history_grow_though_the_clock_steps_back(self, desk: DefinitionsScene) -> None:
        for version in (2, 3):
            await desk.register(version, enter_at=60 + version)
            await desk.approve(version)
            await desk.activated(version)
            desk.door.clock.advance(timedelta(hours=-1))
        told = (await desk.done("GET"))["activations"]
        moments = [datetime.fromisoformat(one["activated_at"]) for one in told]
        assert moments == sorted(set(moments))


async def test_readers_see_no_more_than_the_views(database_url: str) -> None:
    connection = await connect(database_url, "leadtrace_api")
    try:
        assert not await connection.fetchval(
            "select has_table_privilege('ingest.definition_approvals', 'select')"
        )
    finally:
        await connection.close()
