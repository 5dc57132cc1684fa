"""The work list over HTTP among 100,000 open leads: a thousand through the projector, the rest copies."""

import random
from collections.abc import Iterator
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from leadtrace.bus.protocol import Record
from leadtrace.domain.calendar import DAY_US
from leadtrace.events.lead import Acquisition, Stage
from leadtrace.events.snapshots import (
    Contribution,
    DealShare,
    DealStatus,
    LeadOutcome,
    LeadScore,
    LeadStatus,
    ScorePoint,
)
from leadtrace.events.times import to_micros
from leadtrace.store.connection import Connection
from leadtrace.testing.installation import Installation
from leadtrace_api.handlers import Projector
from leadtrace_api.knowledge.relearn import Relearner
from tests.benchmarks.figure import Benchmark, Figure, higher, lower
from tests.benchmarks.load import Job, run_job
from tests.benchmarks.scene import database, fresh_installation
from tests.unit.api.snapshots import DEFINITION, deal_id, lead_id, record

_PROJECTED = 1_000
_COPIES = 100
_REQUESTS = 300
_WARM_UP = 20
_OK = 200
_OWNERS = 200
# A list that people work through is asked for again and again.
_AIM_MS = 50.0
_QUESTIONS: dict[str, dict[str, str]] = {
    "first page": {},
    "first page of a team": {"team": "team/7"},
    "first page of an owner of 500": {"owner": "owner/7"},
    "warm leads": {"band": "warm"},
    "72,000 cold leads by worth": {"band": "cold"},
}
_COLUMNS = "select string_agg(attname, ', ') from pg_attribute where attrelid = 'api.leads'::regclass"
_BUT_ITS_OWN = " and attnum > 0 and not attisdropped and attname not in ('lead_id', 'owner', 'band_since')"


async def _run() -> list[Figure]:
    async with fresh_installation() as installation:
        async with database(installation) as connection:
            await _fill(connection)
        asked = [await _asked(installation, name, question) for name, question in _QUESTIONS.items()]
    return [figure for figures in asked for figure in figures]


async def _fill(connection: Connection) -> None:
    now = to_micros(await connection.fetchval("select now()"))
    projector = Projector(Relearner(ZoneInfo("Europe/Berlin")))
    async with connection.transaction():
        await projector.apply(connection, list(_records(now, random.Random(1))))
    columns = await connection.fetchval(_COLUMNS + _BUT_ITS_OWN)
    await connection.execute(
        f"insert into api.leads (lead_id, owner, band_since, {columns}) "
        "select gen_random_uuid(), 'owner/' || (1 + floor(random() * $1::int))::int, "
        f"band_since - random() * interval '1 day', {columns} "
        "from api.leads, generate_series(2, $2::int) order by random()",
        _OWNERS,
        _COPIES,
        timeout=300,
    )
    await connection.execute("vacuum analyze api.leads", timeout=300)


def _records(now: int, chance: random.Random) -> Iterator[Record]:
    for number in range(1, _PROJECTED + 1):
        moments = sorted(now - chance.randrange(90 * DAY_US) for _ in range(chance.randint(1, 12)))
        band = chance.choices(("cold", "warm", "hot"), (72, 20, 8))[0]
        yield record(_score(number, moments, band, chance), 1)
        yield record(_outcome(number, moments, chance), 1)


def _score(number: int, moments: list[int], band: str, chance: random.Random) -> LeadScore:
    points = [ScorePoint(at, chance.randrange(60_000), chance.randrange(60_000), "cold") for at in moments]
    last = points[-1]
    return LeadScore(
        lead_id=lead_id(number),
        definition=DEFINITION,
        at=last.at,
        fit=last.fit,
        intent=last.intent,
        band=band,
        grade="B2",
        fit_contributions=tuple(
            Contribution(f"rule_{n}", 5_000, "fits by one of the rules") for n in range(8)
        ),
        intent_contributions=tuple(Contribution(f"signal_{n}", 5_000 + n, "did this") for n in range(4)),
        timeline=(*points[:-1], ScorePoint(last.at, last.fit, last.intent, band)),
    )


def _outcome(number: int, moments: list[int], chance: random.Random) -> LeadOutcome:
    stages = (Stage.LEAD, Stage.MARKETING_QUALIFIED, Stage.SALES_QUALIFIED, Stage.OPPORTUNITY)
    amount = chance.randrange(1_000, 1_000_000)
    deal = DealShare(deal_id(number), DealStatus.OPEN, share=amount, currency="EUR")
    return LeadOutcome(
        lead_id=lead_id(number),
        definition=DEFINITION,
        status=LeadStatus.OPEN,
        captured_at=moments[0],
        acquisition=Acquisition(channel=chance.choice(("email", "paid_search", "direct_traffic"))),
        stage=chance.choices(stages, (70, 15, 10, 5))[0],
        stage_since=moments[-1],
        owner="owner/1",
        team=f"team/{chance.randint(1, 10)}",
        deals=(deal,) if chance.random() < 0.15 else (),
    )


async def _asked(installation: Installation, name: str, asked: dict[str, str]) -> list[Figure]:
    port = installation.ports["api"]
    path = f"/v1/priorities?{urlencode(asked)}"
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    await run_job(Job(port, [request] * _WARM_UP, 1), expected_status=_OK)
    answered = await run_job(Job(port, [request] * _REQUESTS, 1), expected_status=_OK)
    return [
        lower(f"{name}, p50", answered.latency_ms(0.5), "ms"),
        lower(f"{name}, p99", answered.latency_ms(0.99), "ms", aim=None if asked else _AIM_MS),
        higher(f"{name}, requests", _REQUESTS / answered.took_s, "1/s"),
    ]


PRIORITIES = Benchmark("priorities", "the work list among 100,000 open leads, a page of 100", _run)
