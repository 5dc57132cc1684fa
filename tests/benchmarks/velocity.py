"""Time in stage over HTTP among 100,000 leads with four visits each: a thousand through the projector."""

import random
from collections.abc import Iterator
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from leadtrace.bus.protocol import Record
from leadtrace.events.lead import LADDER
from leadtrace.store.connection import Connection
from leadtrace.testing.installation import Installation
from leadtrace_api.handlers import Projector
from leadtrace_api.knowledge.relearn import Relearner
from tests.benchmarks.figure import Benchmark, Figure, lower
from tests.benchmarks.load import Job, run_job
from tests.benchmarks.scene import database, fresh_installation
from tests.unit.api.snapshots import outcome, record

_PROJECTED = 1_000
_COPIES = 100
_REQUESTS = 10
_WARM_UP = 2
_OK = 200
_QUESTIONS: dict[str, dict[str, str]] = {
    "everything": {},
    "by 4 channels": {"by": "channel"},
    "by 200 owners": {"by": "owner"},
    "a month of a channel": {
        "channel": "email",
        "basis": "activity",
        "from": "2026-02-01",
        "to": "2026-02-28",
    },
}
_CHANNELS = ("email", "paid_search", "organic_search", None)
_OWNERS = 200
_COLUMNS = (
    "select string_agg(attname, ', ') from pg_attribute where attrelid = $1::text::regclass "
    "and attnum > 0 and not attisdropped and attname <> all($2::text[])"
)


async def _run() -> list[Figure]:
    async with fresh_installation() as installation:
        async with database(installation) as connection:
            await _fill(connection)
        asked = [await _asked(installation, name, question) for name, question in _QUESTIONS.items()]
    return [figure for figures in asked for figure in figures]


async def _fill(connection: Connection) -> None:
    projector = Projector(Relearner(ZoneInfo("Europe/Berlin")))
    async with connection.transaction():
        await projector.apply(connection, list(_records(random.Random(1))))
    await connection.execute(
        "create temporary table copies as select lead_id as of, gen_random_uuid() as lead_id, "
        "random() * interval '1 hour' as later from api.leads, generate_series(2, $1::int)",
        _COPIES,
    )
    for table, moved in (("api.leads", ()), ("api.visits", ("entered_at", "left_at"))):
        columns = await connection.fetchval(_COLUMNS, table, ["lead_id", *moved])
        names = "".join(f", {name}" for name in moved)
        # Alike would be too easy: every copy stays for another time.
        moments = "".join(f", {name} + later * (place + 1)" for name in moved)
        await connection.execute(
            f"insert into {table} (lead_id, {columns}{names}) "
            f"select copies.lead_id, {columns}{moments} from copies join {table} t on t.lead_id = copies.of",
            timeout=300,
        )
        await connection.execute(f"vacuum analyze {table}", timeout=300)


def _records(chance: random.Random) -> Iterator[Record]:
    for number in range(1, _PROJECTED + 1):
        days = sorted(chance.uniform(0, 200) for _ in range(chance.randint(1, len(LADDER))))
        steps = tuple(zip(LADDER, days, strict=False))
        owner = f"owner/{chance.randint(1, _OWNERS)}"
        yield record(outcome(number, *steps, channel=chance.choice(_CHANNELS), owner=owner), 1)


async def _asked(installation: Installation, name: str, asked: dict[str, str]) -> list[Figure]:
    port = installation.ports["api"]
    path = f"/v1/velocity?{urlencode(asked)}"
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    await run_job(Job(port, [request] * _WARM_UP, 1), expected_status=_OK)
    answered = await run_job(Job(port, [request] * _REQUESTS, 1), expected_status=_OK)
    return [lower(f"{name}, p50", answered.latency_ms(0.5), "ms")]


VELOCITY = Benchmark("velocity", "time in stage among 100,000 leads and 400,000 visits", _run)
