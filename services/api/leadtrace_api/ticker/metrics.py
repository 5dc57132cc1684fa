"""What the ticker tells Prometheus of itself."""

from leadtrace.runtime.metric_definition import Label, MetricDef, MetricType, Process
from leadtrace_api.ticker.frames import Dropped

_API = (Process.API,)

READERS = MetricDef(
    "leadtrace_ticker_open_readers",
    MetricType.GAUGE,
    "readers",
    "Readers of the ticker that this process serves now.",
    processes=_API,
)
DROPPED = MetricDef(
    "leadtrace_ticker_dropped_readers_total",
    MetricType.COUNTER,
    "readers",
    "Readers of the ticker that this process closed, by reason.",
    (Label("reason", "why a stream is closed", values=tuple(Dropped)),),
    processes=_API,
)
SEQUENCER_LAG = MetricDef(
    "leadtrace_ticker_sequencer_lag_seconds",
    MetricType.HISTOGRAM,
    "seconds",
    "How long the oldest entry of a round had waited for its number, its own transaction included.",
    processes=(Process.PROJECTOR,),
)
