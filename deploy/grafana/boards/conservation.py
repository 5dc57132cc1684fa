"""Panels of the promise that nothing is lost: counted from tables, and what waits for somebody."""

from deploy.grafana.boards.limits import limit_of
from deploy.grafana.boards.panels import ITEMS, MOMENT, RECORDS, ROWS, SECONDS, Kind, Panel
from deploy.grafana.boards.queries import Metric

CONSERVATION = (
    Panel(
        "Inputs without exactly one outcome",
        "Difference of each check, counted from tables. Anything but 0 is a loss, or "
        "something counted twice.",
        Kind.LINES,
        (Metric("max by (check) (abs(leadtrace_conservation_difference_records))", "{{check}}"),),
        RECORDS,
        "docs/architecture.md",
        limit=limit_of("ConservationBroken"),
    ),
    Panel(
        "On their way",
        "Items, events and snapshots that are on their way, by check.",
        Kind.LINES,
        (Metric("max by (check) (leadtrace_conservation_pending_records)", "{{check}}"),),
        RECORDS,
        "docs/architecture.md",
    ),
    Panel(
        "Items by what became of them",
        "All items ever accepted, by outcome, counted from tables: accepted is the sum of all others.",
        Kind.BARS,
        (
            Metric(
                "sum by (outcome) (max by (sender, outcome) (leadtrace_conservation_outcome_items))",
                "{{outcome}}",
            ),
        ),
        ITEMS,
        "docs/architecture.md",
    ),
    Panel(
        "Last count of conservation",
        "When the checks were last counted.",
        Kind.STAT,
        (Metric("1000 * max(leadtrace_conservation_count_timestamp_seconds > 0)"),),
        MOMENT,
        "docs/runbooks/ConservationUncounted.md",
    ),
    Panel(
        "Dead letters that wait",
        "Records that their reader could not decode and that nobody has replayed or dropped yet.",
        Kind.LINES,
        (Metric("max by (reader, topic) (leadtrace_dead_letters_waiting_records)", "{{reader}} {{topic}}"),),
        RECORDS,
        "docs/replay.md",
    ),
    Panel(
        "Oldest dead letter",
        "Age of the oldest dead letter that waits, by reader and topic.",
        Kind.LINES,
        (
            Metric(
                "max by (reader, topic) (leadtrace_dead_letters_oldest_age_seconds)", "{{reader}} {{topic}}"
            ),
        ),
        SECONDS,
        "docs/replay.md",
        limit=limit_of("DeadLettersUnread"),
    ),
    Panel(
        "Items in quarantine",
        "Items that wait for somebody to retry or discard them, by sender.",
        Kind.LINES,
        (Metric("max by (sender) (leadtrace_quarantine_items)", "{{sender}}"),),
        ITEMS,
        "docs/quarantine.md",
    ),
    Panel(
        "Leads and deals that stand still",
        "Leads and deals that do not fold, by the service that holds them.",
        Kind.STAT,
        (Metric("max by (reader) (leadtrace_stuck_rows)", "{{reader}}"),),
        ROWS,
        "docs/rebuild.md",
        limit=limit_of("RowsStuck"),
    ),
    Panel(
        "Oldest webhook that waits",
        "Age of the oldest notification that a subscription has not confirmed; without subscriptions empty.",
        Kind.LINES,
        (
            Metric("max by (subscription) (leadtrace_webhook_oldest_pending_seconds)", "{{subscription}}"),
            Metric("max(leadtrace_notification_oldest_unrouted_seconds)", "not yet routed"),
        ),
        SECONDS,
        "docs/outbound.md",
        limit=limit_of("WebhooksUndelivered"),
    ),
)
