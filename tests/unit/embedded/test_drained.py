"""Drained means that every gauge is shown and 0; silence is not an answer."""

import pytest

from leadtrace.embedded.drained import IN_FLIGHT, nothing_in_flight
from leadtrace.runtime.metric_definition import MetricType, walk_definitions

PACKAGES = ("leadtrace", "leadtrace_ingest", "leadtrace_scoring", "leadtrace_attribution", "leadtrace_api")
LAG = 'leadtrace_consumer_lag_records{topic="lead-events",partition="0"}'


@pytest.mark.parametrize(
    ("expositions", "drained"),
    [
        ([f"{LAG} 0\n", f"{LAG} 0\n"], True),
        ([f"{LAG} 0\n", f"{LAG} 7\n"], False),
        (["leadtrace_other_records 0\n"], False),
        ([], False),
    ],
)
def test_only_shown_zeros_count(expositions: list[str], *, drained: bool) -> None:
    assert nothing_in_flight(expositions, ["leadtrace_consumer_lag_records"]) is drained


@pytest.mark.parametrize("name", IN_FLIGHT)
def test_each_gauge_that_is_asked_for_exists(name: str) -> None:
    found = {one.name: one.type for one in walk_definitions(PACKAGES)}
    assert found.get(name) is MetricType.GAUGE
