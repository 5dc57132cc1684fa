"""What a loop shows of its batches and its lag."""

from datetime import UTC, datetime

from leadtrace.bus.protocol import PartitionLag
from leadtrace.runtime.clock import FrozenClock
from leadtrace.runtime.handler import Applied
from leadtrace.runtime.loop_metrics import LoopMetrics
from leadtrace.runtime.metrics import Metrics
from leadtrace.store.dead_letters import DeadLetter, DeadReason


def _lines(metrics: Metrics, name: str) -> list[str]:
    return [line for line in metrics.render().decode().splitlines() if line.startswith(name + "{")]


def test_each_record_of_a_batch_is_counted_once_by_its_outcome() -> None:
    metrics = Metrics()
    letter = DeadLetter("t", 0, 0, None, None, DeadReason.UNDECODABLE, "because")
    LoopMetrics(metrics, "scoring").batch(
        Applied(applied=3, duplicate=2, stuck=1, dead=[letter]), records=7, seconds=0.01
    )
    assert sorted(_lines(metrics, "leadtrace_records_total")) == [
        'leadtrace_records_total{consumer_group="scoring",outcome="applied"} 3.0',
        'leadtrace_records_total{consumer_group="scoring",outcome="dead_lettered"} 1.0',
        'leadtrace_records_total{consumer_group="scoring",outcome="duplicate"} 2.0',
        'leadtrace_records_total{consumer_group="scoring",outcome="stuck"} 1.0',
    ]


def test_a_partition_that_went_elsewhere_is_no_longer_shown() -> None:
    metrics = Metrics()
    loop = LoopMetrics(metrics, "scoring")
    loop.lag([PartitionLag("lead-events", 0, 1, 5), PartitionLag("lead-events", 1, 1, 9)])
    assert len(_lines(metrics, "leadtrace_consumer_lag_records")) == 2
    loop.lag([PartitionLag("lead-events", 1, 9, 9)])
    assert _lines(metrics, "leadtrace_consumer_lag_records") == [
        'leadtrace_consumer_lag_records{consumer_group="scoring",partition="1",topic="lead-events"} 0.0'
    ]


def test_a_record_is_as_old_as_its_batch_made_it() -> None:
    metrics, clock = Metrics(), FrozenClock(datetime(2026, 1, 1, 0, 0, 2, tzinfo=UTC))
    loop = LoopMetrics(metrics, "scoring", clock)
    written_ms = round(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1_000)
    loop.written(written_ms)
    loop.written(0)
    loop.written(written_ms + 3_600_000)
    (count,) = _lines(metrics, "leadtrace_record_age_seconds_count")
    (total,) = _lines(metrics, "leadtrace_record_age_seconds_sum")
    assert (count[-3:], total[-3:]) == ("2.0", "2.0")


def test_calls_of_the_broker_that_fail_are_counted_by_call() -> None:
    metrics = Metrics()
    loop = LoopMetrics(metrics, "scoring")
    loop.failed("poll")
    loop.failed("poll")
    assert sorted(_lines(metrics, "leadtrace_consumer_failures_total")) == [
        'leadtrace_consumer_failures_total{call="commit",consumer_group="scoring"} 0.0',
        'leadtrace_consumer_failures_total{call="poll",consumer_group="scoring"} 2.0',
    ]


def test_a_reader_that_hears_nothing_shows_since_when() -> None:
    metrics = Metrics()
    loop = LoopMetrics(metrics, "scoring")
    name = "leadtrace_consumer_poll_timestamp_seconds"
    assert _lines(metrics, name)[0].endswith(" 0.0")
    loop.lag([PartitionLag("lead-events", 0, 1, 5)])
    assert float(_lines(metrics, name)[0].split()[-1]) > 1_700_000_000
    assert _lines(metrics, "leadtrace_consumer_held_partitions")[0].endswith(" 1.0")
