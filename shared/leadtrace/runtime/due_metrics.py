"""What readers tell of rows that time alone may change: how many wait, and when none did."""

from leadtrace.runtime.metric_definition import MetricDef, MetricType, Process

_WITH_TIMERS = (Process.SCORING, Process.ATTRIBUTION)

TIMER_ROWS = MetricDef(
    "leadtrace_timer_folded_rows_total",
    MetricType.COUNTER,
    "rows",
    "Rows that were folded again because their time had come.",
    processes=_WITH_TIMERS,
)
TIMER_OVERDUE = MetricDef(
    "leadtrace_timer_overdue_rows",
    MetricType.GAUGE,
    "rows",
    "Rows whose time has come and that are not folded yet, counted from tables every minute.",
    processes=_WITH_TIMERS,
)
TIMER_PASSED = MetricDef(
    "leadtrace_timer_pass_timestamp_seconds",
    MetricType.GAUGE,
    "seconds",
    "When everything that was due had last been folded, as seconds since the epoch; 0 when it never was.",
    processes=_WITH_TIMERS,
)
