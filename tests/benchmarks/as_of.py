"""A lead and a score as known at a moment, and what changed a past number, on a filled installation."""

from datetime import UTC, datetime

from leadtrace.runtime.clock import SystemClock
from leadtrace.testing.installation import Installation
from tests.benchmarks.figure import Figure, higher, lower
from tests.benchmarks.load import Job, run_job
from tests.benchmarks.scene import database

_LEADS = 1_000
_CONNECTIONS = 4
_OK = 200
_SOME_LEADS = "select lead_id from api.leads where captured_at is not null order by lead_id limit $1"


async def as_of_figures(installation: Installation) -> list[Figure]:
    """Percentiles of each question, asked about a thousand leads over four connections."""
    moment = SystemClock().now().astimezone(UTC)
    async with database(installation) as connection:
        leads = [row[0] for row in await connection.fetch(_SOME_LEADS, _LEADS)]
    questions = {
        "a lead as of a moment": [f"/v1/leads/{lead}?as_of={_said(moment)}" for lead in leads],
        "a score at a moment, as of another": [
            f"/v1/leads/{lead}/score?at={_said(moment)}&as_of={_said(moment)}" for lead in leads
        ],
        "restatements of a number": [
            "/v1/metrics/revenue/restatements?from=2020-01-01&to=2026-01-01&by=channel"
        ]
        * 200,
    }
    figures: list[Figure] = []
    for name, paths in questions.items():
        figures += await _asked(installation.ports["api"], name, paths)
    return figures


async def _asked(port: int, name: str, paths: list[str]) -> list[Figure]:
    requests = [f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode() for path in paths]
    answered = await run_job(Job(port, requests, _CONNECTIONS), expected_status=_OK)
    return [
        lower(f"{name}, p50", answered.latency_ms(0.5), "ms"),
        lower(f"{name}, p99", answered.latency_ms(0.99), "ms"),
        higher(f"{name}, requests", len(paths) / answered.took_s, "1/s"),
    ]


def _said(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
