"""A day in the life of an installation, watched by a real Prometheus: what dashboards are asked about."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from leadtrace.cli.traffic.hubspot_day import make_deliveries
from leadtrace.embedded.datafolder import DataFolder
from leadtrace.runtime.clock import SystemClock
from leadtrace.runtime.metric_definition import Process
from leadtrace.store.engine import connect
from leadtrace.store.roles import READER_LOGIN
from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.installation import Installation
from tests.e2e.commands import leadtrace
from tests.e2e.hubspot import body, event
from tests.e2e.prometheus_server import Prometheus, scraping

SPEND_KEY = "not-a-real-key-of-the-ads"
LEADS = 150


@dataclass(frozen=True, slots=True)
class Watched:
    """An installation with traffic, and the Prometheus that watches it."""

    installation: Installation
    prometheus: Prometheus
    reader_url: str
    variables: Mapping[str, str]


async def post(place: Installation, path: str, key: str, content: object) -> httpx.Response:
    """One request at the door."""
    url = f"http://127.0.0.1:{place.ports['ingest']}{path}"
    async with httpx.AsyncClient(timeout=20.0) as client:
        return await client.post(url, json=content, headers={"Authorization": f"Bearer {key}"})


async def live_through_a_day(place: Installation, prometheus: Prometheus) -> None:
    """Leads, deals, duplicates, spend, an item that is discarded, one that waits, and a refusal."""
    now = SystemClock().now()
    bodies = make_deliveries(now.replace(hour=0, minute=0, second=0, microsecond=0), leads=LEADS)
    half = len(bodies) // 2
    refused = await post(place, "/v1/spend", "no-key-at-all", [])
    assert refused.status_code == 401
    await place.post([*bodies[:half], bodies[0], body(event("contact.levitation", 1))])
    await place.accounted(items=0)
    discard = ("quarantine", "discard", "--all", "--why", "nobody levitates", "--yes")
    assert (await leadtrace(place.environment(), *discard)).code == 0
    # Between what it saw first and what it sees last, everything has grown.
    await been_seen(prometheus)
    await place.post([*bodies[half:], body(event("contact.levitation", 2))])
    days = [f"{now - timedelta(days=ago):%Y-%m-%d}" for ago in (40, 10, 1)]
    rows = [
        {"date": day, "channel": channel, "kind": kind, "amount": "812.40", "currency": "EUR"}
        for day in days
        for channel, kind in (("paid_search", "media"), ("email_marketing", "sales"))
    ]
    scope = {"account": "ads", "from": days[0], "to": days[-1]}
    assert (await post(place, "/v1/spend", SPEND_KEY, {**scope, "rows": rows})).is_success
    await place.accounted(items=0)


async def every_process_answers(prometheus: Prometheus) -> None:
    """Return once Prometheus scraped all of them: what grows from now on, it sees grow."""

    async def scraped() -> bool:
        return sum(await prometheus.now("up")) == len(Process)

    await eventually_answers(scraped, what="every process is scraped", deadline_s=30.0)


async def been_seen(prometheus: Prometheus) -> None:
    """Return once Prometheus scraped every process anew, and gauges of after now."""
    after = SystemClock().now().timestamp()

    async def seen() -> bool:
        moments = [
            *await prometheus.now("timestamp(up == 1)"),
            *await prometheus.now("leadtrace_business_snapshot_timestamp_seconds"),
            *await prometheus.now("leadtrace_conservation_count_timestamp_seconds"),
        ]
        return len(moments) == len(Process) + 2 and min(moments) > after

    await eventually_answers(seen, what="what was posted is scraped", deadline_s=60.0)


def ports_of(place: Installation) -> dict[str, int]:
    """Where each process listens, by the label that Prometheus gives it."""
    return {one.value: place.ports["ingest" if one is Process.DOOR else one.value] for one in Process}


@asynccontextmanager
async def watched(folder: Path) -> AsyncIterator[Watched]:
    """Traffic while Prometheus watches, until everything of it has been seen."""
    settings = {
        "LEADTRACE_POSTGRES__READER_PASSWORD": "not-a-real-reader-password",
        "LEADTRACE_METRICS__SNAPSHOT_INTERVAL_S": "2",
        "LEADTRACE_SENDERS__ADS__KIND": "spend",
        "LEADTRACE_SENDERS__ADS__SECRETS": f'["{SPEND_KEY}"]',
    }
    place = Installation(folder, settings)
    async with scraping(folder.parent, ports_of(place)) as prometheus:
        try:
            await place.start()
            await every_process_answers(prometheus)
            await live_through_a_day(place, prometheus)
            await been_seen(prometheus)
            reader_url = reader_url_of(place)
            reader = await connect(reader_url)
            timezone = await reader.fetchval("select timezone from api.pub_stats_calendar")
            await reader.close()
            variables = {"days": "30", "sender": ".*", "currency": "EUR", "timezone": timezone}
            yield Watched(place, prometheus, reader_url, variables)
        finally:
            if place.process is not None and place.process.returncode is None:
                await place.stop()


def reader_url_of(place: Installation) -> str:
    """The database's address for the login of dashboards; the socket asks for no password."""
    state = DataFolder(place.folder).read_state()
    assert state is not None
    url = urlsplit(state.postgres_url)
    return f"postgresql://{READER_LOGIN}@{url.path}?{url.query}"
