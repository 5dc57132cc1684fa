"""A definition change over a million leads: how fast scoring folds them by the new version.

Ten thousand generated leads are there a hundred times each. What is measured is a minute in the middle: the
whole takes as long as the rate says.
"""

import asyncio
import time
from collections.abc import Iterator
from uuid import UUID

from leadtrace.domain.definitions.canonical import content_hash
from leadtrace.domain.definitions.parse import parse_definitions
from leadtrace.domain.fact import Fact
from leadtrace.domain.scoring.extract import extract
from leadtrace.domain.segments import pack
from leadtrace.runtime.arrivals import fact_from
from leadtrace.runtime.definitions import live_definitions, live_path
from leadtrace.store.connection import Connection
from leadtrace.testing.eventually import eventually_answers
from leadtrace.testing.population import population
from tests.benchmarks.figure import Benchmark, Figure, higher, lower
from tests.benchmarks.processes import cpu_seconds, memory_mb
from tests.benchmarks.scene import database, fresh_installation
from tests.second_version import second_version

_DISTINCT = 10_000
_COPIES = 100
_WARM_UP_S = 10.0
_MEASURED_S = 60.0
_FILL = """
insert into scoring.leads (lead_id, event_count, facts)
select md5(lead_id::text || n)::uuid, event_count, facts
from pg_temp.distinct_leads, generate_series(1, $1::int) n
"""
_REGISTER = """
insert into ingest.definitions (version, id, hash, body, registered_at, registered_by)
values ($1, 'default', $2, $3, now(), 'benchmark')
"""
_IN_FORCE = """
insert into ingest.definition_activations (ordinal, version, hash, activated_at, activated_by)
values (1, 1, $1, 'epoch', 'shipped')
"""
_SHADOW = """
insert into ingest.definition_shadows (shadow_id, version, hash, started_at, started_by)
values (gen_random_uuid(), 2, $1, now(), 'benchmark')
"""
_DONE = "select coalesce(max(done), 0) from scoring.pub_shadow"


async def _run() -> list[Figure]:
    async with fresh_installation() as installation, database(installation) as connection:
        facts = await _fill(connection)
        await _begin(connection)

        async def begun() -> bool:
            return bool(await connection.fetchval(_DONE) > 0)

        await eventually_answers(begun, what="the first page", deadline_s=120.0)
        await asyncio.sleep(_WARM_UP_S)
        before, used, started = await connection.fetchval(_DONE), cpu_seconds(installation), time.monotonic()
        await asyncio.sleep(_MEASURED_S)
        after, spent = await connection.fetchval(_DONE), cpu_seconds(installation)
        leads, elapsed = after - before, time.monotonic() - started
        memory = memory_mb(installation)["scoring"]
    return [
        higher("leads folded by another version, of a million", leads / elapsed, "leads/s"),
        higher("their events", leads / elapsed * facts / _DISTINCT, "events/s"),
        lower("CPU a lead, scoring", 1e6 * (spent["scoring"] - used["scoring"]) / leads, "µs"),
        lower("CPU a lead, postgres", 1e6 * (spent["postgres"] - used["postgres"]) / leads, "µs"),
        lower("memory of scoring meanwhile", memory, "MB", aim=150),
    ]


async def _fill(connection: Connection) -> int:
    """A million leads; how many facts the distinct ones have."""
    sets: dict[UUID, list[Fact]] = {}
    for made in population(_DISTINCT):
        if made.subject.startswith("contact/"):
            sets.setdefault(UUID(made.partitionkey), []).append(fact_from(made, extract))
    await connection.execute(
        "create temp table distinct_leads (lead_id uuid, event_count int, facts bytea)", timeout=60
    )
    await connection.copy_records_to_table("distinct_leads", records=_rows(sets))
    await connection.execute(_FILL, _COPIES, timeout=900)
    await connection.execute("analyze scoring.leads", timeout=300)
    return sum(map(len, sets.values()))


def _rows(sets: dict[UUID, list[Fact]]) -> Iterator[tuple[UUID, int, bytes]]:
    for lead, facts in sets.items():
        yield lead, len(facts), pack(facts)


async def _begin(connection: Connection) -> None:
    """Register a second version and have it run in shadow, as the owner of the definitions does."""
    first, text = live_definitions(), second_version().encode()
    digest = content_hash(parse_definitions(text, "v2.yaml"))
    await connection.execute(_REGISTER, 1, content_hash(first), live_path().read_bytes())
    await connection.execute(_REGISTER, 2, digest, text)
    await connection.execute(_IN_FORCE, content_hash(first))
    await connection.execute(_SHADOW, digest)


RESCORING = Benchmark("rescoring", "a definition change over a million leads", _run)
