"""What `leadtrace doctor` says of the topics: whether they are there, and kept as leadtrace wants them kept.

A compacted topic loses records for good. Retention matters less: what a reader missed is published once more.
Only the spill's topic holds what is nowhere else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from leadtrace.bus.protocol import Admin, BusUnavailableError, TopicSpec, TopicState
from leadtrace.cli.finding import Finding, Verdict
from leadtrace.embedded.topics import topic_specs
from leadtrace.events.topics import Topic
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_groups import BrokerKind

LARGEST_RECORD_BYTES = 1_000_000
_CHECK = "topics"
_DELETE = "delete"


async def check_topics(settings: Settings, admin: Admin) -> list[Finding]:
    """What is missing first; else everything that is kept otherwise than it was asked for.

    Raises:
        BusUnavailableError: the broker cannot be reached.
    """
    specs = topic_specs(settings.kafka, settings.broker_kind)
    there = await admin.list_topics()
    missing = [spec.name for spec in specs if spec.name not in there]
    if missing:
        remedy = "run `leadtrace topics create`"
        return [Finding(_CHECK, Verdict.BAD, f"missing: {', '.join(missing)}", remedy)]
    if settings.broker_kind is BrokerKind.EMBEDDED:
        # It keeps everything until it ends, and tells of no settings.
        return [Finding(_CHECK, Verdict.GOOD, f"all {len(specs)} there")]
    try:
        states = {state.name: state for state in await admin.describe([spec.name for spec in specs])}
    except BusUnavailableError as error:
        detail = f"all {len(specs)} there; {error}"
        return [
            Finding(_CHECK, Verdict.DOUBTFUL, detail, "allow kafka.sasl_username DescribeConfigs on topics")
        ]
    return findings_of([(spec, states[spec.name]) for spec in specs if spec.name in states])


def findings_of(topics: Sequence[tuple[TopicSpec, TopicState]]) -> list[Finding]:
    """A finding for each rule that is broken, naming the topics that break it; else a single good one."""
    broken = [finding for rule in _RULES if (finding := _asked(rule, topics)) is not None]
    return broken or [Finding(_CHECK, Verdict.GOOD, f"all {len(topics)} there, kept as they should be")]


@dataclass(frozen=True, slots=True)
class _Rule:
    """`broken` says how a topic is kept instead; None if it keeps the rule. `so` is what comes of it."""

    verdict: Verdict
    setting: str
    so: str
    remedy: str
    broken: Callable[[TopicSpec, TopicState], str | None]


def _asked(rule: _Rule, topics: Sequence[tuple[TopicSpec, TopicState]]) -> Finding | None:
    found: dict[str, list[str]] = {}
    for spec, state in topics:
        kept = rule.broken(spec, state)
        if kept is not None:
            found.setdefault(kept, []).append(spec.name)
    if not found:
        return None
    said = "; ".join(
        f"{kept} ({'all topics' if len(names) == len(topics) else ', '.join(names)})"
        for kept, names in found.items()
    )
    return Finding(_CHECK, rule.verdict, f"{rule.setting} is {said}: {rule.so}", rule.remedy)


def _policy(_: TopicSpec, state: TopicState) -> str | None:
    return state.cleanup_policy if state.cleanup_policy != _DELETE else None


def _shorter(spec: TopicSpec, state: TopicState) -> str | None:
    if state.retention_bytes is not None:
        return f"{state.retention_bytes:,} bytes a partition"
    wanted, kept = spec.retention_ms, state.retention_ms
    if kept is None or (wanted is not None and kept >= wanted):
        return None
    return str(timedelta(milliseconds=kept))


def _shorter_spill(spec: TopicSpec, state: TopicState) -> str | None:
    return _shorter(spec, state) if spec.name == Topic.INTAKE_SPILL.value else None


def _shorter_other(spec: TopicSpec, state: TopicState) -> str | None:
    return _shorter(spec, state) if spec.name != Topic.INTAKE_SPILL.value else None


def _small_records(_: TopicSpec, state: TopicState) -> str | None:
    return f"{state.max_record_bytes:,} bytes" if state.max_record_bytes < LARGEST_RECORD_BYTES else None


def _out_of_sync(_: TopicSpec, state: TopicState) -> str | None:
    return f"{state.in_sync} of {state.min_insync}" if state.in_sync < state.min_insync else None


def _few_replicas(spec: TopicSpec, state: TopicState) -> str | None:
    return f"{state.replicas} instead of {spec.replication}" if state.replicas < spec.replication else None


def _few_confirm(spec: TopicSpec, state: TopicState) -> str | None:
    few = spec.min_insync > state.min_insync and state.replicas >= spec.replication
    return f"{state.min_insync} instead of {spec.min_insync}" if few else None


def _few_partitions(spec: TopicSpec, state: TopicState) -> str | None:
    return f"{state.partitions} instead of {spec.partitions}" if state.partitions < spec.partitions else None


_LONGER = "set retention.ms and retention.bytes=-1 by kafka-configs, or correct kafka.retention_hours"
_RULES = (
    _Rule(
        Verdict.BAD,
        "cleanup.policy",
        "records are lost for good",
        "set cleanup.policy=delete by kafka-configs, then run `leadtrace republish`",
        _policy,
    ),
    _Rule(
        Verdict.BAD,
        "retention",
        "what was acknowledged may be deleted before it is filed",
        _LONGER,
        _shorter_spill,
    ),
    _Rule(
        Verdict.BAD,
        "max.message.bytes",
        f"records of up to {LARGEST_RECORD_BYTES:,} bytes are refused, and all behind them wait",
        "raise max.message.bytes by kafka-configs",
        _small_records,
    ),
    _Rule(
        Verdict.BAD,
        "replicas in sync",
        "nothing can be published",
        "bring the brokers back that are away, and look at their own logs",
        _out_of_sync,
    ),
    _Rule(
        Verdict.DOUBTFUL,
        "replicas",
        "one broker may take records along",
        "add replicas by kafka-reassign-partitions, or correct kafka.replication",
        _few_replicas,
    ),
    _Rule(
        Verdict.DOUBTFUL,
        "min.insync.replicas",
        "one broker may take along what was confirmed",
        "raise min.insync.replicas by kafka-configs",
        _few_confirm,
    ),
    _Rule(
        Verdict.DOUBTFUL,
        "retention",
        "a reader that was away waits for records to be published once more",
        _LONGER,
        _shorter_other,
    ),
    _Rule(
        Verdict.DOUBTFUL,
        "partitions",
        "fewer processes of a service can share them",
        "add partitions by kafka-topics, or correct kafka.partitions",
        _few_partitions,
    ),
)
