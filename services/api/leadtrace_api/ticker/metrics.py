"""What the ticker tells Prometheus of itself."""

from leadtrace.runtime.metrics import MetricDef, MetricType

READERS = MetricDef(
    "leadtrace_ticker_open_readers",
    MetricType.GAUGE,
    "readers",
    "Readers of the ticker that this process serves now.",
)
DROPPED = MetricDef(
    "leadtrace_ticker_dropped_readers_total",
    MetricType.COUNTER,
    "readers",
    "Readers of the ticker that this process closed, by reason.",
    ("reason",),
)
SEQUENCER_LAG = MetricDef(
    "leadtrace_ticker_sequencer_lag_seconds",
    MetricType.HISTOGRAM,
    "seconds",
    "How long the oldest entry of a round had waited for its number, its own transaction included.",
)
