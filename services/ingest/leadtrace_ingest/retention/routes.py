"""`GET /v1/admin/retention`: what is kept by month and for how long, what waits, and what is gone."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leadtrace.runtime.admin import Authorize, guarded, json_answer
from leadtrace.runtime.clock import Clock
from leadtrace.runtime.settings_retention import Retention
from leadtrace.store.connection import Connection, Pool
from leadtrace_ingest.retention.keeper import due_of, kept_from, months_kept
from leadtrace_ingest.retention.lapsing import waits_of
from leadtrace_ingest.retention.partitions import Kept, Partition, partitions

_LAPSED = {
    Kept.DELIVERIES: """
select coalesce(sum(deliveries), 0)::bigint, max(received_before), 0::bigint from ingest.lapsed_deliveries
""",
    Kept.EVENTS: """
select coalesce(sum(events), 0)::bigint, max(received_before),
       (select count(*) from ingest.lapsed_entities)
from ingest.lapsed_events
""",
}


class KeptMonth(msgspec.Struct, frozen=True, omit_defaults=True):
    """One partition; `rows` is about how many, None before PostgreSQL's first look at it.

    `waits` says why it is there past its retention.
    """

    partition: str
    received_from: datetime | None
    received_before: datetime | None
    bytes: int
    rows: int | None
    waits: tuple[str, ...] = ()


class Gone(msgspec.Struct, frozen=True):
    """What is no longer kept, and how many leads, deals and accounts it leaves without a whole history."""

    rows: int
    received_before: datetime | None
    entities: int


class KeptTable(msgspec.Struct, frozen=True):
    """Deliveries or events: months to keep (None: for good), what is kept, and what is not any more."""

    kept: str
    months: int | None
    partitions: Sequence[KeptMonth]
    gone: Gone


def retention_routes(pool: Pool, retention: Retention, clock: Clock, authorize: Authorize) -> list[Route]:
    """The route, behind an admin key."""

    async def show(_: Request) -> Response:
        async with pool.acquire() as connection:
            told = [await _told(connection, kept, retention, clock.now()) for kept in Kept]
        return json_answer({"tables": told})

    return [Route("/v1/admin/retention", guarded(show, authorize), methods=["GET"])]


async def _told(connection: Connection, kept: Kept, retention: Retention, now: datetime) -> KeptTable:
    found = await partitions(connection, kept)
    due = due_of(found, kept_from(retention, kept, now))
    (gone,) = await connection.fetch(_LAPSED[kept])
    shown = [await _month(connection, one, due) for one in found]
    return KeptTable(kept.name.lower(), months_kept(retention, kept), shown, Gone(*gone))


async def _month(connection: Connection, one: Partition, due: Sequence[Partition]) -> KeptMonth:
    waits = await waits_of(connection, one) if one in due else ()
    return KeptMonth(
        one.name, one.since, one.until, one.bytes, one.rows, tuple([wait.value for wait in waits])
    )
