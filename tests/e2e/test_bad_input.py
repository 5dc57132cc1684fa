"""What a sender gets wrong, against the whole system: refused or quarantined, never at a neighbour's cost."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from leadtrace.cli.traffic.signature import signed_headers
from leadtrace.embedded.datafolder import DataFolder, RunState
from leadtrace.runtime.clock import SystemClock
from leadtrace.store.connection import Connection
from leadtrace.store.engine import connect
from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.installation import SECRET, Installation
from tests.e2e.hubspot import body, change, creation, event
from tests.e2e.opened import held_raws

pytestmark = pytest.mark.slow

GOOD = body(creation(1), change(1, "hs_analytics_source", "REFERRALS"))
MAX_BODY_BYTES = 1_048_576
MAX_ITEMS = 5_000
STALE_MS = 301_000
PARTITIONS = 8  # of each topic, by default
POISON = b'{"this": "is no event"'


def state_of(installation: Installation) -> RunState:
    """Where PostgreSQL and the broker of this run are."""
    state = DataFolder(installation.folder).read_state()
    assert state is not None
    return state


@pytest.fixture
async def database(shared: Installation) -> AsyncIterator[Connection]:
    """The installation's own database."""
    connection = await connect(state_of(shared).postgres_url)
    yield connection
    await connection.close()


async def post(
    installation: Installation, content: bytes, *, late_ms: int = 0, secret: str = SECRET
) -> httpx.Response:
    """POST once, signed `late_ms` ago."""
    signed_ms = SystemClock().now_us() // 1_000 - late_ms
    headers = signed_headers(secret, installation.hook, content, signed_ms)
    return await send(installation, content, headers)


async def send(installation: Installation, content: bytes, headers: dict[str, str]) -> httpx.Response:
    async with httpx.AsyncClient(timeout=10.0) as client:
        return await client.post(installation.hook, content=content, headers=headers)


async def stored(database: Connection) -> int:
    """How many deliveries the intake log holds."""
    return int(await database.fetchval("select count(*) from ingest.intake"))


async def fate_of(installation: Installation, answer: httpx.Response) -> dict[str, Any]:
    """What `/v1/intake/{id}` says once the relay is done with a delivery."""
    assert answer.is_success, answer.text
    path = f"/v1/intake/{answer.json()['intake_id']}"

    async def done() -> dict[str, Any] | None:
        said = await installation.get(path)
        return said if said["outcomes"] is not None else None

    said = await eventually_answers(done, what="the relay is done with it", deadline_s=30.0)
    assert said is not None
    return said


def expect_problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The problem document of a refusal, which says what to do."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["detail"]
    assert problem["remedy"]
    return problem


class TestSignature:
    async def test_missing(self, shared: Installation, database: Connection) -> None:
        before = await stored(database)
        answer = await send(shared, GOOD, {"Content-Type": "application/json"})
        assert "signature" in expect_problem(answer, 401)["detail"]
        assert await stored(database) == before

    async def test_of_another_secret(self, shared: Installation, database: Connection) -> None:
        before = await stored(database)
        expect_problem(await post(shared, GOOD, secret="another-secret"), 401)
        assert await stored(database) == before

    async def test_of_another_body(self, shared: Installation, database: Connection) -> None:
        before = await stored(database)
        now_ms = SystemClock().now_us() // 1_000
        expect_problem(
            await send(shared, GOOD + b" ", signed_headers(SECRET, shared.hook, GOOD, now_ms)), 401
        )
        assert await stored(database) == before

    async def test_stale(self, shared: Installation, database: Connection) -> None:
        before = await stored(database)
        assert "300 s" in expect_problem(await post(shared, GOOD, late_ms=STALE_MS), 401)["detail"]
        assert await stored(database) == before

    async def test_from_the_future(self, shared: Installation, database: Connection) -> None:
        before = await stored(database)
        expect_problem(await post(shared, GOOD, late_ms=-STALE_MS), 401)
        assert await stored(database) == before


class TestTooLarge:
    async def test_announced(self, shared: Installation, database: Connection) -> None:
        before = await stored(database)
        expect_problem(await post(shared, b"[" + b" " * MAX_BODY_BYTES + b"]"), 413)
        assert await stored(database) == before

    async def test_streamed(self, shared: Installation, database: Connection) -> None:
        before = await stored(database)

        async def chunks() -> AsyncIterator[bytes]:
            for _ in range(MAX_BODY_BYTES // 65_536 + 1):
                yield b" " * 65_536

        async with httpx.AsyncClient(timeout=10.0) as client:
            answer = await client.post(shared.hook, content=chunks())
        expect_problem(answer, 413)
        assert await stored(database) == before

    async def test_too_many_items(self, shared: Installation, database: Connection) -> None:
        before = await stored(database)
        content = b"[" + b",".join([b"{}"] * (MAX_ITEMS + 1)) + b"]"
        assert str(MAX_ITEMS) in expect_problem(await post(shared, content), 413)["detail"]
        assert await stored(database) == before


class TestQuarantine:
    async def test_a_body_that_is_no_json(self, shared: Installation, database: Connection) -> None:
        answer = await post(shared, b"subscriptionType=contact.creation")
        assert answer.status_code == 202
        said = await fate_of(shared, answer)
        assert said["outcomes"]["quarantined"] == said["accepted_items"] == 1
        assert [item["reason"] for item in said["outcomes"]["items"]] == ["not_json"]
        held = dict((await held_raws(shared, database)).values())
        assert held[UUID(said["intake_id"])] == b"subscriptionType=contact.creation"

    async def test_one_bad_item_among_good_ones(self, shared: Installation) -> None:
        unknown = event("contact.levitation", 20)
        content = body(creation(20), unknown, change(20, "hs_analytics_source", "OFFLINE"))
        said = await fate_of(shared, await post(shared, content))
        assert said["outcomes"]["published"] == 2
        assert said["outcomes"]["quarantined"] == 1
        assert said["outcomes"]["items"] == [
            {"item": 1, "outcome": "quarantined", "reason": "unknown_type"},
        ]
        await expect_balance(shared)
        assert await channels(shared) >= {"offline"}

    async def test_delivering_it_again_changes_nothing(self, shared: Installation) -> None:
        content = body(creation(21), event("contact.levitation", 21))
        first = await fate_of(shared, await post(shared, content))
        again = await fate_of(shared, await post(shared, content))
        assert (first["outcomes"]["published"], first["outcomes"]["quarantined"]) == (1, 1)
        assert again["outcomes"]["duplicate"] == 2
        await expect_balance(shared)


async def test_a_poison_record_is_buried_and_its_partition_goes_on(
    shared: Installation, database: Connection
) -> None:
    await fate_of(shared, await post(shared, body(creation(30), change(30, "utm_campaign", "poisoned"))))
    lead_id = await lead_of_campaign(shared, "poisoned")
    key = str(lead_id).encode()
    servers = state_of(shared).kafka_bootstrap_servers
    producer = AIOKafkaProducer(bootstrap_servers=servers, enable_idempotence=False)
    await producer.start()
    try:
        sent = await producer.send_and_wait("lead-events", POISON, key=key)
    finally:
        await producer.stop()
    await fate_of(shared, await post(shared, body(change(30, "lifecyclestage", "marketingqualifiedlead"))))

    async def has_gone_on() -> bool:
        return bool((await shared.get(f"/v1/leads/{lead_id}"))["stage"] == "mql")

    await eventually_answers(has_gone_on, what="the next event of the lead arrives", deadline_s=30.0)
    for reader in ("scoring", "attribution"):
        row = await database.fetchrow(
            f'select topic, partition, "offset", reason, value from {reader}.dead_letters where value = $1',
            POISON,
        )
        assert row is not None
        assert tuple(row) == ("lead-events", sent.partition, sent.offset, "undecodable", POISON)
    copies = await copies_on(servers, "lead-events-dlq", 2)
    assert [copy.value for copy in copies] == [POISON, POISON]
    told = [{name: value.decode() for name, value in copy.headers} for copy in copies]
    assert {one["leadtrace-reader"] for one in told} == {"scoring", "attribution"}
    for one in told:
        assert one["leadtrace-reason"] == "undecodable"
        assert one["leadtrace-original-topic"] == "lead-events"
        assert one["leadtrace-original-partition"] == str(sent.partition)
        assert one["leadtrace-original-offset"] == str(sent.offset)
        assert one["leadtrace-detail"]
    await expect_balance(shared)


async def expect_balance(installation: Installation) -> None:
    """Nothing is pending and nothing is missing."""
    report = await installation.accounted(items=0, within_s=30.0)
    assert report["balanced"], json.dumps(report)
    assert report["difference"] == 0


async def channels(installation: Installation) -> set[str | None]:
    """The channels that the funnel tells of."""
    funnel = await installation.get("/v1/funnel", by="channel")
    return {group["key"]["channel"] for group in funnel["groups"]}


async def lead_of_campaign(installation: Installation, campaign: str) -> UUID:
    """The one lead that came by a campaign."""

    async def look() -> list[dict[str, Any]]:
        leads: list[dict[str, Any]] = (await installation.get("/v1/leads", campaign=campaign))["leads"]
        return leads

    leads = await eventually_answers(look, what=f"there is a lead of {campaign}", deadline_s=30.0)
    assert len(leads) == 1
    return UUID(leads[0]["lead_id"])


async def copies_on(servers: str, topic: str, count: int) -> list[Any]:
    """The first `count` records of a topic."""
    consumer = AIOKafkaConsumer(bootstrap_servers=servers, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, number) for number in range(PARTITIONS)])
        records: list[Any] = []
        async with asyncio.timeout(20.0):
            while len(records) < count:
                for found in (await consumer.getmany(timeout_ms=200)).values():
                    records += found
        return records
    finally:
        await consumer.stop()
