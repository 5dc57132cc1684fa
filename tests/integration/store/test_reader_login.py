"""The login of dashboards: it comes in with its password only, reads statistics, and changes nothing."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from leadtrace.embedded.postgres import EmbeddedPostgres
from leadtrace.embedded.readiness import free_port
from leadtrace.store.engine import connect
from leadtrace.store.migrate import migrate
from leadtrace.store.roles import READER_LOGIN
from leadtrace.testing.loop_thread import LoopThread

pytestmark = pytest.mark.embedded

PASSWORD = "not-a-real-reader-password"
ANOTHER = "another-reader-password-1"
# Every view that it reads, with each column: whatever is added is looked at for what it tells of persons.
STATISTICS = {
    "api.pub_stats_calendar": "timezone",
    "api.pub_stats_custody": "day account leads",
    "api.pub_stats_funnel": "basis day stage entered reached current",
    "api.pub_stats_handovers": "day team offered open accepted rejected withdrawn returned won accept_due"
    " accept_in_time contact_due contact_in_time",
    "api.pub_stats_orders": "day orders",
    "api.pub_stats_revenue": "basis day currency customers amount",
    "api.pub_stats_spend": "day kind currency amount",
    "api.pub_stats_spend_balance": "currency posted replaced void counted",
    "api.pub_stats_untouched": "team days_overdue leads",
    "attribution.pub_stats_credits": "day model channel currency amount",
    "ingest.pub_stats_discards": "sender reason items newest_at",
    "ingest.pub_stats_quarantine": "sender reason items oldest_at newest_at",
}
_RELATIONS = """
select c.oid::regclass::text as name from pg_class c
where c.relnamespace::regnamespace::text = any('{ingest,scoring,attribution,api}')
  and c.relkind in ('r', 'p', 'v', 'm', 'S')
"""


@pytest.fixture(scope="module")
def tcp_url() -> Iterator[str]:
    """The owner's address of a migrated PostgreSQL that asks for passwords."""
    folder = Path(tempfile.mkdtemp(prefix="leadtrace-reader-"))
    folder.chmod(0o711)
    server = EmbeddedPostgres(folder / "postgres", folder / "log", port=free_port(), durable=False)
    with LoopThread("reader-postgres") as loop:
        loop.run(server.start())
        try:
            loop.run(migrate(server.url, reader_password=PASSWORD))
            assert server.tcp_url is not None
            yield server.tcp_url
        finally:
            loop.run(server.stop())
            shutil.rmtree(folder)


def as_reader(url: str, password: str = PASSWORD) -> str:
    """The same address for the login."""
    parts = urlsplit(url)
    return f"postgresql://{READER_LOGIN}:{password}@{parts.hostname}:{parts.port}{parts.path}"


@pytest.fixture
async def reader(tcp_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await connect(as_reader(tcp_url))
    yield connection
    await connection.close()


async def test_it_reads_the_statistics_and_nothing_else(reader: asyncpg.Connection, tcp_url: str) -> None:
    owner = await connect(tcp_url)
    found = {row["name"] for row in await owner.fetch(_RELATIONS)}
    await owner.close()
    assert found > set(STATISTICS)
    for name in sorted(found - set(STATISTICS)):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await reader.fetch(f"select * from {name} limit 1")
    for name, columns in STATISTICS.items():
        statement = await reader.prepare(f"select * from {name}")
        assert " ".join(one.name for one in statement.get_attributes()) == columns
        await statement.fetch()


async def test_it_changes_nothing(reader: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await reader.execute("create temporary table mine (id int)")
    # The default can be switched off by whoever is connected: what is not granted is refused all the same.
    await reader.execute("set default_transaction_read_only = off")
    for statement in (
        "delete from ingest.intake",
        "update api.leads set owner = ''",
        "insert into attribution.credit_due (kind, entity_id) values ('lead', gen_random_uuid())",
        "truncate scoring.leads",
        "create table api.mine (id int)",
        "create schema mine",
        "delete from api.pub_stats_funnel",
        "set role leadtrace_api",
        f"alter role {READER_LOGIN} createrole",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await reader.execute(statement)


async def test_a_question_that_takes_long_is_ended(reader: asyncpg.Connection) -> None:
    assert await reader.fetchval("show statement_timeout") == "15s"


async def test_a_wrong_password_does_not_come_in_and_a_new_one_replaces_the_old(tcp_url: str) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await connect(as_reader(tcp_url, ANOTHER))
    await migrate(tcp_url, reader_password=ANOTHER)
    try:
        await (await connect(as_reader(tcp_url, ANOTHER))).close()
        with pytest.raises(asyncpg.InvalidPasswordError):
            await connect(as_reader(tcp_url))
    finally:
        await migrate(tcp_url, reader_password=PASSWORD)


async def test_without_a_password_the_login_is_left_alone(tcp_url: str) -> None:
    await migrate(tcp_url)
    await (await connect(as_reader(tcp_url))).close()


async def test_an_owner_who_is_no_superuser_makes_it(tcp_url: str) -> None:
    owner = await connect(tcp_url)
    await owner.execute(f"drop role {READER_LOGIN}")
    await owner.execute("create role plain login createrole password 'not-a-real-password'")
    await owner.execute("create database plain owner plain")
    for role in ("ingest", "scoring", "attribution", "api", "readonly"):
        await owner.execute(f"grant leadtrace_{role} to plain with admin option")
    await owner.close()
    parts = urlsplit(tcp_url)
    url = f"postgresql://plain:not-a-real-password@{parts.hostname}:{parts.port}/plain"
    await migrate(url, reader_password=PASSWORD)
    connection = await connect(f"{as_reader(tcp_url).rpartition('/')[0]}/plain")
    assert await connection.fetch("select * from api.pub_stats_funnel") == []
    await connection.close()
