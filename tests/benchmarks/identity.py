"""Telling who is who among a million records: captures with an address against captures without one.

Half of the addresses are those of a record that is known already, so that every second capture joins two.
"""

import time
from collections.abc import Iterator
from uuid import UUID

import httpx
import msgspec

from leadtrace.runtime.settings_identity import Identity
from leadtrace.store.connection import Connection
from leadtrace.testing.installation import Installation
from leadtrace_ingest.identity.keys import KeyKind, KeyMaker
from tests.benchmarks.figure import Benchmark, Figure, higher, lower
from tests.benchmarks.processes import find
from tests.benchmarks.scene import database, fresh_installation, relayed

_RECORDS = 1_000_000
_CAPTURES = 20_000
_BATCH = 200
_KEY = "a key of the benchmark"
_SENDER = {"LEADTRACE_SENDERS__APP__KIND": "events", "LEADTRACE_SENDERS__APP__SECRETS": f'["{_KEY}"]'}
_SUBJECTS = """
insert into ingest.subjects (subject_key, source, kind, external_id, founded_id, entity_id, standing,
                             first_recorded_at, binding_revision)
select md5('s' || n)::uuid, 'crm', 'contact', n::text, md5('f' || n)::uuid, md5('f' || n)::uuid, 0, now(), 1
from generate_series(1, $1::int) n
"""
_KEYS = """
insert into ingest.identity_keys (subject_key, kind, source, id, at, rank, sequence, key, recorded_at)
select md5('s' || n)::uuid, 'email', 'crm', 'e' || n, 0, 100, '',
       coalesce(($2::uuid[])[n], md5('k' || n)::uuid), now()
from generate_series(1, $1::int) n
"""


async def _run() -> list[Figure]:
    async with fresh_installation(**_SENDER) as installation, database(installation) as connection:
        await _fill(connection)
        plain = await _relay(installation, connection, 0, with_address=False)
        told = await _relay(installation, connection, _CAPTURES, with_address=True)
        moved = int(await connection.fetchval("select count(*) from ingest.bindings"))
    assert moved == _CAPTURES // 2, moved
    return [
        higher("captures relayed without an address", _CAPTURES / plain, "1/s"),
        higher("captures relayed with an address, every second joining two records", _CAPTURES / told, "1/s"),
        lower("cost of telling who is who, of a capture without", told / plain, "ratio"),
    ]


async def _fill(connection: Connection) -> None:
    secret: bytes = await connection.fetchval("select secret from ingest.installation")
    maker = KeyMaker(Identity(), secret)
    known = [UUID(bytes=maker.digest(KeyKind.EMAIL, _address(n))) for n in range(_CAPTURES // 2)]
    await connection.execute(_SUBJECTS, _RECORDS, timeout=300)
    await connection.execute(_KEYS, _RECORDS, known, timeout=300)
    await connection.execute("analyze ingest.subjects, ingest.identity_keys")


async def _relay(
    installation: Installation, connection: Connection, first: int, *, with_address: bool
) -> float:
    """Seconds that the relay takes for all captures, which wait for it."""
    relay = find(installation, "relay")
    relay.suspend()
    headers = {"Authorization": f"Bearer {_KEY}", "Content-Type": "application/json"}
    url = f"http://127.0.0.1:{installation.ports['ingest']}/v1/events"
    async with httpx.AsyncClient(headers=headers, timeout=60.0) as client:
        for body in _bodies(first, with_address=with_address):
            (await client.post(url, content=body)).raise_for_status()
    started = time.monotonic()
    relay.resume()
    await relayed(connection, first + _CAPTURES)
    return time.monotonic() - started


def _bodies(first: int, *, with_address: bool) -> Iterator[bytes]:
    for start in range(0, _CAPTURES, _BATCH):
        yield msgspec.json.encode(
            [
                {
                    "id": f"capture-{first + n}",
                    "type": "io.leadtrace.lead.captured.v1",
                    "subject": f"form/{first + n}",
                    "data": {"personal": {"email": _address(n)}} if with_address else {},
                }
                for n in range(start, start + _BATCH)
            ]
        )


def _address(number: int) -> str:
    return f"person.{number}@company-{number % 997}.com"


IDENTITY = Benchmark("identity", "who is who among a million records, 20,000 captures", _run)
