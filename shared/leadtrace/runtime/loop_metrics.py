"""What a loop tells Prometheus: records by outcome, time and size of batches, lag."""

from collections.abc import Sequence

from leadtrace.bus.protocol import PartitionLag
from leadtrace.runtime.clock import Clock, SystemClock
from leadtrace.runtime.handler import Applied
from leadtrace.runtime.metric_definition import READERS, Label, MetricDef, MetricType
from leadtrace.runtime.metric_labels import CONSUMER_GROUP, PARTITION, TOPIC
from leadtrace.runtime.metrics import Metrics

CALLS = ("poll", "commit")
OUTCOMES = ("applied", "duplicate", "stuck", "dead_lettered")
RECORDS = MetricDef(
    "leadtrace_records_total",
    MetricType.COUNTER,
    "records",
    "Records that this process took through its loop, by outcome; business totals are counted from tables.",
    (CONSUMER_GROUP, Label("outcome", "what becomes of a record", values=OUTCOMES)),
    processes=READERS,
)
BATCH_DURATION = MetricDef(
    "leadtrace_batch_duration_seconds",
    MetricType.HISTOGRAM,
    "seconds",
    "Time from a polled batch to its committed offsets.",
    (CONSUMER_GROUP,),
    processes=READERS,
)
BATCH_RECORDS = MetricDef(
    "leadtrace_batch_size_records",
    MetricType.HISTOGRAM,
    "records",
    "Records in a batch that went through.",
    (CONSUMER_GROUP,),
    buckets=(1, 10, 100, 500, 1_000, 2_500, 5_000, 10_000),
    processes=READERS,
)
CONSUMER_LAG = MetricDef(
    "leadtrace_consumer_lag_records",
    MetricType.GAUGE,
    "records",
    "Records of a partition that the group has not read yet.",
    (CONSUMER_GROUP, TOPIC, PARTITION),
    processes=READERS,
)
RECORD_AGE = MetricDef(
    "leadtrace_record_age_seconds",
    MetricType.HISTOGRAM,
    "seconds",
    "Time from when the oldest record of a batch was written to its topic until the batch went through.",
    (CONSUMER_GROUP,),
    buckets=(0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1_800.0),
    processes=READERS,
)
CONSUMER_POLLED = MetricDef(
    "leadtrace_consumer_poll_timestamp_seconds",
    MetricType.GAUGE,
    "seconds",
    "When the group last heard from the broker, as seconds since the epoch; 0 when it never did.",
    (CONSUMER_GROUP,),
    processes=READERS,
)
CONSUMER_PARTITIONS = MetricDef(
    "leadtrace_consumer_held_partitions",
    MetricType.GAUGE,
    "partitions",
    "Partitions that this process reads.",
    (CONSUMER_GROUP,),
    processes=READERS,
)
CONSUMER_FAILURES = MetricDef(
    "leadtrace_consumer_failures_total",
    MetricType.COUNTER,
    "failures",
    "Calls of the broker that failed, by call; records that were polled come again.",
    (CONSUMER_GROUP, Label("call", "what the broker is asked", values=CALLS)),
    processes=READERS,
)


class LoopMetrics:
    """The live metrics of one consumer group in this process."""

    def __init__(self, metrics: Metrics, group: str, clock: Clock | None = None) -> None:
        self._group = group
        self._clock = clock or SystemClock()
        records = metrics.counter(RECORDS)
        self._outcomes = {
            outcome: records.labels(consumer_group=group, outcome=outcome) for outcome in OUTCOMES
        }
        self._duration = metrics.histogram(BATCH_DURATION).labels(consumer_group=group)
        self._size = metrics.histogram(BATCH_RECORDS).labels(consumer_group=group)
        self._age = metrics.histogram(RECORD_AGE).labels(consumer_group=group)
        self._lag = metrics.gauge(CONSUMER_LAG)
        self._polled = metrics.gauge(CONSUMER_POLLED).labels(consumer_group=group)
        self._held = metrics.gauge(CONSUMER_PARTITIONS).labels(consumer_group=group)
        failures = metrics.counter(CONSUMER_FAILURES)
        self._failures = {call: failures.labels(consumer_group=group, call=call) for call in CALLS}
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

    def written(self, at_ms: int) -> None:
        """A batch went through whose oldest record was written then, in ms since the epoch; 0: not known."""
        if at_ms > 0:
            self._age.observe(max(0.0, self._clock.now().timestamp() - at_ms / 1_000))

    def failed(self, call: str) -> None:
        """Count a call that the broker did not answer."""
        self._failures[call].inc()

    def lag(self, lags: Sequence[PartitionLag]) -> None:
        """Show how far the group is behind on the partitions that this process holds."""
        held = {(lag.topic, str(lag.partition)): lag.records for lag in lags}
        # A partition that went to another process would show its last lag for good.
        for topic, partition in self._shown - held.keys():
            self._lag.remove(self._group, topic, partition)
        for (topic, partition), records in held.items():
            self._lag.labels(self._group, topic, partition).set(records)
        self._shown = set(held)
        self._held.set(len(held))
        self._polled.set_to_current_time()
