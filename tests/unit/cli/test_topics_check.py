"""`leadtrace doctor` on topics: what is kept otherwise than it was asked for, and how bad that is."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from leadtrace.bus.memory import MemoryAdmin, MemoryBus
from leadtrace.bus.protocol import BusUnavailableError, TopicSpec, TopicState
from leadtrace.cli.finding import Verdict
from leadtrace.cli.topics_check import LARGEST_RECORD_BYTES, check_topics, findings_of
from leadtrace.embedded.topics import topic_specs
from leadtrace.events.topics import Topic, all_topic_names
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_groups import Kafka

KAFKA = Settings(kafka=Kafka(bootstrap_servers="kafka:9092", replication=3))
HOUR_MS = 3_600_000
ASKED = TopicSpec("lead-events", 8, replication=3, min_insync=2, retention_ms=168 * HOUR_MS)
SPILL = replace(ASKED, name=Topic.INTAKE_SPILL.value)


def as_asked(spec: TopicSpec) -> TopicState:
    """The topic as Apache Kafka keeps it that was just made."""
    return TopicState(
        name=spec.name,
        partitions=spec.partitions,
        replicas=spec.replication,
        in_sync=spec.replication,
        min_insync=spec.min_insync,
        cleanup_policy="delete",
        retention_ms=spec.retention_ms,
        retention_bytes=None,
        max_record_bytes=1_048_588,
    )


def test_topics_that_are_kept_as_asked_are_good() -> None:
    (finding,) = findings_of([(ASKED, as_asked(ASKED)), (SPILL, as_asked(SPILL))])
    assert (finding.verdict, finding.detail) == (Verdict.GOOD, "all 2 there, kept as they should be")


@pytest.mark.parametrize(
    "better",
    [
        {"retention_ms": None},
        {"retention_ms": 10_000 * HOUR_MS},
        {"partitions": 64},
        {"replicas": 5, "in_sync": 4},
        {"min_insync": 3},
        {"max_record_bytes": LARGEST_RECORD_BYTES},
    ],
)
def test_more_than_was_asked_for_is_good(better: dict[str, Any]) -> None:
    (finding,) = findings_of([(ASKED, replace(as_asked(ASKED), **better))])
    assert finding.verdict is Verdict.GOOD


@pytest.mark.parametrize(
    ("kept", "verdict", "detail", "remedy"),
    [
        ({"cleanup_policy": "compact"}, "bad", "cleanup.policy is compact", "leadtrace republish"),
        (
            {"cleanup_policy": "compact,delete"},
            "bad",
            "cleanup.policy is compact,delete",
            "cleanup.policy=delete",
        ),
        ({"max_record_bytes": 999_999}, "bad", "max.message.bytes is 999,999 bytes", "max.message.bytes"),
        ({"in_sync": 1}, "bad", "replicas in sync is 1 of 2", "bring the brokers back"),
        (
            {"replicas": 1, "in_sync": 1, "min_insync": 1},
            "doubtful",
            "replicas is 1 instead of 3",
            "kafka.replication",
        ),
        ({"min_insync": 1}, "doubtful", "min.insync.replicas is 1 instead of 2", "min.insync.replicas"),
        ({"retention_ms": HOUR_MS}, "doubtful", "retention is 1:00:00", "kafka.retention_hours"),
        ({"retention_bytes": 1_000_000}, "doubtful", "retention is 1,000,000 bytes", "retention.bytes=-1"),
        ({"partitions": 3}, "doubtful", "partitions is 3 instead of 8", "kafka.partitions"),
    ],
)
def test_each_rule_that_is_broken_is_said_with_its_remedy(
    kept: dict[str, Any], verdict: str, detail: str, remedy: str
) -> None:
    other = replace(ASKED, name="deal-events")
    (finding,) = findings_of([(ASKED, replace(as_asked(ASKED), **kept)), (other, as_asked(other))])
    assert finding.verdict == verdict
    assert finding.detail.startswith(detail)
    assert "(lead-events):" in finding.detail
    assert remedy in finding.remedy


def test_what_is_acknowledged_and_nowhere_else_may_not_be_deleted_early() -> None:
    (finding,) = findings_of([(SPILL, replace(as_asked(SPILL), retention_ms=60_000))])
    assert finding.verdict is Verdict.BAD
    assert "retention is 0:01:00 (all topics)" in finding.detail


def test_topics_that_are_kept_alike_are_told_together() -> None:
    names = ("a", "b", "c")
    topics = [(spec := replace(ASKED, name=name), as_asked(spec)) for name in names]
    few = [(spec, replace(state, partitions=2 if spec.name == "c" else 4)) for spec, state in topics]
    (finding,) = findings_of(few)
    assert "partitions is 4 instead of 8 (a, b); 2 instead of 8 (c)" in finding.detail


class TestBroker:
    async def test_missing_topics_are_named_first(self) -> None:
        (finding,) = await check_topics(KAFKA, await MemoryBus().admin())
        assert finding.verdict is Verdict.BAD
        assert finding.remedy == "run `leadtrace topics create`"
        assert all(name in finding.detail for name in all_topic_names())

    async def test_those_that_leadtrace_creates_are_good(self) -> None:
        admin = await MemoryBus().admin()
        await admin.create_topics(topic_specs(KAFKA.kafka, KAFKA.broker_kind))
        (finding,) = await check_topics(KAFKA, admin)
        assert finding.verdict is Verdict.GOOD

    async def test_those_of_another_configuration_are_not(self) -> None:
        admin = await MemoryBus().admin()
        few = Kafka(bootstrap_servers="kafka:9092", partitions=2, retention_hours=1)
        await admin.create_topics(topic_specs(few, KAFKA.broker_kind))
        findings = await check_topics(KAFKA, admin)
        assert {one.verdict for one in findings} == {Verdict.BAD, Verdict.DOUBTFUL}
        assert any("all topics" in one.detail for one in findings)

    async def test_a_broker_that_does_not_tell_is_doubtful(self) -> None:
        class Silent(MemoryAdmin):
            async def describe(self, topics: Sequence[str]) -> list[TopicState]:
                raise BusUnavailableError(f"the broker does not tell cleanup.policy of {topics[0]}")

        admin = Silent(MemoryBus())
        await admin.create_topics(topic_specs(KAFKA.kafka, KAFKA.broker_kind))
        (finding,) = await check_topics(KAFKA, admin)
        assert finding.verdict is Verdict.DOUBTFUL
        assert "does not tell cleanup.policy" in finding.detail
        assert "DescribeConfigs" in finding.remedy

    async def test_the_embedded_broker_tells_of_no_settings(self) -> None:
        admin = await MemoryBus().admin()
        embedded = Settings()
        await admin.create_topics(topic_specs(embedded.kafka, embedded.broker_kind))
        (finding,) = await check_topics(embedded, admin)
        assert finding.detail == f"all {len(all_topic_names())} there"
