"""`leadtrace doctor` as a command: its exit codes, and the same in values for scripts."""

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from leadtrace.cli.finding import Verdict
from leadtrace.cli.main import app
from leadtrace.cli.processes_check import compared


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    """Runs commands in an empty folder with no leadtrace variable set."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("LEADTRACE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "200")
    return CliRunner()


def test_values_say_the_same_as_the_table(runner: CliRunner) -> None:
    result = runner.invoke(app, ["doctor", "--json"])
    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert told["good"] is True
    checks = {one["check"]: one for one in told["findings"]}
    assert checks["configuration"] == {
        "check": "configuration",
        "verdict": "ok",
        "detail": "profile embedded",
        "remedy": "",
    }
    assert checks["senders"]["verdict"] == "doubtful"
    assert checks.keys() >= {"versions", "disk space", "spill", "PostgreSQL", "broker", "master keys"}
    table = runner.invoke(app, ["doctor"])
    assert table.exit_code == 0
    assert all(check in table.stdout for check in checks)


def test_a_mistake_in_the_file_is_a_finding_like_any_other(runner: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "leadtrace.toml").write_text("[kafka]\npartition = 3\n")
    result = runner.invoke(app, ["doctor", "--json"])
    told = json.loads(result.stdout)
    assert result.exit_code == 1
    assert told["good"] is False
    (finding,) = told["findings"]
    assert finding["detail"].startswith("kafka.partition: unknown key")
    assert "leadtrace config --template" in finding["remedy"]


def test_a_password_in_an_address_is_masked_in_values_too(
    runner: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADTRACE_TRACES__ENDPOINT", "http://me:hush@127.0.0.1:1/v1/traces")
    assert "hush" not in runner.invoke(app, ["doctor", "--json"]).stdout


def test_processes_of_another_version_are_doubtful() -> None:
    assert compared({"door": "0.2.0", "api": "0.2.0"}, "0.2.0").verdict is Verdict.GOOD
    mixed = compared({"door": "0.1.0", "api": "0.2.0"}, "0.2.0")
    assert mixed.verdict is Verdict.DOUBTFUL
    assert mixed.detail == "door 0.1.0 beside 0.2.0"
