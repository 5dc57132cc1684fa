"""What a loop tells Prometheus: records by outcome, time and size of batches, lag."""

from collections.abc import Sequence

from leadtrace.bus.protocol import PartitionLag
from leadtrace.runtime.handler import Applied
from leadtrace.runtime.metrics import MetricDef, Metrics, MetricType

RECORDS = MetricDef(
    "leadtrace_records_total",
    MetricType.COUNTER,
    "records",
    "Records that this process took through its loop, by outcome; business totals are counted from tables.",
    ("consumer_group", "outcome"),
)
BATCH_DURATION = MetricDef(
    "leadtrace_batch_duration_seconds",
    MetricType.HISTOGRAM,
    "seconds",
    "Time from a polled batch to its committed offsets.",
    ("consumer_group",),
)
BATCH_RECORDS = MetricDef(
    "leadtrace_batch_size_records",
    MetricType.HISTOGRAM,
    "records",
    "Records in a batch that went through.",
    ("consumer_group",),
    buckets=(1, 10, 100, 500, 1_000, 2_500, 5_000, 10_000),
)
CONSUMER_LAG = MetricDef(
    "leadtrace_consumer_lag_records",
    MetricType.GAUGE,
    "records",
    "Records of a partition that the group has not read yet.",
    ("consumer_group", "topic", "partition"),
)


class LoopMetrics:
    """The live metrics of one consumer group in this process."""

    def __init__(self, metrics: Metrics, group: str) -> None:
        self._group = group
        records = metrics.counter(RECORDS)
        self._outcomes = {
            outcome: records.labels(consumer_group=group, outcome=outcome)
            for outcome in ("applied", "duplicate", "stuck", "dead_lettered")
        }
        self._duration = metrics.histogram(BATCH_DURATION).labels(consumer_group=group)
        self._size = metrics.histogram(BATCH_RECORDS).labels(consumer_group=group)
        self._lag = metrics.gauge(CONSUMER_LAG)
        self._shown: set[tuple[str, str]] = set()

    def batch(self, applied: Applied, *, records: int, seconds: float) -> None:
        """Count one batch that went through to its commit."""
        counts = {
            "applied": applied.applied,
            "duplicate": applied.duplicate,
            "stuck": applied.stuck,
            "dead_lettered": len(applied.dead),
        }
        for outcome, count in counts.items():
            self._outcomes[outcome].inc(count)
        self._duration.observe(seconds)
        self._size.observe(records)

    def lag(self, lags: Sequence[PartitionLag]) -> None:
        """Show how far the group is behind on the partitions that this process holds."""
        held = {(lag.topic, str(lag.partition)): lag.records for lag in lags}
        # A partition that went to another process would show its last lag for good.
        for topic, partition in self._shown - held.keys():
            self._lag.remove(self._group, topic, partition)
        for (topic, partition), records in held.items():
            self._lag.labels(self._group, topic, partition).set(records)
        self._shown = set(held)
