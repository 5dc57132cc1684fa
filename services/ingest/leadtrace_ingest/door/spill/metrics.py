"""What the door says of its spill: what waits, since when, and what could not be kept."""

from leadtrace.runtime.metric_definition import Label, MetricDef, MetricType, Process

_DOOR = (Process.DOOR,)
PLACE = Label("place", "the places of the spill", values=("file", "topic"))

SPILLED_REQUESTS = MetricDef(
    "leadtrace_spilled_requests_total",
    MetricType.COUNTER,
    "requests",
    "Requests that this door acknowledged from its spill because the database was away, by place.",
    (PLACE,),
    processes=_DOOR,
)
WAITING_REQUESTS = MetricDef(
    "leadtrace_spill_waiting_requests",
    MetricType.GAUGE,
    "requests",
    "Requests that this door holds in its spill until the database takes them, by place.",
    (PLACE,),
    processes=_DOOR,
)
SPILL_WAITING_BYTES = MetricDef(
    "leadtrace_spill_waiting_bytes",
    MetricType.GAUGE,
    "bytes",
    "Bytes of the spill files that this door holds until the database takes them.",
    processes=_DOOR,
)
OLDEST_WAITING = MetricDef(
    "leadtrace_spill_oldest_age_seconds",
    MetricType.GAUGE,
    "seconds",
    "Age of the oldest request that waits in the spill of this door.",
    processes=_DOOR,
)
FILED_REQUESTS = MetricDef(
    "leadtrace_spill_filed_requests_total",
    MetricType.COUNTER,
    "requests",
    "Spilled requests that this door filed into the intake log, by place.",
    (PLACE,),
    processes=_DOOR,
)
FAILED_REQUESTS = MetricDef(
    "leadtrace_spill_failed_requests_total",
    MetricType.COUNTER,
    "requests",
    "Requests that a place of the spill could not keep: the disk or the broker failed, or the quota is full.",
    (PLACE,),
    processes=_DOOR,
)
ASIDE_SEGMENTS = MetricDef(
    "leadtrace_spill_aside_segments",
    MetricType.GAUGE,
    "segments",
    "Spill files that were set aside because not everything in them could be read or filed.",
    processes=_DOOR,
)
UNREADABLE_RECORDS = MetricDef(
    "leadtrace_spill_unreadable_records_total",
    MetricType.COUNTER,
    "records",
    "Records of the spill topic that could not be filed; they went to its dead-letter topic.",
    processes=_DOOR,
)
SPILL_QUOTA = MetricDef(
    "leadtrace_spill_quota_bytes",
    MetricType.GAUGE,
    "bytes",
    "Bytes that the spill files of this door may hold together; 0 means that there are none.",
    processes=_DOOR,
)
DISK_FREE = MetricDef(
    "leadtrace_spill_disk_free_bytes",
    MetricType.GAUGE,
    "bytes",
    "Bytes that are free on the disk under the spill folder; embedded, all data is on it.",
    processes=_DOOR,
)
DISK_SIZE = MetricDef(
    "leadtrace_spill_disk_size_bytes",
    MetricType.GAUGE,
    "bytes",
    "Size of that disk.",
    processes=_DOOR,
)
