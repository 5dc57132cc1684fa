"""The same questions put to DuckDB and to ClickHouse, within this process: over leads, and over the rollups.

They count; of rates that own up to what is open, intervals and drills they make none. What they say is held
to what the api says before anything is measured.
"""

import importlib
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any, Final

import httpx

from leadtrace.events.lead import LADDER
from leadtrace.store.connection import Connection
from leadtrace.testing.installation import Installation
from leadtrace_api.funnel.day_rows import Days, Of
from leadtrace_api.funnel.moving_sums import MovingSums
from leadtrace_api.funnel.sums import PLACES, REACHED, of_entries
from tests.benchmarks.figure import Figure, lower

_TIMES: Final = 40
_WARM_UP: Final = 5
_CHANNEL: Final = "channel"
_RUNGS: Final = [PLACES[rung] for rung in LADDER]
_TOP: Final = "coalesce(at7, at6, at5, at4, at3, at2, at1)"
_RUNG: Final = " + ".join(f"(at{rung} is not null)::int" for rung in range(1, len(LADDER) + 1))
_LEADS: Final = f"""
select cohort_day, channel, segment, {_RUNG} as rung,
       case when at7 is not null then worth else 0 end as brought from drawn_leads
"""
_ROLLUP: Final = """
select day, dimension, key, stage, reached from api.funnel_daily
where definition_version = 1 and basis = 'cohort' and dimension in ('channel', 'channel,segment')
"""
_COUNTS: Final = ", ".join(
    f"sum(case when rung >= {rung} then 1 else 0 end)" for rung in range(1, len(LADDER) + 1)
)
_BY: Final = {"by channel": "channel", "by channel and segment": "channel, segment"}
_SCANS: Final = {
    question: f"select {by}, {_COUNTS}, sum(brought) from leads where {{days}} group by {by}"
    for question, by in _BY.items()
}
_SUMS: Final = {
    question: f"select key, stage, sum(reached) from rollup where dimension = '{by.replace(' ', '')}' "
    "and {days} group by key, stage"
    for question, by in _BY.items()
}
Ask = Callable[[str], Sequence[Sequence[Any]]]


async def compared(
    connection: Connection, installation: Installation, days: tuple[date, date]
) -> list[Figure]:
    """Their times, scan and rollup; ours are among the figures over HTTP, and here of the counts alone."""
    figures = await _counts_alone(connection, await _reached(installation, days), Days(*days))
    with tempfile.TemporaryDirectory(prefix="leadtrace-engines-") as folder:
        leads, rollup = Path(folder) / "leads.csv", Path(folder) / "rollup.csv"
        await connection.copy_from_query(_LEADS, output=leads, format="csv", header=True, timeout=1_200)
        await connection.copy_from_query(_ROLLUP, output=rollup, format="csv", header=True, timeout=600)
        expected = await _reached(installation, days)
        for name, opened in (("DuckDB", _duckdb), ("ClickHouse", _clickhouse)):
            began = time.perf_counter()
            ask = opened(leads, rollup, Path(folder))
            figures.append(lower(f"{name}, loading", time.perf_counter() - began, "s"))
            between = f"{{day}} between '{days[0]}' and '{days[1]}'"
            scan = ask(_SCANS["by channel"].format(days=between.format(day="cohort_day")))
            assert {row[0]: [int(one) for one in row[1 : 1 + len(LADDER)]] for row in scan} == expected, name
            for kind, statements, day in (("scan", _SCANS, "cohort_day"), ("rollup", _SUMS, "day")):
                for question, statement in statements.items():
                    asked = statement.format(days=between.format(day=day))
                    figures += _timed(f"{name}, {kind} {question}", ask, asked)
    return figures


async def _reached(installation: Installation, days: tuple[date, date]) -> dict[str, list[int]]:
    asked = {"by": "channel", "from": days[0].isoformat(), "to": days[1].isoformat()}
    async with httpx.AsyncClient(base_url=installation.api, timeout=60.0) as client:
        groups = (await client.get("/v1/funnel", params=asked)).json()["groups"]
    found = {}
    for group in groups:
        reached = {row["stage"]: row["reached"] for row in group["stages"]}
        found[group["key"]["channel"]] = [reached[stage] for stage in LADDER]
    return found


async def _counts_alone(connection: Connection, expected: dict[str, list[int]], days: Days) -> list[Figure]:
    """What the api counts and sums by our rollup before it tells rates, each range a day before the last."""
    moving, figures = MovingSums(), []
    for question, by in _BY.items():
        of, took = Of(1, by.replace(" ", "")), []
        for back in range(_WARM_UP + _TIMES):
            asked = Days(*(day - timedelta(days=back) for day in days))
            began = time.perf_counter()
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                held = await moving.over(connection, of, asked)
            assert held is not None
            sums, earned = of_entries(held.entries), held.money.revenues
            took.append((time.perf_counter() - began) * 1_000)
            assert earned
            if asked == days and of.dimension == _CHANNEL:
                reached = {key: sums[_CHANNEL, key].counts[:, REACHED] for key in expected}
                assert {key: counts[_RUNGS].tolist() for key, counts in reached.items()} == expected
        figures += _told(f"ours, counts {question}", took[_WARM_UP:])
    return figures


def _timed(name: str, ask: Ask, statement: str) -> list[Figure]:
    for _ in range(_WARM_UP):
        ask(statement)
    took = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        ask(statement)
        took.append((time.perf_counter() - began) * 1_000)
    return _told(name, took)


def _told(name: str, took: Sequence[float]) -> list[Figure]:
    """Of times in milliseconds."""
    cuts = quantiles(took, n=100, method="inclusive")
    return [lower(f"{name}, p50", cuts[49], "ms"), lower(f"{name}, p99", cuts[98], "ms")]


def _duckdb(leads: Path, rollup: Path, folder: Path) -> Ask:
    engine = importlib.import_module("duckdb").connect(str(folder / "engine.duckdb"))
    for name, file, order in (("leads", leads, "cohort_day"), ("rollup", rollup, "dimension, day")):
        read = f"read_csv('{file}', header = true, quote = '\"')"
        engine.execute(f"create table {name} as select * from {read} order by {order}")
    return lambda statement: engine.execute(statement).fetchall()


def _clickhouse(leads: Path, rollup: Path, folder: Path) -> Ask:
    session = importlib.import_module("chdb.session").Session(str(folder / "clickhouse"))
    session.query("create database here")
    session.query("use here")
    session.query(
        "create table leads (cohort_day Date, channel LowCardinality(String), "
        "segment LowCardinality(String), rung UInt8, brought Int64) engine = MergeTree order by cohort_day"
    )
    session.query(f"insert into leads select * from file('{leads}', CSVWithNames)")
    session.query(
        "create table rollup (day Date, dimension LowCardinality(String), key String, "
        "stage LowCardinality(String), reached Int64) engine = MergeTree order by (dimension, day)"
    )
    session.query(f"insert into rollup select * from file('{rollup}', CSVWithNames)")
    return lambda statement: [
        line.split("\t") for line in str(session.query(statement, "TabSeparated")).splitlines()
    ]
