"""*Pipeline health*: for whoever is woken at night; every panel with a limit has a runbook."""

from deploy.grafana.boards.conservation import CONSERVATION
from deploy.grafana.boards.layout import Board, Group
from deploy.grafana.boards.limits import limit_of
from deploy.grafana.boards.machinery import BROKER, PROCESSES
from deploy.grafana.boards.panels import (
    BYTES,
    NUMBER,
    PER_SECOND,
    RATIO,
    RECORDS,
    ROWS,
    SECONDS,
    WORDS,
    Column,
    Kind,
    Panel,
)
from deploy.grafana.boards.queries import Metric

_NOW = (
    Panel(
        "Alerts that fire",
        "What Prometheus alerts of now. Each has a page in docs/runbooks of its own name.",
        Kind.TABLE,
        (Metric('count by (alertname, severity) (ALERTS{alertstate="firing"})', now=True),),
        NUMBER,
        "docs/runbooks/README.md",
        columns=(
            Column("alertname", "alert", WORDS),
            Column("severity", "severity", WORDS),
            Column("Value", "series"),
            Column("Time", "Time", hidden=True),
        ),
    ),
    Panel(
        "From end to end",
        "Everything recorded longer ago than this has arrived everywhere, counted from tables.",
        Kind.LINES,
        (Metric("leadtrace:end_to_end_age_seconds:min", "age"),),
        SECONDS,
        "docs/metrics.md",
        limit=limit_of("EndToEndAge"),
    ),
    Panel(
        "Oldest delivery that waits",
        "Age of the oldest delivery in the intake log that no relay has worked through yet.",
        Kind.LINES,
        (Metric("max(leadtrace_intake_oldest_pending_age_seconds)", "age"),),
        SECONDS,
        "docs/architecture.md",
        limit=limit_of("IntakeOldestPending"),
    ),
)

_DOOR = (
    Panel(
        "Items accepted",
        "Items that doors committed and acknowledged, each second, by sender.",
        Kind.STACK,
        (Metric("leadtrace:accepted_items:rate5m", "{{sender}}"),),
        PER_SECOND,
        "docs/senders/README.md",
    ),
    Panel(
        "Time to acknowledge",
        "From the last byte of a request to its acknowledgement, the commit included: half of the requests, "
        "and 99 of 100, are faster.",
        Kind.LINES,
        (
            Metric("leadtrace:ack_duration_seconds:p50", "p50"),
            Metric("leadtrace:ack_duration_seconds:p99", "p99"),
        ),
        SECONDS,
        "docs/benchmarks.md",
        limit=limit_of("AcksSlow"),
    ),
    Panel(
        "Group commit",
        "Time that one group commit of the intake log takes; 95 of 100 are faster.",
        Kind.LINES,
        (
            Metric(
                "histogram_quantile(0.95, sum by (le) "
                "(rate(leadtrace_intake_commit_duration_seconds_bucket[$__rate_interval])))",
                "p95",
            ),
        ),
        SECONDS,
        "docs/architecture.md",
    ),
    Panel(
        "Requests in the spill",
        "Requests that doors acknowledged and hold until PostgreSQL takes them. 0 is as it should be.",
        Kind.LINES,
        (Metric("sum by (instance, place) (leadtrace_spill_waiting_requests)", "{{instance}} {{place}}"),),
        NUMBER,
        "docs/spill.md",
    ),
    Panel(
        "Room of the spill",
        "Part of its quota that the spill of each door holds.",
        Kind.LINES,
        (Metric("leadtrace:spill_quota_used:ratio", "{{instance}}"),),
        RATIO,
        "docs/spill.md",
        limit=limit_of("SpillNearlyFull"),
    ),
    Panel(
        "Free disk",
        "Part of the disk under the spill that is free; embedded, all data is on it.",
        Kind.LINES,
        (Metric("leadtrace:spill_disk_free:ratio", "{{instance}}"),),
        RATIO,
        "docs/spill.md",
        limit=limit_of("DiskNearlyFull"),
    ),
    Panel(
        "Bytes that wait for their commit",
        "Bytes of bodies that wait in doors for their commit.",
        Kind.LINES,
        (Metric("sum by (instance) (leadtrace_intake_waiting_bytes)", "{{instance}}"),),
        BYTES,
        "docs/limits.md",
    ),
    Panel(
        "Requests in a group commit",
        "Mean number of requests that share one commit of the intake log.",
        Kind.LINES,
        (
            Metric(
                "sum(rate(leadtrace_intake_commit_requests_total[$__rate_interval])) / "
                "sum(rate(leadtrace_intake_commit_duration_seconds_count[$__rate_interval]))",
                "requests",
            ),
        ),
        NUMBER,
        "docs/benchmarks.md",
    ),
    Panel(
        "Requests that went into the spill",
        "Requests that doors acknowledged from their spill within 5 minutes, because PostgreSQL was away.",
        Kind.LINES,
        (
            Metric(
                "sum by (instance, place) (increase(leadtrace_spilled_requests_total[5m]))",
                "{{instance}} {{place}}",
            ),
        ),
        NUMBER,
        "docs/spill.md",
        limit=limit_of("DoorSpilling"),
    ),
)

_HOPS = (
    Panel(
        "Consumer lag",
        "Records that each group has not read yet.",
        Kind.LINES,
        (Metric("leadtrace:consumer_lag_records:sum", "{{consumer_group}}"),),
        RECORDS,
        "docs/architecture.md",
        limit=limit_of("ConsumerLagGrowing"),
    ),
    Panel(
        "Consumer lag, by partition",
        "The 20 partitions that are furthest behind, with their group.",
        Kind.TABLE,
        (
            Metric(
                "topk(20, max by (consumer_group, topic, partition) (leadtrace_consumer_lag_records))",
                now=True,
            ),
        ),
        RECORDS,
        "docs/architecture.md",
        columns=(
            Column("consumer_group", "group", WORDS),
            Column("topic", "topic", WORDS),
            Column("partition", "partition", WORDS),
            Column("Value", "behind", RECORDS),
            Column("Time", "Time", hidden=True),
        ),
    ),
    Panel(
        "Records through each hop",
        "Records that each group takes through its loop each second, by outcome. Totals of the business are "
        "counted from tables, never from this.",
        Kind.LINES,
        (Metric("leadtrace:records:rate5m", "{{consumer_group}} {{outcome}}"),),
        PER_SECOND,
        "docs/architecture.md",
    ),
    Panel(
        "Batch, from poll to commit",
        "Time from a polled batch to its committed offsets; 95 of 100 are faster.",
        Kind.LINES,
        (Metric("leadtrace:batch_duration_seconds:p95", "{{consumer_group}}"),),
        SECONDS,
        "docs/benchmarks.md",
    ),
    Panel(
        "Records in a batch",
        "Mean number of records in the batches that went through.",
        Kind.LINES,
        (
            Metric(
                "sum by (consumer_group) (rate(leadtrace_batch_size_records_sum[$__rate_interval])) / "
                "sum by (consumer_group) (rate(leadtrace_batch_size_records_count[$__rate_interval]))",
                "{{consumer_group}}",
            ),
        ),
        RECORDS,
        "docs/benchmarks.md",
    ),
    Panel(
        "Age of records at each hop",
        "From when the oldest record of a batch was written to its topic until the batch went through; 95 of "
        "100 are younger.",
        Kind.LINES,
        (Metric("leadtrace:record_age_seconds:p95", "{{consumer_group}}"),),
        SECONDS,
        "docs/benchmarks.md",
    ),
    Panel(
        "Steps of the relay",
        "Time that a chunk takes in each step; 95 of 100 are faster.",
        Kind.LINES,
        (
            Metric(
                "histogram_quantile(0.95, sum by (step, le) "
                "(rate(leadtrace_relay_step_duration_seconds_bucket[$__rate_interval])))",
                "{{step}}",
            ),
        ),
        SECONDS,
        "docs/architecture.md",
    ),
    Panel(
        "Rows whose time has come",
        "Rows that are due to be folded again and are not yet: clocks of handovers, scores that fade.",
        Kind.LINES,
        (Metric("sum by (process) (leadtrace_timer_overdue_rows)", "{{process}}"),),
        ROWS,
        "docs/architecture.md",
    ),
    Panel(
        "Last pass over what was due",
        "Time since everything that was due had last been folded.",
        Kind.LINES,
        (Metric("time() - max by (process) (leadtrace_timer_pass_timestamp_seconds)", "{{process}}"),),
        SECONDS,
        "docs/architecture.md",
        limit=limit_of("TimersLate"),
    ),
)

PIPELINE = Board(
    uid="leadtrace-pipeline",
    title="Pipeline health",
    says="Whether everything that came in arrives, how fast, and what waits for somebody.",
    groups=(
        Group("Now", _NOW),
        Group("The door", _DOOR),
        Group("Hops", _HOPS),
        Group("Nothing is lost", CONSERVATION),
        Group("Processes", PROCESSES),
        Group("PostgreSQL and Kafka as the processes see them", BROKER),
    ),
    range="now-6h",
    refresh="30s",
)
