"""*Ingest by sender*: what each sender posts, what is refused, and what waits because of it."""

from deploy.grafana.boards.layout import Board, Group
from deploy.grafana.boards.limits import limit_of
from deploy.grafana.boards.panels import ITEMS, NUMBER, PER_SECOND, RATIO, SECONDS, WORDS, Column, Kind, Panel
from deploy.grafana.boards.queries import Metric, Sql

_OF_SENDER = 'sender=~"$sender"'
_OF_SENDER_SQL = "sender ~ '^(${sender:pipe})$'"
_OUTCOMES = ("published", "duplicate", "ignored", "suppressed", "quarantined", "discarded", "pending")


def _ever(outcome: str) -> Metric:
    selected = f'leadtrace_conservation_outcome_items{{{_OF_SENDER},outcome="{outcome}"}}'
    return Metric(f"max by (sender) ({selected})", now=True)


_POSTED = (
    Panel(
        "Items accepted",
        "Items that doors committed and acknowledged each second.",
        Kind.STACK,
        (Metric(f"leadtrace:accepted_items:rate5m{{{_OF_SENDER}}}", "{{sender}}"),),
        PER_SECOND,
        "docs/senders/README.md",
        width=12,
    ),
    Panel(
        "Requests refused",
        "Requests that doors refused each second, by status; nothing of them is stored. "
        "Of all senders: whoever "
        "is refused has not proved who they are.",
        Kind.LINES,
        (Metric("sum by (status) (rate(leadtrace_refused_requests_total[$__rate_interval]))", "{{status}}"),),
        PER_SECOND,
        "docs/limits.md",
        width=12,
    ),
    Panel(
        "Every item has one outcome",
        "All items of each sender ever accepted, by what became of them, counted from tables.",
        Kind.TABLE,
        tuple(map(_ever, ("accepted", *_OUTCOMES))),
        ITEMS,
        "docs/architecture.md",
        width=24,
        columns=(
            Column("sender", "sender", WORDS),
            *(
                Column(f"Value #{chr(ord('A') + place)}", outcome)
                for place, outcome in enumerate(("accepted", *_OUTCOMES))
            ),
            Column("Time", "Time", hidden=True),
        ),
    ),
    Panel(
        "Duplicates",
        "Share of all items of the sender that were told before. Retries are as they should be; a share that "
        "grows says that acknowledgements do not arrive.",
        Kind.LINES,
        (
            Metric(
                f"max by (sender) "
                f'(leadtrace_conservation_outcome_items{{{_OF_SENDER},outcome="duplicate"}}) / '
                f"max by (sender) "
                f'(leadtrace_conservation_outcome_items{{{_OF_SENDER},outcome="accepted"}} > 0)',
                "{{sender}}",
            ),
        ),
        RATIO,
        "docs/senders/README.md",
    ),
    Panel(
        "Items settled by relays",
        "Items that relays settle each second, by outcome, of all senders.",
        Kind.STACK,
        (Metric("sum by (outcome) (rate(leadtrace_relayed_items_total[$__rate_interval]))", "{{outcome}}"),),
        PER_SECOND,
        "docs/architecture.md",
    ),
    Panel(
        "Items on their way",
        "Items that were accepted and have no outcome yet.",
        Kind.LINES,
        (
            Metric(
                f'max by (sender) (leadtrace_conservation_outcome_items{{{_OF_SENDER},outcome="pending"}})',
                "{{sender}}",
            ),
        ),
        ITEMS,
        "docs/architecture.md",
    ),
)

_HELD = (
    Panel(
        "In quarantine",
        "Items that wait for somebody to retry or discard them.",
        Kind.BARS,
        (Metric(f"max by (sender) (leadtrace_quarantine_items{{{_OF_SENDER}}})", "{{sender}}"),),
        ITEMS,
        "docs/quarantine.md",
    ),
    Panel(
        "Oldest in quarantine",
        "Time since the oldest item in quarantine was first seen.",
        Kind.LINES,
        (Metric(f"max by (sender) (leadtrace_quarantine_oldest_age_seconds{{{_OF_SENDER}}})", "{{sender}}"),),
        SECONDS,
        "docs/quarantine.md",
        limit=limit_of("QuarantineUnread"),
    ),
    Panel(
        "Sent to quarantine, by reason",
        "Items that relays sent to quarantine in the last hour, by reason, of all senders.",
        Kind.LINES,
        (Metric("sum by (reason) (increase(leadtrace_quarantined_items_total[1h]))", "{{reason}}"),),
        ITEMS,
        "docs/quarantine.md",
    ),
    Panel(
        "Why items are in quarantine",
        "Items that wait, by sender and reason, with the age of the oldest. `leadtrace "
        "quarantine list` shows "
        "them.",
        Kind.TABLE,
        (
            Sql(
                "select sender, reason, items, extract(epoch from now() - oldest_at)::float8 as oldest,\n"
                "  extract(epoch from now() - newest_at)::float8 as newest\n"
                f"from ingest.pub_stats_quarantine where {_OF_SENDER_SQL}\n"
                "order by items desc, sender, reason"
            ),
        ),
        ITEMS,
        "docs/quarantine.md",
        width=12,
        columns=(
            Column("sender", "sender", WORDS),
            Column("reason", "reason", WORDS),
            Column("items", "items"),
            Column("oldest", "oldest", SECONDS),
            Column("newest", "newest", SECONDS),
        ),
    ),
    Panel(
        "What was discarded",
        "Items that somebody decided to discard, by sender and reason.",
        Kind.TABLE,
        (
            Sql(
                "select sender, reason, items, extract(epoch from now() - newest_at)::float8 as newest\n"
                f"from ingest.pub_stats_discards where {_OF_SENDER_SQL}\n"
                "order by items desc, sender, reason"
            ),
        ),
        ITEMS,
        "docs/quarantine.md",
        width=12,
        columns=(
            Column("sender", "sender", WORDS),
            Column("reason", "reason", WORDS),
            Column("items", "items"),
            Column("newest", "last discarded", SECONDS),
        ),
    ),
    Panel(
        "Senders with something in quarantine",
        "How many senders wait for somebody to look.",
        Kind.STAT,
        (Metric("count(max by (sender) (leadtrace_quarantine_items) > 0) or vector(0)"),),
        NUMBER,
        "docs/quarantine.md",
        width=24,
        height=4,
    ),
)

SENDERS = Board(
    uid="leadtrace-senders",
    title="Ingest by sender",
    says="What each sender posts, what became of it, and what waits in quarantine and why.",
    groups=(Group("What came in", _POSTED), Group("Quarantine", _HELD)),
    range="now-24h",
    variables=("sender",),
)
