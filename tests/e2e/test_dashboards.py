"""Every question of every dashboard and rule, asked of a real Prometheus and of PostgreSQL by the login."""

import math
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from leadtrace.runtime.clock import SystemClock
from leadtrace.store.engine import connect
from leadtrace.store.roles import READER_LOGIN
from leadtrace.testing.loop_thread import LoopThread
from tests.e2e.conftest import reachable_folder
from tests.e2e.watched_day import Watched, watched
from tests.house.grafana import DASHBOARDS, POSTGRES, PROMETHEUS, filled_in_promql, filled_in_sql, questions
from tests.house.promql import NAME, rules

pytestmark = pytest.mark.slow

_STEP_S = 2
UUID_IN = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")
_REACHED = """
select stage, sum(reached)::int as reached from api.pub_stats_funnel where basis = 'cohort' group by stage
"""
_REVENUE = "select sum(amount) from api.pub_stats_revenue where basis = 'cohort' and currency = 'EUR'"
_CREDITED = """
select model, sum(amount) as amount from attribution.pub_stats_credits
where currency = 'EUR' group by model
"""
_SUMS = """
select (select sum(orders) from api.pub_stats_orders) as orders,
       (select sum(amount) from api.pub_stats_spend) as spend,
       (select sum(offered) from api.pub_stats_handovers) as offered,
       (select sum(leads) from api.pub_stats_untouched) as untouched,
       (select sum(items) from ingest.pub_stats_quarantine) as held,
       (select sum(leads) from api.pub_stats_custody where account <> 'outside') as captured,
       (select sum(leads) from api.pub_stats_custody) as imbalance
"""
_READABLE = """
select c.oid::regclass::text from pg_class c
where c.relkind = 'v' and c.relname like 'pub\\_%' and has_table_privilege(c.oid, 'select')
"""
# What has nothing to show on an installation of this age on which all goes well, and why.
RIGHTLY_EMPTY = {
    "leadtrace_scoring_band_share_ratio": "the quality of scores is computed hourly",
    "leadtrace_scoring_band_conversion_ratio": "nobody knows before leads are as old as the horizon",
    "leadtrace_dead_letters_waiting_records": "every record can be decoded",
    "leadtrace_dead_letters_oldest_age_seconds": "every record can be decoded",
    "leadtrace_webhook_oldest_pending_seconds": "nobody subscribed to webhooks",
    "ALERTS": "nothing is wrong for long enough",
}


@asynccontextmanager
async def reading(day: Watched) -> AsyncIterator[asyncpg.Connection]:
    """PostgreSQL as Grafana reads it."""
    connection = await connect(day.reader_url)
    try:
        assert await connection.fetchval("select session_user::text") == READER_LOGIN
        yield connection
    finally:
        await connection.close()


@pytest.fixture(scope="module")
def day() -> Iterator[Watched]:
    with (
        reachable_folder() as folder,
        LoopThread("watched-installation") as loop,
        loop.entered(watched(folder)) as made,
    ):
        yield made


def is_rightly_empty(expression: str) -> bool:
    """Whether one of the numbers asked for is declared to be rightly absent."""
    return any(re.search(rf"\b{name}\b", expression) for name in RIGHTLY_EMPTY)


def told(values: list[float]) -> bool:
    """Whether there is a number among them."""
    return not all(map(math.isnan, values))


async def test_every_panel_that_asks_prometheus_is_answered_with_data(day: Watched) -> None:
    last = SystemClock().now().timestamp()
    empty = []
    for question in (one for one in questions() if one.source == PROMETHEUS):
        text = filled_in_promql(question.text, day.variables, interval="5m")
        if question.is_now:
            values = await day.prometheus.now(text)
        else:
            values = await day.prometheus.over(text, first=last - 20, last=last, step_s=_STEP_S)
        if not told(values) and not is_rightly_empty(text):
            empty.append((question.where, text, values))
    assert not empty


async def test_every_panel_that_asks_postgres_is_answered_with_data(day: Watched) -> None:
    last = SystemClock().now()
    empty = []
    async with reading(day) as reader:
        for question in (one for one in questions() if one.source == POSTGRES):
            first = last - timedelta(days=180)
            rows = await reader.fetch(filled_in_sql(question.text, day.variables, first=first, last=last))
            if not rows:
                empty.append(question.where)
    assert not empty


async def test_every_rule_is_understood_and_what_it_asks_for_is_there(day: Watched) -> None:
    evaluated = await day.prometheus.rules()
    assert len(evaluated) == len(rules("recording.yml")) + len(rules("alerts.yml"))
    assert not [one for one in evaluated if one["health"] != "ok" or one.get("lastError")]
    for rule in rules("recording.yml"):
        assert told(await day.prometheus.now(rule["expr"])), rule["record"]
    asked = {name for rule in rules("alerts.yml") for name in NAME.findall(rule["expr"])}
    for rule in rules("alerts.yml"):
        await day.prometheus.now(rule["expr"])
    absent = {name for name in asked if not await day.prometheus.now(name)}
    assert absent <= RIGHTLY_EMPTY.keys()


def test_what_is_declared_to_be_rightly_empty_is_asked_for() -> None:
    texts = [one.text for one in questions()]
    assert all(any(re.search(rf"\b{name}\b", text) for text in texts) for name in RIGHTLY_EMPTY)


async def test_every_variable_has_values(day: Watched) -> None:
    for board in DASHBOARDS.values():
        for variable in board["templating"]["list"]:
            if variable["type"] != "query" or variable["datasource"]["type"] != PROMETHEUS:
                continue
            asked = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable["query"])
            assert asked is not None
            assert await day.prometheus.now(f"count by ({asked[2]}) ({asked[1]})")


async def test_statistics_equal_what_the_api_tells(day: Watched) -> None:
    """The views are another way to the same numbers: neither may differ, to the cent."""
    total = (await day.installation.get("/v1/funnel"))["total"]
    async with reading(day) as reader:
        reached = {row["stage"]: row["reached"] for row in await reader.fetch(_REACHED)}
        revenue = await reader.fetchval(_REVENUE)
        credited = {row["model"]: row["amount"] for row in await reader.fetch(_CREDITED)}
        found = await reader.fetchrow(_SUMS)
    assert found is not None
    assert {stage: count for stage, count in reached.items() if count} == {
        one["stage"]: one["reached"] for one in total["stages"] if one["reached"]
    }
    assert f"{revenue:.2f}" == total["revenue"]["amount"]
    assert {f"{amount:.2f}" for model, amount in credited.items() if model != "custom"} == {f"{revenue:.2f}"}
    gauges = {
        "orders": 'leadtrace_won_orders{days="90"}',
        "spend": 'leadtrace_spend_amount{days="90",currency="EUR"}',
        "offered": 'sum(leadtrace_handover_answered_offers{days="90"})',
        "untouched": "leadtrace_handover_untouched_offers",
        "held": "sum(leadtrace_quarantine_items)",
        "captured": "sum(leadtrace_stage_current_leads)",
    }
    for name, gauge in gauges.items():
        assert await day.prometheus.now(gauge) == [float(found[name])], name
    assert found["imbalance"] == 0


async def test_balances_of_a_panel_end_as_the_ledger_has_them(day: Watched) -> None:
    """The panel sums up what moved, day by day: its last day is what the ledger holds now."""
    (asked,) = [one for one in questions() if one.title == "In whose hands leads are"]
    last = SystemClock().now()
    text = filled_in_sql(asked.text, day.variables, first=last - timedelta(days=180), last=last)
    async with reading(day) as reader:
        held = {row["metric"]: row["leads"] for row in await reader.fetch(text)}
    groups = (await day.installation.get("/v1/ledger/balances"))["groups"]
    balances = {one["key"]["account"]: one["balance"] for one in groups}
    balances.pop("outside", None)
    assert {account: leads for account, leads in held.items() if leads} == balances


async def test_nothing_in_the_statistics_is_of_one_person(day: Watched) -> None:
    async with reading(day) as reader:
        views = [row[0] for row in await reader.fetch(_READABLE)]
        assert len(views) > 10
        for view in views:
            for row in await reader.fetch(f"select * from {view}"):
                words = [value for value in row.values() if isinstance(value, str)]
                assert not [one for one in row.values() if isinstance(one, UUID | bytes | list)], view
                assert not [word for word in words if "@" in word or UUID_IN.search(word)], view
