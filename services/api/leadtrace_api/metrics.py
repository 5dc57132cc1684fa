"""What the api tells Prometheus of itself, and the conservation numbers counted from tables."""

from leadtrace.runtime.metric_definition import Label, MetricDef, MetricType, Process
from leadtrace.runtime.metric_labels import READER, SENDER, TOPIC

_API = (Process.API,)
ITEM_OUTCOMES = (
    "accepted",
    "published",
    "duplicate",
    "ignored",
    "suppressed",
    "quarantined",
    "discarded",
    "pending",
)
EVENT_FATES = ("published", "applied", "stuck", "ignored", "dead_lettered", "pending")
CHECK = Label(
    "check", "the hops, the rollups that are compared, custody, and `items:` with each sender", most=150
)

REQUEST_DURATION = MetricDef(
    "leadtrace_request_duration_seconds",
    MetricType.HISTOGRAM,
    "seconds",
    "How long the api took to answer, by route and status.",
    (
        Label("route", "the patterns of routes, `none` for others", most=120),
        Label("status", "HTTP status codes", most=40),
    ),
    processes=_API,
)
CONSERVATION_DIFFERENCE = MetricDef(
    "leadtrace_conservation_difference_records",
    MetricType.GAUGE,
    "records",
    "Inputs without exactly one outcome, by check; anything but 0 is an alert.",
    (CHECK,),
    processes=_API,
)
CONSERVATION_PENDING = MetricDef(
    "leadtrace_conservation_pending_records",
    MetricType.GAUGE,
    "records",
    "Items, events and snapshots that are on their way, by check.",
    (CHECK,),
    processes=_API,
)
CONSERVATION_OLDEST = MetricDef(
    "leadtrace_conservation_oldest_age_seconds",
    MetricType.GAUGE,
    "seconds",
    "The age of the oldest thing on its way, by check; 0 when nothing is.",
    (CHECK,),
    processes=_API,
)
CONSERVATION_STUCK = MetricDef(
    "leadtrace_conservation_stuck_records",
    MetricType.GAUGE,
    "records",
    "Events in the sets of leads or deals that do not fold, by hop.",
    (CHECK,),
    processes=_API,
)
CONSERVATION_DEAD_LETTERS = MetricDef(
    "leadtrace_conservation_dead_letters_records",
    MetricType.GAUGE,
    "records",
    "Events that their reader could not decode, by hop.",
    (CHECK,),
    processes=_API,
)
CONSERVATION_BALANCED = MetricDef(
    "leadtrace_conservation_balanced_ratio",
    MetricType.GAUGE,
    "ratio",
    "1 when every check balances, money to the cent included, and 0 when one does not.",
    processes=_API,
)
QUARANTINE_ITEMS = MetricDef(
    "leadtrace_quarantine_items",
    MetricType.GAUGE,
    "items",
    "Items that wait in quarantine for somebody to retry or discard them, by sender.",
    (SENDER,),
    processes=_API,
)
QUARANTINE_OLDEST = MetricDef(
    "leadtrace_quarantine_oldest_age_seconds",
    MetricType.GAUGE,
    "seconds",
    "Time since the oldest item in quarantine was first seen, by sender.",
    (SENDER,),
    processes=_API,
)
DEAD_LETTERS = MetricDef(
    "leadtrace_dead_letters_waiting_records",
    MetricType.GAUGE,
    "records",
    "Dead letters that wait for somebody to replay or drop them, by reader and topic.",
    (READER, TOPIC),
    processes=_API,
)
DEAD_LETTERS_OLDEST = MetricDef(
    "leadtrace_dead_letters_oldest_age_seconds",
    MetricType.GAUGE,
    "seconds",
    "Age of the oldest dead letter that waits, by reader and topic.",
    (READER, TOPIC),
    processes=_API,
)
CONSERVATION_COUNT_DURATION = MetricDef(
    "leadtrace_conservation_count_duration_seconds",
    MetricType.GAUGE,
    "seconds",
    "How long the last count of all checks took.",
    processes=_API,
)
CONSERVATION_COUNTED = MetricDef(
    "leadtrace_conservation_count_timestamp_seconds",
    MetricType.GAUGE,
    "seconds",
    "The moment of which the checks are, as seconds since the epoch; 0 when they cannot be counted.",
    processes=_API,
)
RECONCILED = MetricDef(
    "leadtrace_reconciled_timestamp_seconds",
    MetricType.GAUGE,
    "seconds",
    "Everything recorded by then has arrived everywhere; now less this is the age from end to end.",
    processes=_API,
)
CONSERVATION_ITEMS = MetricDef(
    "leadtrace_conservation_outcome_items",
    MetricType.GAUGE,
    "items",
    "Items by what became of them, counted from tables: `accepted` is the sum of all others.",
    (SENDER, Label("outcome", "accepted, and what becomes of an item", values=ITEM_OUTCOMES)),
    processes=_API,
)
CONSERVATION_EVENTS = MetricDef(
    "leadtrace_conservation_fate_events",
    MetricType.GAUGE,
    "events",
    "Events by what became of them at their reader, from tables: `published` is the sum of all others.",
    (CHECK, Label("fate", "published, and what becomes of an event", values=EVENT_FATES)),
    processes=_API,
)
