"""Panels of what the pipeline runs on: processes, pools of connections, the broker."""

from deploy.grafana.boards.limits import limit_of
from deploy.grafana.boards.panels import (
    CONNECTIONS,
    NUMBER,
    PER_SECOND,
    RATIO,
    SECONDS,
    WORDS,
    Column,
    Kind,
    Panel,
)
from deploy.grafana.boards.queries import Metric

PROCESSES = (
    Panel(
        "Processes that answer",
        "1 for each process that Prometheus could scrape, 0 for one that it could not.",
        Kind.STAT,
        (Metric('min by (process) (up{job="leadtrace"})', "{{process}}"),),
        NUMBER,
        "docs/deployment.md",
        width=12,
        limit=limit_of("ProcessDown"),
    ),
    Panel(
        "Versions",
        "Which version of leadtrace runs on which Python, and how many processes of it.",
        Kind.TABLE,
        (Metric("count by (version, python) (leadtrace_build_info)", now=True),),
        NUMBER,
        "docs/deployment.md",
        width=12,
        columns=(
            Column("version", "leadtrace", WORDS),
            Column("python", "Python", WORDS),
            Column("Value", "processes"),
            Column("Time", "Time", hidden=True),
        ),
    ),
    Panel(
        "Answers of the api",
        "Requests that the api answers each second, by status.",
        Kind.STACK,
        (
            Metric(
                "sum by (status) (rate(leadtrace_request_duration_seconds_count[$__rate_interval]))",
                "{{status}}",
            ),
        ),
        PER_SECOND,
        "docs/api.md",
    ),
    Panel(
        "Slowest routes of the api",
        "Time to answer, by route, 95 of 100 below; the 10 slowest.",
        Kind.LINES,
        (
            Metric(
                "topk(10, histogram_quantile(0.95, sum by (route, le) "
                "(rate(leadtrace_request_duration_seconds_bucket[$__rate_interval]))))",
                "{{route}}",
            ),
        ),
        SECONDS,
        "docs/benchmarks.md",
    ),
    Panel(
        "Months that have a partition already",
        "Months to come that have a partition; at 0 what is received next goes into the default one.",
        Kind.STAT,
        (Metric("max(leadtrace_ahead_months)"),),
        NUMBER,
        "docs/retention.md",
        limit=limit_of("NoMonthAhead"),
    ),
)

BROKER = (
    Panel(
        "Connections in use",
        "Part of each pool's connections that is used.",
        Kind.LINES,
        (Metric("leadtrace:database_pool_used:ratio", "{{process}} {{pool}}"),),
        RATIO,
        "docs/architecture.md",
        limit=limit_of("DatabasePoolExhausted"),
    ),
    Panel(
        "Connections",
        "Connections to PostgreSQL of all processes: used, open and unused, and the most there may be.",
        Kind.LINES,
        (Metric("sum by (state) (leadtrace_database_pool_connections)", "{{state}}"),),
        CONNECTIONS,
        "docs/architecture.md",
    ),
    Panel(
        "Last word from the broker",
        "Time since each group last heard from Kafka.",
        Kind.LINES,
        (
            Metric(
                "time() - max by (consumer_group, instance) (leadtrace_consumer_poll_timestamp_seconds)",
                "{{consumer_group}} {{instance}}",
            ),
        ),
        SECONDS,
        "docs/architecture.md",
        limit=limit_of("ConsumerSilent"),
    ),
    Panel(
        "Calls of the broker that failed",
        "Polls and commits that failed, each second; records that were polled come again.",
        Kind.LINES,
        (
            Metric(
                "sum by (consumer_group, call) (rate(leadtrace_consumer_failures_total[$__rate_interval]))",
                "{{consumer_group}} {{call}}",
            ),
        ),
        PER_SECOND,
        "docs/runbooks/ConsumerSilent.md",
    ),
    Panel(
        "Partitions that are read",
        "Partitions that each process reads. Of every group all are held, by whichever process.",
        Kind.LINES,
        (
            Metric(
                "sum by (consumer_group, instance) (leadtrace_consumer_held_partitions)",
                "{{consumer_group}} {{instance}}",
            ),
        ),
        NUMBER,
        "docs/architecture.md",
    ),
)
