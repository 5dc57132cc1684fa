"""How many connections to the database a process has and uses, asked of its pools at every scrape."""

from collections.abc import Callable
from dataclasses import dataclass

from leadtrace.runtime.families import Families, ScrapeCollector
from leadtrace.runtime.metric_definition import EVERY_PROCESS, Label, MetricDef, MetricType
from leadtrace.runtime.metrics import Metrics
from leadtrace.store.connection import Pool

POOL_CONNECTIONS = MetricDef(
    "leadtrace_database_pool_connections",
    MetricType.GAUGE,
    "connections",
    "Connections to the database: used at this moment, open and unused, and the most there may be.",
    (
        Label("pool", "the pools of the process", most=3),
        Label("state", "what they are", values=("used", "idle", "most")),
    ),
    processes=EVERY_PROCESS,
)


@dataclass(frozen=True, slots=True)
class Connections:
    """What a pool holds."""

    used: int
    idle: int
    most: int


def watch_pools(metrics: Metrics, **pools: Callable[[], Connections | None]) -> None:
    """Show the pools of a process by name; one that is not made yet has no connections, and is not shown."""

    def fill(families: Families) -> None:
        for name, look in pools.items():
            found = look()
            if found is not None:
                families.add(POOL_CONNECTIONS, found.used, name, "used")
                families.add(POOL_CONNECTIONS, found.idle, name, "idle")
                families.add(POOL_CONNECTIONS, found.most, name, "most")

    metrics.collect_with(ScrapeCollector([POOL_CONNECTIONS], fill))


def connections_of(pool: "Pool | None") -> Connections | None:
    """What a pool holds; None before it is made."""
    if pool is None:
        return None
    idle = pool.get_idle_size()
    return Connections(pool.get_size() - idle, idle, pool.get_max_size())
