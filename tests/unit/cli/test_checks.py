"""`leadtrace doctor`: what each check finds, and the remedy that it gives."""

import socket
from datetime import timedelta
from pathlib import Path

import pytest

from leadtrace.bus.protocol import Admin, BusUnavailableError
from leadtrace.cli import checks
from leadtrace.cli.checks import (
    Verdict,
    check_broker,
    check_disk,
    check_ports,
    check_postgres,
    check_rates,
    check_senders,
)
from leadtrace.embedded.readiness import free_port
from leadtrace.embedded.services import ServiceSpec
from leadtrace.runtime.clock import FrozenClock, SystemClock
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_groups import Embedded, Kafka, Postgres, Reporting, Sender


async def no_broker(_: Settings) -> Admin:
    raise BusUnavailableError("nobody listens at kafka:9092")


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


def test_disk_space_is_measured_where_the_folder_will_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(embedded=Embedded(data_dir=tmp_path / "not" / "yet"))
    assert check_disk(settings).verdict is Verdict.GOOD
    monkeypatch.setattr(checks, "MIN_FREE_BYTES", 10**18)
    assert "embedded.data_dir" in check_disk(settings).remedy
