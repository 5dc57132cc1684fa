"""The vendors' own clients against a running door: each event counts once, whatever fails on the way."""

import json
from collections import Counter
from datetime import timedelta

import pytest

from leadtrace_ingest.outcome import Outcome
from tests.integration.ingest.door_scene import running_door
from tests.integration.ingest.opened import stored_deliveries
from tests.integration.ingest.scene import Scene, ingest_scene
from tests.integration.ingest.segment_clients import CLIENTS, WRITE_KEY, Client, drive, install_node_clients
from tests.integration.ingest.unsteady_front import unsteady_front
from tests.unit.ingest.segment_messages import api_adapter

NEAR = timedelta(minutes=1)
SENDERS = {"website": {"kind": "segment", "secrets": ["the next key", WRITE_KEY]}}


@pytest.fixture(scope="session", autouse=True)
def node_clients() -> None:
    install_node_clients()


async def published(scene: Scene) -> Counter[str]:
    """What was published, by the short name of the type; every event stands there once."""
    await scene.drain()
    assert set(scene.published_ids().values()) <= {1}
    return Counter(
        event.type.removeprefix("io.leadtrace.").removesuffix(".v1") for event in scene.published()
    )


async def intake_headers(scene: Scene) -> list[dict[str, str]]:
    return [json.loads(row["headers"]) for row in await scene.pool.fetch("select headers from ingest.intake")]


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
async def test_an_unmodified_client_delivers_each_event_once(database_url: str, client: Client) -> None:
    async with running_door(database_url, senders=SENDERS) as door:
        await drive(client, str(door.client.base_url))
    async with ingest_scene(database_url, {"website": api_adapter(WRITE_KEY)}) as scene:
        assert await published(scene) == client.told
        outcomes = await scene.items()
        assert set(outcomes) == {"accepted", Outcome.PUBLISHED}
        headers = await intake_headers(scene)
        assert all(client.agent in one["user-agent"] for one in headers)
        assert not any(WRITE_KEY.encode() in one.body for one in await stored_deliveries(scene.pool))
        # The door's clock stood still while the client's ran: the times are told by the door's.
        assert all(abs(event.time - door.clock.now()) < NEAR for event in scene.published())


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
async def test_a_refused_and_a_lost_answer_cost_nothing_and_count_nothing_twice(
    database_url: str, client: Client
) -> None:
    async with (
        running_door(database_url, senders=SENDERS) as door,
        unsteady_front(door.client) as front,
    ):
        await drive(client, front.address)
        assert front.paths == {client.path}
        assert set(front.statuses) == {200}
        assert front.posts > front.refuse + front.lose
    async with ingest_scene(database_url, {"website": api_adapter(WRITE_KEY)}) as scene:
        assert await published(scene) == client.told
        outcomes = await scene.items()
        # What the door took although the client heard of a failure came again, and is known as a copy.
        assert outcomes[Outcome.DUPLICATE] > 0
        assert set(outcomes) == {"accepted", Outcome.PUBLISHED, Outcome.DUPLICATE}
