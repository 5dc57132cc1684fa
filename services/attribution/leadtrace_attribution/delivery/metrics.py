"""The webhooks worker's metrics. Attempts are this process' own; what waits and what is dead is of tables."""

from leadtrace.runtime.metric_definition import Label, MetricDef, MetricType, Process

_WEBHOOKS = (Process.WEBHOOKS,)
SUBSCRIPTION = Label("subscription", "the subscriptions of the configuration", most=100)
OUTCOMES = ("delivered", "failed", "dead")

ATTEMPTS = MetricDef(
    "leadtrace_webhook_attempts_total",
    MetricType.COUNTER,
    "attempts",
    "Attempts of this worker to deliver a webhook, by subscription: delivered, failed, or given up.",
    (SUBSCRIPTION, Label("outcome", "what came of it", values=OUTCOMES)),
    processes=_WEBHOOKS,
)
ATTEMPT_DURATION = MetricDef(
    "leadtrace_webhook_attempt_duration_seconds",
    MetricType.HISTOGRAM,
    "seconds",
    "Time that a receiver takes to answer one attempt.",
    (SUBSCRIPTION,),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0, 30.0),
    processes=_WEBHOOKS,
)
PENDING = MetricDef(
    "leadtrace_webhook_pending_deliveries",
    MetricType.GAUGE,
    "deliveries",
    "Deliveries that wait for their first or next attempt, by subscription.",
    (SUBSCRIPTION,),
    processes=_WEBHOOKS,
)
DEAD = MetricDef(
    "leadtrace_webhook_dead_deliveries",
    MetricType.GAUGE,
    "deliveries",
    "Deliveries given up, by subscription; `leadtrace webhooks retry` has them tried again.",
    (SUBSCRIPTION,),
    processes=_WEBHOOKS,
)
OLDEST_PENDING = MetricDef(
    "leadtrace_webhook_oldest_pending_seconds",
    MetricType.GAUGE,
    "seconds",
    "Age of the oldest notification that a subscription has not confirmed; 0 when nothing waits.",
    (SUBSCRIPTION,),
    processes=_WEBHOOKS,
)
OLDEST_UNROUTED = MetricDef(
    "leadtrace_notification_oldest_unrouted_seconds",
    MetricType.GAUGE,
    "seconds",
    "Age of the oldest notification that no worker has handed to the subscriptions yet; 0 when none waits.",
    processes=_WEBHOOKS,
)
