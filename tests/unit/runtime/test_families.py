"""Families of a snapshot: whole or not at all, and nothing that is gone is shown on."""

import pytest

from leadtrace.runtime.families import Families, ScrapeCollector, SnapshotCollector
from leadtrace.runtime.metric_definition import Label, MetricDef, MetricType, Process
from leadtrace.runtime.metrics import Metrics

LEADS = MetricDef(
    "leadtrace_channel_leads",
    MetricType.GAUGE,
    "leads",
    "Leads of a channel.",
    (Label("channel", "the largest", most=3),),
    processes=(Process.API,),
)
ORDERS = MetricDef(
    "leadtrace_orders_total", MetricType.COUNTER, "orders", "Orders so far.", processes=(Process.API,)
)


def _families(**leads: float) -> Families:
    families = Families([LEADS])
    for channel, count in leads.items():
        families.add(LEADS, count, channel)
    return families


def _samples(metrics: Metrics) -> list[str]:
    return [line for line in metrics.render().decode().splitlines() if line.startswith(LEADS.name)]


def test_what_a_snapshot_lacks_is_shown_no_longer() -> None:
    metrics, collector = Metrics(), SnapshotCollector([LEADS])
    metrics.collect_with(collector)
    assert f"# HELP {LEADS.name} Leads of a channel." in metrics.render().decode()
    collector.replace(_families(email=3, events=1))
    assert len(_samples(metrics)) == 2
    collector.replace(_families(email=4))
    assert _samples(metrics) == ['leadtrace_channel_leads{channel="email"} 4.0']


def test_a_scrape_fills_anew() -> None:
    metrics, counts = Metrics(), iter([1.0, 2.0])
    metrics.collect_with(ScrapeCollector([LEADS], lambda families: families.add(LEADS, next(counts), "x")))
    assert [_samples(metrics)[0][-3:], _samples(metrics)[0][-3:]] == ["1.0", "2.0"]


def test_nothing_is_not_shown_as_a_number() -> None:
    families = Families([LEADS])
    families.add(LEADS, None, "email")
    assert [family.samples for family in families] == [[]]


@pytest.mark.parametrize(
    ("value", "labels", "words"),
    [
        (1.0, (), "labels are channel"),
        (1.0, ("a", "b"), "labels are channel"),
        (1.0, ("email",), "is shown twice"),
        (float("nan"), ("events",), "is nan"),
    ],
)
def test_what_prometheus_would_refuse_is_refused_here(
    value: float, labels: tuple[str, ...], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        _families(email=1).add(LEADS, value, *labels)


def test_only_gauges_come_of_snapshots() -> None:
    with pytest.raises(ValueError, match="is a counter"):
        Families([ORDERS])
    with pytest.raises(KeyError):
        Families([]).add(LEADS, 1, "email")
