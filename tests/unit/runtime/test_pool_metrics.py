"""What is shown of pools: nothing before they are made, and what they hold at each scrape."""

from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.pool_metrics import Connections, watch_pools


def _shown(metrics: Metrics) -> dict[str, str]:
    lines = metrics.render().decode().splitlines()
    name = "leadtrace_database_pool_connections{"
    return dict(line.removeprefix(name).split("} ") for line in lines if line.startswith(name))


def test_a_pool_is_shown_as_it_is_now() -> None:
    metrics, held = Metrics(), [Connections(used=2, idle=1, most=8)]
    watch_pools(metrics, reader=lambda: held[0], operators=lambda: None)
    assert _shown(metrics) == {
        'pool="reader",state="used"': "2.0",
        'pool="reader",state="idle"': "1.0",
        'pool="reader",state="most"': "8.0",
    }
    held[0] = Connections(used=8, idle=0, most=8)
    assert _shown(metrics)['pool="reader",state="used"'] == "8.0"
