"""The metric catalogue: names follow the rules, one live metric for each definition."""

import pytest

from leadtrace.runtime.metric_definition import Label, MetricDef, MetricType, Process, walk_definitions
from leadtrace.runtime.metrics import Metrics

DOOR = (Process.DOOR,)
SENDER = Label("sender", "the senders of the test", most=3)
ACKS = MetricDef(
    "leadtrace_acks_total",
    MetricType.COUNTER,
    "acks",
    "Requests answered with 2xx.",
    (SENDER,),
    processes=DOOR,
)
LAG = MetricDef("leadtrace_lag_records", MetricType.GAUGE, "records", "Records not yet read.", processes=DOOR)
TIME = MetricDef(
    "leadtrace_ack_duration_seconds",
    MetricType.HISTOGRAM,
    "seconds",
    "Time to the answer.",
    processes=DOOR,
)


@pytest.mark.parametrize(
    ("name", "kind", "unit", "sentence", "labels", "processes"),
    [
        ("acks_total", MetricType.COUNTER, "acks", "Good.", (), DOOR),
        ("leadtrace_acks", MetricType.COUNTER, "acks", "Good.", (), DOOR),
        ("leadtrace_lag_total", MetricType.GAUGE, "lag", "Good.", (), DOOR),
        ("leadtrace_lag_ms", MetricType.GAUGE, "seconds", "Good.", (), DOOR),
        ("leadtrace_lag_records", MetricType.GAUGE, "records", "no full stop", (), DOOR),
        ("leadtrace_lag_records", MetricType.GAUGE, "records", "Good.", (SENDER, SENDER), DOOR),
        ("leadtrace_revenue_amount", MetricType.GAUGE, "amount", "Good.", (SENDER,), DOOR),
        ("leadtrace_lag_records", MetricType.GAUGE, "records", "Good.", (), ()),
    ],
)
def test_a_name_that_breaks_the_rules_is_refused(  # noqa: PLR0917
    name: str,
    kind: MetricType,
    unit: str,
    sentence: str,
    labels: tuple[Label, ...],
    processes: tuple[Process, ...],
) -> None:
    with pytest.raises(ValueError, match=name):
        MetricDef(name, kind, unit, sentence, labels, processes=processes)


@pytest.mark.parametrize(
    ("name", "bound", "most"), [("Bad-Label", "some", 3), ("lead", "", 3), ("lead", "leads", 0)]
)
def test_a_label_that_nothing_bounds_is_refused(name: str, bound: str, most: int) -> None:
    with pytest.raises(ValueError, match=name):
        Label(name, bound, most)


def test_one_definition_is_one_live_metric() -> None:
    metrics = Metrics()
    metrics.counter(ACKS).labels(sender="hubspot").inc()
    metrics.counter(ACKS).labels(sender="hubspot").inc()
    metrics.gauge(LAG).set(7)
    metrics.histogram(TIME).observe(0.002)
    text = metrics.render().decode()
    assert 'leadtrace_acks_total{sender="hubspot"} 2.0' in text
    assert "leadtrace_lag_records 7.0" in text
    assert "# HELP leadtrace_ack_duration_seconds Time to the answer." in text
    assert "process_resident_memory_bytes" in text
    assert 'leadtrace_build_info{python="3.' in text


def test_no_series_tells_when_another_one_was_made() -> None:
    metrics = Metrics()
    metrics.counter(ACKS).labels(sender="hubspot").inc()
    assert b"_created" not in metrics.render()


def test_two_processes_in_one_test_share_nothing() -> None:
    first, second = Metrics(), Metrics()
    first.gauge(LAG).set(1)
    assert b"leadtrace_lag_records 1.0" not in second.render()


def test_a_definition_of_another_type_is_refused() -> None:
    with pytest.raises(ValueError, match="is a gauge, not a counter"):
        Metrics().counter(LAG)


def test_walking_finds_the_definitions_of_a_package() -> None:
    names = [one.name for one in walk_definitions(["leadtrace"])]
    assert names == sorted(set(names))
