"""From the POST of a new contact to its lead on the api's tables; one event a request, one in four such.

Visible means that `/v1/leads/{id}` and the funnel show it: the transaction that writes the lead's outcome
row moves the rollups too. Rows of fifty contacts a second are looked for over SQL every 4 ms: asking
for all of them, or over HTTP, would be more load than what is measured.
"""

import asyncio
import time
from collections.abc import Sequence
from uuid import UUID

from leadtrace.store.connection import Connection
from leadtrace.testing.installation import Installation
from leadtrace_ingest.identity.subject import Subject, entity_id
from leadtrace_ingest.store import installation_secret
from tests.benchmarks.figure import Benchmark, Figure, lower, percentile
from tests.benchmarks.hubspot import FIRST_CONTACT, bodies_of, signed_requests, start_of_contact
from tests.benchmarks.load import Job, run_job
from tests.benchmarks.processes import cpu_seconds
from tests.benchmarks.scene import database, drained, fresh_installation

_RATES = (200, 1_000)
_SECONDS = 10
_WARM_UP = 200
_CONNECTIONS = 64
_LEAD_IN_NS = 1_500_000_000
_POLL_S = 0.004
_EVENTS_A_CONTACT = 4
_WATCHED_PER_S = 50
_ACCEPTED = 202
_AIM_MS = 150
_VISIBLE = "select lead_id from api.leads where lead_id = any($1::uuid[]) and outcome_revision > 0"


async def _run() -> list[Figure]:
    async with fresh_installation() as installation:
        await _warm_up(installation)
        figures: list[Figure] = []
        first = _WARM_UP
        for rate in _RATES:
            figures += await _at_rate(installation, rate, first)
            first += rate * _SECONDS // _EVENTS_A_CONTACT
    return figures


async def _warm_up(installation: Installation) -> None:
    requests = _requests(installation, range(_WARM_UP))
    job = Job(installation.ports["ingest"], requests, _CONNECTIONS)
    await run_job(job, expected_status=_ACCEPTED)
    await drained(installation, len(requests))


async def _at_rate(installation: Installation, rate: int, first: int) -> list[Figure]:
    contacts = range(first, first + rate * _SECONDS // _EVENTS_A_CONTACT)
    starts_at_ns = time.monotonic_ns() + _LEAD_IN_NS
    job = Job(
        installation.ports["ingest"],
        _requests(installation, contacts),
        _CONNECTIONS,
        per_second=rate,
        starts_at_ns=starts_at_ns,
    )
    async with database(installation) as connection:
        every = rate // _EVENTS_A_CONTACT // _WATCHED_PER_S
        leads = await _lead_ids(connection, contacts[::every])
        before = cpu_seconds(installation)
        answering = asyncio.create_task(run_job(job, expected_status=_ACCEPTED))
        visible_ns = await _watch(connection, leads, starts_at_ns)
        answered = await answering
        used = sum(cpu_seconds(installation).values()) - sum(before.values())
    pairs = zip(answered.sent_ns[:: every * _EVENTS_A_CONTACT], leads, strict=True)
    delays_ms = sorted((visible_ns[lead] - sent_ns) / 1e6 for sent_ns, lead in pairs)
    label = f"{rate:,}/s"
    return [
        lower(f"POST to visible p50 at {label}", percentile(delays_ms, 0.5), "ms"),
        lower(f"POST to visible p99 at {label}", percentile(delays_ms, 0.99), "ms", aim=_AIM_MS),
        lower(f"POST to visible longest at {label}", delays_ms[-1], "ms"),
        lower(f"ack p50 at {label}", answered.latency_ms(0.5), "ms"),
        lower(f"ack p99 at {label}", answered.latency_ms(0.99), "ms"),
        lower(f"cores in use at {label}", used / answered.took_s, "cores"),
    ]


def _requests(installation: Installation, contacts: range) -> list[bytes]:
    bodies = list(bodies_of([event for number in contacts for event in start_of_contact(number)], 1))
    return signed_requests(installation, bodies)


async def _lead_ids(connection: Connection, contacts: Sequence[int]) -> list[UUID]:
    """The ids that the relay will give: they follow from the installation's secret."""
    secret = await installation_secret(connection)
    source = await connection.fetchval("select source from ingest.subjects limit 1")
    subjects = (Subject(source, "contact", str(FIRST_CONTACT + number)) for number in contacts)
    return [entity_id(subject, secret) for subject in subjects]


async def _watch(connection: Connection, leads: Sequence[UUID], starts_at_ns: int) -> dict[UUID, int]:
    """When each lead was first seen on the table (monotonic nanoseconds)."""
    visible_ns: dict[UUID, int] = {}
    waiting: dict[UUID, None] = {}
    while len(visible_ns) < len(leads):
        due = max(0, (time.monotonic_ns() - starts_at_ns) * _WATCHED_PER_S // 1_000_000_000 + 1)
        waiting |= dict.fromkeys(leads[len(visible_ns) + len(waiting) : due])
        found = await connection.fetch(_VISIBLE, list(waiting)) if waiting else []
        now_ns = time.monotonic_ns()
        for (lead,) in found:
            visible_ns[lead] = now_ns
            del waiting[lead]
        await asyncio.sleep(_POLL_S)
    return visible_ns


VISIBILITY = Benchmark("visibility", "POST to visible at 200 and 1,000 events a second", _run)
