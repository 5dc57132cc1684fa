"""*Funnel and handover*: the numbers that both teams share, and what passes between them."""

from deploy.grafana.boards.handover import BALANCES, HANDOVER
from deploy.grafana.boards.layout import Board, Group
from deploy.grafana.boards.limits import limit_of
from deploy.grafana.boards.panels import LEADS, NUMBER, RATIO, SECONDS, WORDS, Column, Kind, Panel
from deploy.grafana.boards.queries import IN_MONTHS, MONTH, Metric, Sql

_RUNGS = ("inquiry", "lead", "mql", "sal", "sql", "opportunity", "customer")
_REACHED = ",\n  ".join(
    f"coalesce(sum(reached) filter (where stage = '{rung}'), 0)::bigint as {rung}" for rung in _RUNGS
)
_STEP = "from_stage, to_stage"


def _of_steps(metric: str) -> Metric:
    return Metric(f'max by ({_STEP}) (leadtrace_step_conversion_{metric}{{days="90"}})', now=True)


_STAGES = (
    Panel(
        "Leads at each stage now",
        "Leads that stand at the stage now, whenever they were captured.",
        Kind.BARS,
        (Metric("max by (stage) (leadtrace_stage_current_leads)", "{{stage}}"),),
        LEADS,
        "docs/funnel.md",
    ),
    Panel(
        "Reached in the last days",
        "Leads that reached the stage or a later one in the last days chosen above, today included; by the "
        "day on which they reached it.",
        Kind.BARS,
        (Metric('max by (stage) (leadtrace_stage_reached_leads{days="$days"})', "{{stage}}"),),
        LEADS,
        "docs/funnel.md",
    ),
    Panel(
        "Qualified leads over time",
        "MQL and SQL reached in the last days, as they were counted at each moment: a moving sum of days.",
        Kind.LINES,
        (
            Metric(
                'max by (stage) (leadtrace_stage_reached_leads{days="$days",stage=~"mql|sql"})', "{{stage}}"
            ),
        ),
        LEADS,
        "docs/funnel.md",
    ),
    Panel(
        "Steps up the ladder, captured in the last 90 days",
        "Share of leads that take the step, with its 95 % interval; those still open are counted for as long "
        "as they were watched. Below a maturity of 80 % compare with nothing. Naive counts whoever is still "
        "open as lost; n is how many leads the share is of.",
        Kind.TABLE,
        tuple(
            map(_of_steps, ("ratio", "lower_ratio", "upper_ratio", "naive_ratio", "maturity_ratio", "leads"))
        ),
        RATIO,
        "docs/funnel.md",
        width=16,
        decimals=1,
        columns=(
            Column("from_stage", "from", WORDS),
            Column("to_stage", "to", WORDS),
            Column("Value #A", "share", RATIO),
            Column("Value #B", "lower", RATIO),
            Column("Value #C", "upper", RATIO),
            Column("Value #D", "naive", RATIO),
            Column("Value #E", "maturity", RATIO),
            Column("Value #F", "n", NUMBER),
            Column("Time", "Time", hidden=True),
        ),
    ),
    Panel(
        "Age of these numbers",
        "Time since the snapshot that all business gauges are of. It grows while they cannot be read.",
        Kind.STAT,
        (Metric("leadtrace:business_snapshot_age_seconds:min"),),
        SECONDS,
        "docs/metrics.md",
        limit=limit_of("BusinessSnapshotFrozen"),
    ),
)

_COHORTS = (
    Panel(
        "Leads by the month of their capture",
        "Of the leads captured in the month, how many have reached each stage or a later "
        "one until now. Young "
        "months are not done yet: do not compare them with old ones. Months begun before "
        "the range count whole.",
        Kind.TABLE,
        (
            Sql(
                f"select {MONTH} as month,\n  {_REACHED}\nfrom api.pub_stats_funnel\n"
                f"where basis = 'cohort' and {IN_MONTHS}\ngroup by 1 order by 1"
            ),
        ),
        NUMBER,
        "docs/funnel.md",
        width=16,
        columns=(Column("month", "month", WORDS), *(Column(rung, rung) for rung in _RUNGS)),
    ),
    Panel(
        "Revenue by the month of capture",
        "What the leads captured in the month have brought until now, after refunds, by the currency that it "
        "counts in; never summed over currencies.",
        Kind.TABLE,
        (
            Sql(
                f"select {MONTH} as month, currency, sum(customers)::bigint as customers,\n"
                "  sum(amount)::float8 as revenue\nfrom api.pub_stats_revenue\n"
                f"where basis = 'cohort' and {IN_MONTHS}\ngroup by 1, 2 order by 1, 2"
            ),
        ),
        NUMBER,
        "docs/money.md",
        columns=(
            Column("month", "month", WORDS),
            Column("currency", "currency", WORDS),
            Column("customers", "customers"),
            Column("revenue", "revenue"),
        ),
    ),
)

_SCORE = (
    Panel(
        "Bands of the last 30 days",
        "Share of each band in the leads that were judged within the last 30 days.",
        Kind.LINES,
        (Metric("max by (band) (leadtrace_scoring_band_share_ratio)", "{{band}}"),),
        RATIO,
        "docs/scoring-quality.md",
    ),
    Panel(
        "Conversion of each band",
        "Weighted share of the leads of a band that are won within the horizon; absent while nobody knows.",
        Kind.LINES,
        (Metric("max by (band) (leadtrace_scoring_band_conversion_ratio)", "{{band}}"),),
        RATIO,
        "docs/scoring-quality.md",
    ),
    Panel(
        "Hot leads worth no more than warm ones",
        "1 when hot stops converting: no better than warm, or more of it that is won less.",
        Kind.STAT,
        (Metric("max(leadtrace_scoring_inflation_ratio)"),),
        NUMBER,
        "docs/scoring-quality.md",
        limit=limit_of("HotBandInflated"),
    ),
)

FUNNEL = Board(
    uid="leadtrace-funnel",
    title="Funnel and handover",
    says="The numbers that marketing and sales share: stages, honest rates, handovers and their promises.",
    groups=(
        Group("Funnel", _STAGES),
        Group("Cohorts", _COHORTS),
        Group("Handover now", HANDOVER),
        Group("Handover over time", BALANCES),
        Group("What the score is worth", _SCORE),
    ),
    range="now-180d",
    variables=("days", "timezone"),
    refresh="5m",
)
