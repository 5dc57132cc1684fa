"""PostgreSQL behind TLS: pools and engines connect, and who may not come in is told the remedy.

The wheel's PostgreSQL is built without TLS, so a front of the tests' own takes the encryption off.
"""

import shutil
import ssl
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from sqlalchemy import text

from leadtrace.cli.checks import check_postgres
from leadtrace.cli.finding import Finding, Verdict
from leadtrace.embedded.postgres import EmbeddedPostgres
from leadtrace.embedded.readiness import free_port
from leadtrace.runtime.clock import SystemClock
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_groups import Postgres
from leadtrace.store.engine import close_pool, connect, make_pool
from leadtrace.store.migrate import migrate
from leadtrace.store.roles import role_of
from leadtrace.store.sql_engine import make_engine
from leadtrace.testing.loop_thread import LoopThread
from tests.integration.secured.authority import Authority
from tests.integration.secured.tls_front import TlsFront

pytestmark = pytest.mark.embedded


@dataclass(frozen=True, slots=True)
class Secured:
    tcp_url: str
    cafile: Path
    stranger: Path
    front: TlsFront

    def url(self, *, cafile: Path | None = None) -> str:
        trusted = quote(str(cafile or self.cafile))
        return f"{self.tcp_url}?sslmode=verify-full&sslrootcert={trusted}"

    async def checked(self, url: str) -> Finding:
        given = Settings(postgres=Postgres.model_validate({"url": url}))
        return (await check_postgres(given, SystemClock()))[0]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Secured]:
    folder = Path(tempfile.mkdtemp(prefix="leadtrace-tls-"))
    folder.chmod(0o711)
    authority = Authority(folder, "ours")
    port = free_port()
    server = EmbeddedPostgres(folder / "postgres", folder / "log", port=port, durable=False)
    front = TlsFront(port, *authority.server("postgres"))
    with LoopThread("secured-postgres") as loop:
        loop.run(server.start())
        try:
            loop.run(front.start())
            loop.run(migrate(server.url))
            assert server.tcp_url is not None
            url = server.tcp_url.replace(f":{port}/", f":{front.port}/")
            yield Secured(url, authority.file, Authority(folder, "stranger").file, front)
        finally:
            loop.run(front.stop())
            loop.run(server.stop())
            shutil.rmtree(folder)


async def test_a_pool_connects_over_tls(postgres: Secured) -> None:
    before = postgres.front.encrypted
    pool = await make_pool(postgres.url(), role_of("ingest"), size=2)
    try:
        assert await pool.fetchval("select current_user") == role_of("ingest")
    finally:
        await close_pool(pool)
    assert postgres.front.encrypted > before


async def test_the_api_s_engine_connects_over_tls(postgres: Secured) -> None:
    engine = make_engine(postgres.url(), role_of("api"))
    try:
        async with engine.connect() as connection:
            assert (await connection.execute(text("select current_user"))).scalar() == role_of("api")
    finally:
        await engine.dispose()


async def test_doctor_finds_a_secured_database_good(postgres: Secured) -> None:
    assert (await postgres.checked(postgres.url())).verdict is Verdict.GOOD


async def test_an_authority_that_did_not_sign_is_told_with_its_remedy(postgres: Secured) -> None:
    url = postgres.url(cafile=postgres.stranger)
    with pytest.raises(ssl.SSLError):
        await connect(url)
    finding = await postgres.checked(url)
    assert finding.verdict is Verdict.BAD
    assert "sslrootcert" in finding.remedy


async def test_a_wrong_password_is_told_with_its_remedy(postgres: Secured) -> None:
    password = urlsplit(postgres.tcp_url).password or ""
    finding = await postgres.checked(postgres.url().replace(password, "not-this-one"))
    assert finding.verdict is Verdict.BAD
    assert "password in postgres.url" in finding.remedy
    assert "not-this-one" not in finding.detail


async def test_a_database_that_is_not_there_is_told_with_its_remedy(postgres: Secured) -> None:
    finding = await postgres.checked(postgres.url().replace("/leadtrace?", "/nowhere?"))
    assert finding.verdict is Verdict.BAD
    assert "create the database" in finding.remedy
