"""Topics of Apache Kafka that somebody has set otherwise, as `leadtrace doctor` finds them."""

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from leadtrace.bus.kafka import KafkaBus
from leadtrace.bus.protocol import TopicSpec
from leadtrace.cli.finding import Verdict
from leadtrace.cli.topics_check import findings_of
from leadtrace.runtime.clock import SystemClock, SystemIds
from tests.contract.bus.buses import apache_config

WANTED_MS = 604_800_000
CHANGED = {
    "cleanup.policy": "compact",
    "retention.ms": "3600000",
    "retention.bytes": "1000000",
    "max.message.bytes": "1000",
}


@pytest.mark.apache
async def test_what_was_changed_at_the_broker_is_found(apache_bootstrap: str) -> None:
    spec = TopicSpec(f"kept-{SystemIds(SystemClock()).uuid7().hex}", 2, retention_ms=WANTED_MS)
    admin = await KafkaBus(apache_config(apache_bootstrap)).admin()
    client = AIOKafkaAdminClient(bootstrap_servers=apache_bootstrap)
    await client.start()
    try:
        await admin.create_topics([spec])
        (made,) = await admin.describe([spec.name])
        (good,) = findings_of([(spec, made)])
        await client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, spec.name, CHANGED)])
        (changed,) = await admin.describe([spec.name])
    finally:
        await client.close()
        await admin.close()
    assert good.verdict is Verdict.GOOD
    said = {
        finding.detail.partition(" is ")[0]: finding.verdict for finding in findings_of([(spec, changed)])
    }
    assert said == {
        "cleanup.policy": Verdict.BAD,
        "max.message.bytes": Verdict.BAD,
        "retention": Verdict.DOUBTFUL,
    }
