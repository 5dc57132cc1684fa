"""What the api tells Prometheus of itself, and the conservation numbers counted from tables."""

from leadtrace.runtime.metrics import MetricDef, MetricType

REQUEST_DURATION = MetricDef(
    "leadtrace_request_duration_seconds",
    MetricType.HISTOGRAM,
    "seconds",
    "How long the api took to answer, by route and status.",
    ("route", "status"),
)
CONSERVATION_DIFFERENCE = MetricDef(
    "leadtrace_conservation_difference_records",
    MetricType.GAUGE,
    "records",
    "Inputs without exactly one outcome, by check; anything but 0 is an alert.",
    ("check",),
)
CONSERVATION_PENDING = MetricDef(
    "leadtrace_conservation_pending_records",
    MetricType.GAUGE,
    "records",
    "Items, events and snapshots that are on their way, by check.",
    ("check",),
)
CONSERVATION_OLDEST = MetricDef(
    "leadtrace_conservation_oldest_age_seconds",
    MetricType.GAUGE,
    "seconds",
    "The age of the oldest thing on its way, by check; 0 when nothing is.",
    ("check",),
)
CONSERVATION_STUCK = MetricDef(
    "leadtrace_conservation_stuck_records",
    MetricType.GAUGE,
    "records",
    "Events in the sets of leads or deals that do not fold, by hop.",
    ("check",),
)
CONSERVATION_DEAD_LETTERS = MetricDef(
    "leadtrace_conservation_dead_letters_records",
    MetricType.GAUGE,
    "records",
    "Events that their reader could not decode, by hop.",
    ("check",),
)
CONSERVATION_BALANCED = MetricDef(
    "leadtrace_conservation_balanced_ratio",
    MetricType.GAUGE,
    "ratio",
    "1 when every check balances, money to the cent included, and 0 when one does not.",
)
QUARANTINE_ITEMS = MetricDef(
    "leadtrace_quarantine_items",
    MetricType.GAUGE,
    "items",
    "Items that wait in quarantine for somebody to retry or discard them, by sender.",
    ("sender",),
)
QUARANTINE_OLDEST = MetricDef(
    "leadtrace_quarantine_oldest_age_seconds",
    MetricType.GAUGE,
    "seconds",
    "Time since the oldest item in quarantine was first seen, by sender.",
    ("sender",),
)
DEAD_LETTERS = MetricDef(
    "leadtrace_dead_letters_waiting_records",
    MetricType.GAUGE,
    "records",
    "Dead letters that wait for somebody to replay or drop them, by reader and topic.",
    ("reader", "topic"),
)
DEAD_LETTERS_OLDEST = MetricDef(
    "leadtrace_dead_letters_oldest_age_seconds",
    MetricType.GAUGE,
    "seconds",
    "Age of the oldest dead letter that waits, by reader and topic.",
    ("reader", "topic"),
)
CONSERVATION_COUNT_DURATION = MetricDef(
    "leadtrace_conservation_count_duration_seconds",
    MetricType.GAUGE,
    "seconds",
    "How long the last count of all checks took.",
)
