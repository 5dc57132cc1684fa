"""The business gauges. All of them are of one snapshot, whose moment is told beside them."""

from leadtrace.events.custody import Answer
from leadtrace.events.lead import LADDER, Stage
from leadtrace.runtime.metric_definition import Label, MetricDef, MetricType, Process
from leadtrace.runtime.metric_labels import READER

_API = (Process.API,)
WINDOWS = (30, 90)
ALL = "all"
MOST_CURRENCIES = 20
CLOCKS = ("accept", "contact")

_STAGE = Label("stage", "the stages", values=tuple(Stage))
_RUNG = Label("stage", "the rungs of the ladder", values=tuple(LADDER))
_DAYS = Label("days", "the last days, today included", values=tuple(map(str, WINDOWS)))
_DAYS_OR_ALL = Label("days", "the last days, today included, or all days", values=(*_DAYS.values, ALL))
_CHANNEL = Label("channel", "the largest ones (`metrics.top_channels`), `other` and `none`", most=52)
_CURRENCY = Label("currency", "that of reports, and those with most customers", most=MOST_CURRENCIES)
_REPORTING = Label("currency", "that of reports", most=1)
_CLOCK = Label("clock", "the two promises to a lead that is handed over", values=CLOCKS)
_FROM = Label("from_stage", "the rungs of the ladder", values=tuple(LADDER[:-1]))
_TO = Label("to_stage", "the rungs of the ladder", values=tuple(LADDER[1:]))
_COHORT = Label("days", "captured in the last days, or ever", values=(str(WINDOWS[-1]), ALL))


def _gauge(name: str, unit: str, sentence: str, *labels: Label) -> MetricDef:
    return MetricDef(name, MetricType.GAUGE, unit, sentence, labels, processes=_API)


STAGE_CURRENT = _gauge(
    "leadtrace_stage_current_leads", "leads", "Leads that stand at the stage now, captured ever.", _STAGE
)
STAGE_REACHED = _gauge(
    "leadtrace_stage_reached_leads",
    "leads",
    "Leads that reached the stage or a later one in the days; `mql` and `sql` are the qualified ones.",
    _RUNG,
    _DAYS,
)
CHANNEL_REACHED = _gauge(
    "leadtrace_channel_reached_leads",
    "leads",
    "Leads of a channel that reached the stage or a later one in the days.",
    _CHANNEL,
    _RUNG,
    _DAYS,
)
CHANNEL_REVENUE = _gauge(
    "leadtrace_channel_revenue_amount",
    "amount",
    "What leads of a channel brought in the days after refunds, in the currency of reports.",
    _CHANNEL,
    _REPORTING,
    _DAYS,
)
CHANNEL_SPEND = _gauge(
    "leadtrace_channel_spend_amount",
    "amount",
    "What was spent on a channel in the days, media and sales together, in the currency of reports.",
    _CHANNEL,
    _REPORTING,
    _DAYS,
)
STEP_RATE = _gauge(
    "leadtrace_step_conversion_ratio",
    "ratio",
    "Share of leads that take the step, those still open counted for as long as they were watched.",
    _FROM,
    _TO,
    _COHORT,
)
STEP_LOW = _gauge(
    "leadtrace_step_conversion_lower_ratio",
    "ratio",
    "Lower end of the 95 % interval of that share; absent where it is undefined.",
    _FROM,
    _TO,
    _COHORT,
)
STEP_HIGH = _gauge(
    "leadtrace_step_conversion_upper_ratio",
    "ratio",
    "Upper end of the 95 % interval of that share; absent where it is undefined.",
    _FROM,
    _TO,
    _COHORT,
)
STEP_NAIVE = _gauge(
    "leadtrace_step_conversion_naive_ratio",
    "ratio",
    "The plain ratio of the two counts, in which whoever is still open counts as lost.",
    _FROM,
    _TO,
    _COHORT,
)
STEP_MATURITY = _gauge(
    "leadtrace_step_conversion_maturity_ratio",
    "ratio",
    "Part of the conversions to be expected that is there already; below 0.8 compare with nothing.",
    _FROM,
    _TO,
    _COHORT,
)
STEP_LEADS = _gauge(
    "leadtrace_step_conversion_leads", "leads", "How many leads the share is of.", _FROM, _TO, _COHORT
)
REVENUE = _gauge(
    "leadtrace_revenue_amount",
    "amount",
    "What leads brought in the days after refunds, by the currency that it counts in.",
    _CURRENCY,
    _DAYS_OR_ALL,
)
UNSHOWN_CURRENCIES = _gauge(
    "leadtrace_revenue_unshown_currencies", "currencies", "Currencies of revenue that no gauge shows."
)
SPEND = _gauge(
    "leadtrace_spend_amount",
    "amount",
    "What was spent in the days, media and sales together, in the currency of reports.",
    _REPORTING,
    _DAYS,
)
ORDERS = _gauge("leadtrace_won_orders", "orders", "Deals that were won in the days.", _DAYS)
COST_PER_ORDER = _gauge(
    "leadtrace_order_cost_amount",
    "amount",
    "Spend of the days for each order won in them; absent without spend, or without an order.",
    _REPORTING,
    _DAYS,
)
RETURN_ON_SPEND = _gauge(
    "leadtrace_media_return_ratio",
    "ratio",
    "What leads captured in the days brought so far for each unit of media spend in them (ROAS).",
    _DAYS,
)
OFFERS = _gauge(
    "leadtrace_handover_answered_offers",
    "offers",
    "Handovers offered in the days, by how they were answered so far; `open` are unanswered.",
    Label("answer", "the answers there are", values=tuple(Answer)),
    _DAYS,
)
RUNNING = _gauge(
    "leadtrace_handover_running_offers",
    "offers",
    "Handovers that run now: not answered yet, or accepted and not concluded.",
    Label("state", "the two", values=("open", "accepted")),
)
OVERDUE = _gauge(
    "leadtrace_handover_overdue_offers",
    "offers",
    "Handovers whose promised time is over and that still wait: broken promises that can be mended.",
    _CLOCK,
)
AT_RISK = _gauge(
    "leadtrace_handover_at_risk_offers",
    "offers",
    "Handovers that wait and whose promised time is nearly over.",
    _CLOCK,
)
UNTOUCHED = _gauge(
    "leadtrace_handover_untouched_offers",
    "offers",
    "Handovers that were accepted, have had no contact, and whose time for it is over (deep-sixed).",
)
STUCK = _gauge(
    "leadtrace_stuck_rows",
    "rows",
    "Leads and deals that do not fold and stand still until `leadtrace rebuild --stuck`.",
    READER,
)
SNAPSHOT_AT = _gauge(
    "leadtrace_business_snapshot_timestamp_seconds",
    "seconds",
    "The moment at which all business gauges were true, as seconds since the epoch.",
)
SNAPSHOT_DURATION = _gauge(
    "leadtrace_business_snapshot_duration_seconds", "seconds", "How long it took to read the snapshot."
)
SNAPSHOT_FAILURES = MetricDef(
    "leadtrace_business_snapshot_failures_total",
    MetricType.COUNTER,
    "failures",
    "Snapshots of the business gauges that failed; the gauges go on showing the last good one.",
    processes=_API,
)
OF_A_SNAPSHOT = (
    STAGE_CURRENT,
    STAGE_REACHED,
    CHANNEL_REACHED,
    CHANNEL_REVENUE,
    CHANNEL_SPEND,
    STEP_RATE,
    STEP_LOW,
    STEP_HIGH,
    STEP_NAIVE,
    STEP_MATURITY,
    STEP_LEADS,
    REVENUE,
    UNSHOWN_CURRENCIES,
    SPEND,
    ORDERS,
    COST_PER_ORDER,
    RETURN_ON_SPEND,
    OFFERS,
    RUNNING,
    OVERDUE,
    AT_RISK,
    UNTOUCHED,
    STUCK,
    SNAPSHOT_AT,
    SNAPSHOT_DURATION,
)
