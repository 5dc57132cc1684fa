"""Ingest's metrics. They describe this process; what is owed to whom is counted from tables."""

from leadtrace.runtime.metric_definition import Label, MetricDef, MetricType, Process
from leadtrace.runtime.metric_labels import SENDER
from leadtrace_ingest.outcome import Outcome, Reason

_DOOR = (Process.DOOR,)
_RELAY = (Process.RELAY,)
KEPT = ("deliveries", "events")

ACCEPTED_ITEMS = MetricDef(
    "leadtrace_accepted_items_total",
    MetricType.COUNTER,
    "items",
    "Items that this door committed to the intake log and acknowledged.",
    (SENDER,),
    processes=_DOOR,
)
REFUSED_REQUESTS = MetricDef(
    "leadtrace_refused_requests_total",
    MetricType.COUNTER,
    "requests",
    "Requests that this door refused, by status code; nothing of them is stored.",
    (Label("status", "the status codes of refusals", most=20),),
    processes=_DOOR,
)
ACK_DURATION = MetricDef(
    "leadtrace_ack_duration_seconds",
    MetricType.HISTOGRAM,
    "seconds",
    "Time from the last byte of a request to its acknowledgement, the commit included.",
    processes=_DOOR,
)
COMMIT_DURATION = MetricDef(
    "leadtrace_intake_commit_duration_seconds",
    MetricType.HISTOGRAM,
    "seconds",
    "Time that one group commit of the intake log takes.",
    processes=_DOOR,
)
COMMIT_REQUESTS = MetricDef(
    "leadtrace_intake_commit_requests_total",
    MetricType.COUNTER,
    "requests",
    "Requests that were committed; divided by the number of commits this is the size of a group.",
    processes=_DOOR,
)
WAITING_BYTES = MetricDef(
    "leadtrace_intake_waiting_bytes",
    MetricType.GAUGE,
    "bytes",
    "Bytes of bodies that wait for their commit in this door.",
    processes=_DOOR,
)
RELAYED_ITEMS = MetricDef(
    "leadtrace_relayed_items_total",
    MetricType.COUNTER,
    "items",
    "Items that this relay settled, by outcome.",
    (Label("outcome", "what becomes of an item", values=tuple(Outcome)),),
    processes=_RELAY,
)
QUARANTINED_ITEMS = MetricDef(
    "leadtrace_quarantined_items_total",
    MetricType.COUNTER,
    "items",
    "Items that this relay sent to quarantine, by reason.",
    (Label("reason", "the closed list of reasons", values=tuple(Reason)),),
    processes=_RELAY,
)
RELAY_STEP_DURATION = MetricDef(
    "leadtrace_relay_step_duration_seconds",
    MetricType.HISTOGRAM,
    "seconds",
    "Time that a chunk takes in each step of the relay: save or publish.",
    (Label("step", "the two steps of a chunk", values=("save", "publish")),),
    processes=_RELAY,
)
INTAKE_OLDEST_PENDING = MetricDef(
    "leadtrace_intake_oldest_pending_age_seconds",
    MetricType.GAUGE,
    "seconds",
    "Age of the oldest delivery in the intake log that no relay has worked through yet.",
    processes=_RELAY,
)
OVERDUE_PARTITIONS = MetricDef(
    "leadtrace_overdue_partitions",
    MetricType.GAUGE,
    "partitions",
    "Months past their retention that are kept still, because something of them waits; by what is kept.",
    (Label("kept", "what is kept by month", values=KEPT),),
    processes=_RELAY,
)
MONTHS_AHEAD = MetricDef(
    "leadtrace_ahead_months",
    MetricType.GAUGE,
    "months",
    "Months to come that have a partition already; at 0 what is received next goes into the default.",
    processes=_RELAY,
)
