"""Three brokers of Apache Kafka keep what PostgreSQL cannot; one dies, the door dies, nothing is lost."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from leadtrace.cli.traffic.hubspot_day import make_deliveries
from leadtrace.embedded.apache_jars import kafka_home
from leadtrace.embedded.apache_kafka import ApacheKafka
from leadtrace.runtime.clock import SystemClock, SystemIds
from leadtrace.testing.brokers import require_apache
from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.hubspot_reference import events_of
from tests.e2e.by_hand import KEY, ByHand, by_hand_with, one_by_one

pytestmark = [pytest.mark.slow, pytest.mark.apache]

BODIES = one_by_one(make_deliveries(datetime(2026, 11, 1, tzinfo=UTC), leads=60))
HALF = len(BODIES) // 2
PARTS = ("door", "relay")


async def topic_is_usable(parts: ByHand) -> bool:
    """Whether the door has learnt that the cluster replicates."""
    answer = await parts.ask("door", "/v1/admin/spill", key=KEY)
    places = answer.json()["places"] if answer is not None else []
    return any(place["place"] == "topic" and place["usable"] for place in places)


async def items(parts: ByHand) -> dict[str, Any]:
    """The first equation's terms for the one sender."""
    connection = await asyncpg.connect(parts.url)
    try:
        return dict(await connection.fetchrow("select * from ingest.pub_items") or {})
    finally:
        await connection.close()


async def test_the_topic_keeps_requests_while_a_broker_and_the_door_die(
    data_folder: Path, tmp_path: Path
) -> None:
    require_apache()
    ids = SystemIds(SystemClock())
    kafka = ApacheKafka(home=kafka_home(), data=tmp_path / "kafka", ids=ids, brokers=3)
    async with by_hand_with(kafka, data_folder) as parts:
        await asyncio.gather(parts.start_postgres(), parts.start_broker())
        await parts.start(*PARTS)
        await parts.until_missing(PARTS, {})
        await eventually_answers(
            lambda: topic_is_usable(parts), what="the door trusts the topic", deadline_s=60.0
        )

        posting = asyncio.create_task(parts.client.post(BODIES[:HALF], repeat_share=0.1))
        await parts.postgres.stop()
        assert (await posting).retried == 0
        kept = await parts.counted("door", "leadtrace_spilled_requests_total", place="topic")
        assert kept > 0
        assert (await parts.spilled())["file"] == 0

        # Two of three are in sync, which is enough; what it cannot confirm in time goes to the file.
        await kafka.nodes[2].kill()
        posted = await parts.client.post(BODIES[HALF:])
        assert posted.retried == 0, parts.log_of("door")[-6000:]

        await parts.kill("door")
        await parts.start_postgres()
        await parts.start("door")
        expected = len(events_of(BODIES))

        async def all_published() -> bool:
            return (await items(parts)).get("published") == expected

        await eventually_answers(all_published, what="everything is filed and published", deadline_s=120.0)
        counted = await items(parts)
        assert counted["pending"] == counted["quarantined"] == 0
        assert counted["accepted"] == counted["published"] + counted["duplicate"] + counted["ignored"]
