"""What the door says of its spill: what waits, since when, and what could not be kept."""

from leadtrace.runtime.metrics import MetricDef, MetricType

SPILLED_REQUESTS = MetricDef(
    "leadtrace_spilled_requests_total",
    MetricType.COUNTER,
    "requests",
    "Requests that this door acknowledged from its spill because the database was away, by place.",
    ("place",),
)
WAITING_REQUESTS = MetricDef(
    "leadtrace_spill_waiting_requests",
    MetricType.GAUGE,
    "requests",
    "Requests that this door holds in its spill until the database takes them, by place.",
    ("place",),
)
SPILL_WAITING_BYTES = MetricDef(
    "leadtrace_spill_waiting_bytes",
    MetricType.GAUGE,
    "bytes",
    "Bytes of the spill files that this door holds until the database takes them.",
)
OLDEST_WAITING = MetricDef(
    "leadtrace_spill_oldest_age_seconds",
    MetricType.GAUGE,
    "seconds",
    "Age of the oldest request that waits in the spill of this door.",
)
FILED_REQUESTS = MetricDef(
    "leadtrace_spill_filed_requests_total",
    MetricType.COUNTER,
    "requests",
    "Spilled requests that this door filed into the intake log, by place.",
    ("place",),
)
FAILED_REQUESTS = MetricDef(
    "leadtrace_spill_failed_requests_total",
    MetricType.COUNTER,
    "requests",
    "Requests that a place of the spill could not keep: the disk or the broker failed, or the quota is full.",
    ("place",),
)
ASIDE_SEGMENTS = MetricDef(
    "leadtrace_spill_aside_segments",
    MetricType.GAUGE,
    "segments",
    "Spill files that were set aside because not everything in them could be read or filed.",
)
UNREADABLE_RECORDS = MetricDef(
    "leadtrace_spill_unreadable_records_total",
    MetricType.COUNTER,
    "records",
    "Records of the spill topic that could not be filed; they went to its dead-letter topic.",
)
