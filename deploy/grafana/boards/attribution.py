"""*Attribution and cost per order*: models side by side, what was spent, and whether both add up."""

from deploy.grafana.boards.layout import Board, Group
from deploy.grafana.boards.limits import limit_of
from deploy.grafana.boards.panels import DEALS, NUMBER, RECORDS, WORDS, Column, Kind, Panel
from deploy.grafana.boards.queries import IN_MONTHS, IN_RANGE, MONTH, Metric, Sql

# The order in which attribution keeps them; `custom` is 0 until the definitions define it.
MODELS = (
    "first_touch",
    "last_touch",
    "linear",
    "position_based",
    "u_shaped_hubspot",
    "u_shaped_marketo",
    "w_shaped",
    "full_path",
    "time_decay",
    "custom",
)
_SIDE_BY_SIDE = ",\n  ".join(
    f"coalesce(sum(amount) filter (where model = '{model}'), 0)::float8 as {model}" for model in MODELS
)
_MODEL_COLUMNS = tuple(Column(model, model.replace("_", " ")) for model in MODELS)


def _models(condition: str) -> Sql:
    return Sql(
        f"select channel,\n  {_SIDE_BY_SIDE}\nfrom attribution.pub_stats_credits\n"
        f"where {condition} and {IN_RANGE}\ngroup by channel order by linear desc, channel"
    )


_COSTS = (
    Panel(
        "Spend",
        "What was spent in the last days chosen above, media and sales together, in the currency of reports.",
        Kind.STAT,
        (Metric('max by (currency) (leadtrace_spend_amount{days="$days"})', "{{currency}}"),),
        NUMBER,
        "docs/costs.md",
        width=5,
        height=5,
    ),
    Panel(
        "Orders",
        "Deals that were won in the last days.",
        Kind.STAT,
        (Metric('max(leadtrace_won_orders{days="$days"})'),),
        DEALS,
        "docs/costs.md",
        width=5,
        height=5,
    ),
    Panel(
        "Cost per order",
        "Spend of the last days for each order won in them; absent without spend, without an order, or while "
        "some of the spend has no rate to the currency of reports.",
        Kind.STAT,
        (Metric('max by (currency) (leadtrace_order_cost_amount{days="$days"})', "{{currency}}"),),
        NUMBER,
        "docs/costs.md",
        width=5,
        height=5,
        decimals=2,
    ),
    Panel(
        "Return on media",
        "What leads captured in the last days brought so far for each unit of media spend in them (ROAS). "
        "Young leads have not brought all of it yet.",
        Kind.STAT,
        (Metric('max(leadtrace_media_return_ratio{days="$days"})'),),
        NUMBER,
        "docs/costs.md",
        width=5,
        height=5,
        decimals=2,
    ),
    Panel(
        "Currencies not shown",
        "Currencies of revenue that no gauge shows: only the largest are told apart.",
        Kind.STAT,
        (Metric("max(leadtrace_revenue_unshown_currencies)"),),
        NUMBER,
        "docs/money.md",
        width=4,
        height=5,
    ),
    Panel(
        "Cost per order over time",
        "The gauge of 30 and of 90 days, as it was counted at each moment.",
        Kind.LINES,
        (Metric("max by (currency, days) (leadtrace_order_cost_amount)", "{{days}} days, {{currency}}"),),
        NUMBER,
        "docs/costs.md",
    ),
    Panel(
        "Spend by channel",
        "What was spent on each of the largest channels in the last days; the rest is `other`.",
        Kind.BARS,
        (Metric('max by (channel, currency) (leadtrace_channel_spend_amount{days="$days"})', "{{channel}}"),),
        NUMBER,
        "docs/costs.md",
    ),
    Panel(
        "Revenue by channel",
        "What leads of the channel that first brought them have brought in the last days, after refunds, in "
        "the currency of reports.",
        Kind.BARS,
        (
            Metric(
                'max by (channel, currency) (leadtrace_channel_revenue_amount{days="$days"})', "{{channel}}"
            ),
        ),
        NUMBER,
        "docs/money.md",
    ),
    Panel(
        "Cost per order by month",
        "Spend of the month by orders won in it, in the currency of reports. Empty where "
        "some of the spend of "
        "the month has no rate to it, or nothing was won. Months begun before the range count whole.",
        Kind.TABLE,
        (
            Sql(
                "select month, coalesce(spend, 0)::float8 as spend, coalesce(orders, 0) as orders,\n"
                "  case when complete then round(spend / nullif(orders, 0), 2)::float8 "
                "end as cost_per_order\n"
                "from (\n"
                f"  select {MONTH} as month, sum(amount) filter (where currency = "
                f"'${{currency}}') as spend,\n"
                "    bool_and(currency = '${currency}') as complete\n"
                f"  from api.pub_stats_spend where {IN_MONTHS} group by 1\n"
                ") spent full join (\n"
                f"  select {MONTH} as month, sum(orders)::bigint as orders\n"
                f"  from api.pub_stats_orders where {IN_MONTHS} group by 1\n"
                ") won using (month) order by month"
            ),
        ),
        NUMBER,
        "docs/costs.md",
        width=12,
        columns=(
            Column("month", "month", WORDS),
            Column("spend", "spend"),
            Column("orders", "orders"),
            Column("cost_per_order", "cost per order"),
        ),
    ),
    Panel(
        "Spend by week and kind",
        "What was spent in each week, from Monday, on media and on sales, in the currency of reports.",
        Kind.COLUMNS,
        (
            Sql(
                "select date_trunc('week', day::timestamp) at time zone '${timezone}' as "
                "time, kind as metric,\n"
                "  sum(amount)::float8 as spend\nfrom api.pub_stats_spend\n"
                f"where currency = '${{currency}}' and {IN_RANGE}\ngroup by 1, 2 order by 1, 2",
                over_time=True,
            ),
        ),
        NUMBER,
        "docs/costs.md",
        width=12,
    ),
)

_CREDITS = (
    Panel(
        "Revenue credited to channels, model by model",
        "What each rule-based model gives to each channel of the deals won in the range, in the currency of "
        "reports. The largest channels are told apart. Markov and Shapley: GET /v1/attribution?model=markov.",
        Kind.TABLE,
        (_models("currency = '${currency}'"),),
        NUMBER,
        "docs/attribution.md",
        width=24,
        decimals=2,
        columns=(Column("channel", "channel", WORDS), *_MODEL_COLUMNS),
    ),
    Panel(
        "Deals credited to channels, model by model",
        "The same in deals, whatever they brought: each deal counts 1, however many leads were part of it.",
        Kind.TABLE,
        (_models("currency is null"),),
        DEALS,
        "docs/attribution.md",
        width=24,
        decimals=2,
        columns=(Column("channel", "channel", WORDS), *_MODEL_COLUMNS),
    ),
)

_BALANCE = (
    Panel(
        "All checks balance",
        "1 when every check balances, money to the cent included, and 0 when one does not.",
        Kind.STAT,
        (Metric("min(leadtrace_conservation_balanced_ratio)"),),
        NUMBER,
        "docs/architecture.md",
        limit=limit_of("ConservationUnbalanced"),
    ),
    Panel(
        "Differences of credits, custody and rollups",
        "What each of these checks finds without exactly one outcome, counted from tables. Money is in the "
        "check of all, to the left.",
        Kind.LINES,
        (
            Metric(
                "max by (check) "
                '(abs(leadtrace_conservation_difference_records{check=~"credits|custody|known:.*"}))',
                "{{check}}",
            ),
        ),
        RECORDS,
        "docs/architecture.md",
        width=16,
        limit=limit_of("ConservationBroken"),
    ),
    Panel(
        "Spend in against spend out",
        "What was posted, less what was replaced or taken back, is what the days hold. "
        "Any other difference is "
        "a loss.",
        Kind.TABLE,
        (
            Sql(
                "select currency, posted::float8, replaced::float8, void::float8, counted::float8,\n"
                "  (posted - replaced - void - counted)::float8 as difference\n"
                "from api.pub_stats_spend_balance order by currency"
            ),
        ),
        NUMBER,
        "docs/costs.md",
        width=24,
        decimals=2,
        columns=(
            Column("currency", "currency", WORDS),
            *(Column(name, name) for name in ("posted", "replaced", "void", "counted", "difference")),
        ),
    ),
    Panel(
        "Every model gives the same sum",
        "Of the deals won in the range: what each model credits, and what is left to "
        "nobody because nobody was "
        "touched. Every model sums to the same; the model of one's own is 0 until it is defined.",
        Kind.TABLE,
        (
            Sql(
                "select model,\n"
                "  coalesce(sum(amount) filter (where channel <> 'unattributed'), 0)::float8 as credited,\n"
                "  coalesce(sum(amount) filter (where channel = 'unattributed'), "
                "0)::float8 as unattributed,\n"
                "  sum(amount)::float8 as sum\n"
                "from attribution.pub_stats_credits\n"
                f"where currency = '${{currency}}' and {IN_RANGE}\ngroup by model order by model"
            ),
        ),
        NUMBER,
        "docs/attribution.md",
        width=16,
        decimals=2,
        columns=(
            Column("model", "model", WORDS),
            *(Column(name, name) for name in ("credited", "unattributed", "sum")),
        ),
    ),
    Panel(
        "Credits that wait",
        "Deals and leads whose credits are still to be made anew.",
        Kind.LINES,
        (Metric('max by (check) (leadtrace_conservation_pending_records{check="credits"})', "{{check}}"),),
        RECORDS,
        "docs/attribution.md",
    ),
)

ATTRIBUTION = Board(
    uid="leadtrace-attribution",
    title="Attribution and cost per order",
    says="Which channels make sales by which model, what an order costs, and whether both add up.",
    groups=(
        Group("What an order costs", _COSTS),
        Group("Models side by side", _CREDITS),
        Group("Does it add up", _BALANCE),
    ),
    range="now-180d",
    variables=("days", "currency", "timezone"),
    refresh="5m",
)
