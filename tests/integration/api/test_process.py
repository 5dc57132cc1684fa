"""The projector's process: it waits for what is missing, cuts rollups, reads, and stops when asked."""

import asyncio
from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from leadtrace.bus.protocol import Outgoing, Record
from leadtrace.events.lead import Stage
from leadtrace.runtime.handler import Applied
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_groups import Postgres, Reporting
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.connection import Connection
from leadtrace.testing.chain import make_bus, put
from leadtrace.testing.eventually import eventually_answers
from leadtrace_api.handlers import Projector
from leadtrace_api.knowledge.relearn import Relearner
from leadtrace_api.process import ProjectorProcess
from leadtrace_api.scoring_quality.asked import EACH
from tests.integration.api.projection import Projection
from tests.unit.api.snapshots import outcome, record

DEADLINE_S = 20.0
ZONE = "Pacific/Auckland"


class WatchedProjector(Projector):
    """Tells when it has applied something."""

    def __init__(self) -> None:
        super().__init__(Relearner(ZoneInfo(ZONE)))
        self.applied = asyncio.Event()

    async def apply(
        self, connection: Connection, records: Sequence[Record], also: frozenset[UUID] = frozenset()
    ) -> Applied:
        """Apply, and tell."""
        done = await super().apply(connection, records, also)
        self.applied.set()
        return done


async def test_a_projector_reads_until_it_is_stopped_and_finishes_what_it_took(
    projection: Projection, database_url: str
) -> None:
    bus, stop, projector = await make_bus(), StopSignal(), WatchedProjector()
    late_evening = record(outcome(1, (Stage.LEAD, 0.9), captured=0.9), 1)
    await put(bus, [Outgoing(late_evening.topic, late_evening.key or b"", late_evening.value or b"")])
    settings = Settings(
        postgres=Postgres(url=SecretStr(database_url), pool_size=2), reporting=Reporting(timezone=ZONE)
    )
    process = ProjectorProcess(
        settings=settings, service="api", group="api-projections", bus=bus, projector=projector
    )
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as tasks:
        tasks.create_task(process.project(stop))
        await projector.applied.wait()
        await eventually_answers(lambda: _judged(projection), what="the score is judged")
        stop.set("the test has seen enough")
    day = await projection.pool.fetchval("select distinct day::text from api.funnel_daily")
    assert day == "2026-01-02"
    for name in ("rollups", "step_ages"):
        cut = "select timezone from api.projections where name = $1"
        assert await projection.pool.fetchval(cut, name) == ZONE


async def _judged(projection: Projection) -> bool:
    count: int = await projection.pool.fetchval("select count(*) from api.scoring_quality")
    return count == EACH


async def test_a_projector_that_finds_no_database_stops_when_asked() -> None:
    bus, stop = await make_bus(), StopSignal()
    settings = Settings(postgres=Postgres(url=SecretStr("postgresql:///none?host=/nowhere")))
    process = ProjectorProcess(
        settings=settings, service="api", group="api-projections", bus=bus, projector=WatchedProjector()
    )
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as tasks:
        tasks.create_task(process.project(stop))
        stop.set("at once")
