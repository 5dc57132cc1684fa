"""The standard questions of the metrics API among ten million leads, beside other engines on these rows."""

import os
import random
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import httpx

from leadtrace.embedded.datafolder import DataFolder
from leadtrace.runtime.clock import SystemClock
from leadtrace.store.connection import Connection
from leadtrace.testing.installation import Installation
from tests.benchmarks.figure import Benchmark, Figure, higher, lower
from tests.benchmarks.hubspot import bodies_of, signed_requests, talkative_contact
from tests.benchmarks.load import Job, run_job
from tests.benchmarks.many_leads import DAYS, fill
from tests.benchmarks.other_engines import compared
from tests.benchmarks.scene import database, drained, fresh_installation
from tests.benchmarks.scraping import scrape_figures

_LEADS: Final = int(os.environ.get("LEADS", "10000000"))
_RANGE_DAYS: Final = 90
_REQUESTS: Final = 200
_FEW: Final = 20
_WARM_UP: Final = 20
_OK: Final = 200
_ACCEPTED: Final = 202
_TALKATIVE: Final = 50
_EVENTS_EACH: Final = 100

_QUESTIONS: Final[dict[str, tuple[dict[str, str], int, float]]] = {
    "by channel, 90 days": ({"by": "channel"}, _REQUESTS, 15.0),
    "by channel and segment, 90 days": ({"by": "channel,segment"}, _REQUESTS, 50.0),
    "by campaign, the 20 largest, 90 days": ({"by": "campaign", "top": "20"}, _REQUESTS, 50.0),
    "by segment and campaign, from the leads": (
        {"by": "segment,campaign", "top": "20"},
        _FEW,
        2_000.0,
    ),
}


async def _run() -> list[Figure]:
    async with fresh_installation() as installation, database(installation) as connection:
        figures = await _traces(connection, installation, "few leads")
        state = DataFolder(installation.folder).read_state()
        assert state is not None, "the installation runs"
        tenth = await _filled(connection, state.postgres_url, _LEADS // 10)
        few = await _asked(installation, f"{_LEADS // 10:,} leads", {"by": "channel"}, _REQUESTS, None)
        await _emptied(connection)
        seconds = await _filled(connection, state.postgres_url, _LEADS)
        size = await connection.fetchval("select pg_database_size(current_database())")
        figures += [
            lower(f"loading {_LEADS // 10:,} leads", tenth, "s"),
            lower(f"loading {_LEADS:,} leads", seconds, "s"),
            lower("size of the database", size / 2**30, "GiB"),
            *few,
        ]
        await _check_alike(installation)
        figures += await questions(installation)
        figures += await _traces(connection, installation, f"{_LEADS:,} leads")
        figures += await scrape_figures(installation)
        figures += await compared(connection, installation, _latest_range())
    return figures


async def questions(installation: Installation) -> list[Figure]:
    """What is asked of an installation that has been filled."""
    figures: list[Figure] = []
    for name, (asked, requests, aim) in _QUESTIONS.items():
        figures += await _asked(installation, name, asked, requests, aim)
    return [
        *figures,
        *await _asked_again(installation),
        *await _anywhere(installation),
        *await _many_at_once(installation),
    ]


async def _filled(connection: Connection, url: str, leads: int) -> float:
    began = time.perf_counter()
    await fill(url, leads, SystemClock().now_us() // 1_000_000)
    await connection.execute("checkpoint", timeout=600)
    return time.perf_counter() - began


async def _emptied(connection: Connection) -> None:
    await connection.execute("drop table drawn_leads")
    await connection.execute("delete from api.leads where outcome_body is null", timeout=600)
    await connection.execute("truncate api.funnel_daily, api.revenue_daily, api.step_ages")
    await connection.execute("vacuum full api.leads", timeout=600)


def _ranges(count: int) -> Iterator[dict[str, str]]:
    """Ranges of 90 days, each a day before the last: no answer is known yet, and of its days 89 are."""
    today = SystemClock().now().date()
    for number in range(count):
        last = today - timedelta(days=number % (DAYS - _RANGE_DAYS - 10))
        yield {"from": (last - timedelta(days=_RANGE_DAYS - 1)).isoformat(), "to": last.isoformat()}


def _latest_range() -> tuple[date, date]:
    given = next(_ranges(1))
    return date.fromisoformat(given["from"]), date.fromisoformat(given["to"])


def _requests(installation: Installation, asked: dict[str, str], count: int) -> list[bytes]:
    host = f"127.0.0.1:{installation.ports['api']}"
    return [
        f"GET /v1/funnel?{urlencode({**asked, **days})} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
        for days in _ranges(count)
    ]


async def _asked(
    installation: Installation, name: str, asked: dict[str, str], requests: int, aim: float | None
) -> list[Figure]:
    port = installation.ports["api"]
    sent = _requests(installation, asked, requests)
    first = await run_job(Job(port, sent[:1], 1), expected_status=_OK)
    warm_up = min(_WARM_UP, requests // 4)
    await run_job(Job(port, sent[1 : 1 + warm_up], 1), expected_status=_OK)
    answered = await run_job(Job(port, sent[1 + warm_up :], 1), expected_status=_OK)
    return [
        lower(f"{name}, first asked", first.latency_ms(0.5), "ms"),
        lower(f"{name}, p50", answered.latency_ms(0.5), "ms"),
        lower(f"{name}, p99", answered.latency_ms(0.99), "ms", aim=aim),
    ]


async def _asked_again(installation: Installation) -> list[Figure]:
    """One question, as of a board that many look at while nothing changes."""
    sent = _requests(installation, {"by": "channel"}, 1) * _REQUESTS
    answered = await run_job(Job(installation.ports["api"], sent, 1), expected_status=_OK)
    return [lower(f"by channel, asked again, p{p}", answered.latency_ms(p / 100), "ms") for p in (50, 99)]


async def _anywhere(installation: Installation) -> list[Figure]:
    """Ranges anywhere in the two years: of most days nothing is remembered that would be near."""
    # Written otherwise, so that no answer is known yet.
    sent = _requests(installation, {"by": "channel", "basis": "cohort"}, 3 * _REQUESTS)
    random.Random(1).shuffle(sent)
    answered = await run_job(Job(installation.ports["api"], sent[:_REQUESTS], 1), expected_status=_OK)
    return [
        lower(f"by channel, 90 days anywhere, p{p}", answered.latency_ms(p / 100), "ms") for p in (50, 99)
    ]


async def _many_at_once(installation: Installation) -> list[Figure]:
    sent = _requests(installation, {"basis": "cohort", "by": "channel"}, 3 * _REQUESTS)
    answered = await run_job(Job(installation.ports["api"], sent, 8), expected_status=_OK)
    return [higher("by channel over 8 connections, requests", len(sent) / answered.took_s, "1/s")]


async def _check_alike(installation: Installation) -> None:
    """Sums of leads and of rollups are the same; else the figures would be of nothing.

    Raises:
        AssertionError: they are not.
    """
    first, last = _latest_range()
    days = {"from": first.isoformat(), "to": last.isoformat()}
    totals: list[Any] = []
    async with httpx.AsyncClient(base_url=installation.api, timeout=120.0) as client:
        for by, source in (
            ("channel", "rollup"),
            ("channel,segment", "rollup"),
            ("segment,campaign", "facts"),
        ):
            answer = (await client.get("/v1/funnel", params={"by": by, "top": "1000", **days})).json()
            assert answer["source"] == source, answer["source"]
            total = answer["total"]
            totals.append([total[name] for name in ("stages", "steps", "overall", "revenue")])
    assert totals[0] == totals[1] == totals[2]


async def _traces(connection: Connection, installation: Installation, among: str) -> list[Figure]:
    """The trace of leads of a hundred events each, which came the usual way."""
    if not await connection.fetchval("select count(*) from api.leads"):
        events = [event for number in range(_TALKATIVE) for event in talkative_contact(number, _EVENTS_EACH)]
        sent = signed_requests(installation, list(bodies_of(events, 100)))
        await run_job(Job(installation.ports["ingest"], sent, 4), expected_status=_ACCEPTED)
        await drained(installation, len(events))
    rows = await connection.fetch("select lead_id from api.leads where outcome_body is not null")
    host = f"127.0.0.1:{installation.ports['api']}"
    requests = [f"GET /v1/leads/{row[0]}/trace HTTP/1.1\r\nHost: {host}\r\n\r\n".encode() for row in rows]
    answered = await run_job(Job(installation.ports["api"], requests * 6, 1), expected_status=_OK)
    return [
        lower(f"trace of {_EVENTS_EACH} events among {among}, p50", answered.latency_ms(0.5), "ms"),
        lower(f"trace of {_EVENTS_EACH} events among {among}, p99", answered.latency_ms(0.99), "ms", aim=10),
    ]


STANDARD_QUESTIONS = Benchmark(
    "standard_questions",
    "the funnel over HTTP among ten million leads of two years, beside DuckDB and ClickHouse",
    _run,
)
