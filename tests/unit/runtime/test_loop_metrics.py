"""What a loop shows of its batches and its lag."""

from leadtrace.bus.protocol import PartitionLag
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
