"""What only a cluster has: replicas, of which a confirmed record needs more than one."""

import pytest

from leadtrace.bus.kafka import KafkaBus
from leadtrace.bus.protocol import BusUnavailableError, Replication, TopicSpec
from leadtrace.embedded.apache_kafka import ApacheKafka
from leadtrace.testing.eventually import eventually_answers
from tests.contract.bus.buses import apache_config


@pytest.mark.apache
@pytest.mark.slow
async def test_the_cluster_tells_how_a_topic_is_replicated(apache_cluster: ApacheKafka) -> None:
    admin = await KafkaBus(apache_config(apache_cluster.bootstrap_servers)).admin()
    try:
        await admin.create_topics(
            [TopicSpec("safe", 2, replication=3, min_insync=2), TopicSpec("not-safe", 2, replication=2)]
        )

        async def told() -> bool:
            # A topic that was made is known to every broker of a cluster only a little later.
            try:
                return await admin.replication("safe") is not None
            except BusUnavailableError:
                return False

        await eventually_answers(told, what="every broker knows the topics")
        assert await admin.replication("safe") == Replication(3, 2)
        assert await admin.replication("not-safe") == Replication(2, 1)
    finally:
        await admin.close()
