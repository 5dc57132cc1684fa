"""The commands as an operator meets them: help that teaches, errors in words, exit codes."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from leadtrace.cli.main import app

COMMANDS = (
    "up",
    "demo",
    "migrate",
    "status",
    "doctor",
    "config",
    "reconcile",
    "republish",
    "rebuild",
    "replay",
    "erase",
)
GROUPS = {
    "topics": ("list", "create"),
    "keys": ("create", "list", "revoke", "new-master", "rotate-master"),
    "models": ("train", "list", "show"),
    "rates": ("check", "show"),
    "quarantine": ("list", "show", "retry", "discard"),
    "webhooks": ("list", "show", "retry", "replay"),
}


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    """Runs commands in an empty folder with no leadtrace variable set."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("LEADTRACE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "200")
    return CliRunner()


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example_to_copy(runner: CliRunner, command: str) -> None:
    result = runner.invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert "For instance:" in result.output
    assert f"leadtrace {command}" in result.output.split("For instance:")[1]


@pytest.mark.parametrize(
    ("group", "command"), [(group, command) for group, names in GROUPS.items() for command in names]
)
def test_help_of_a_group_shows_an_example(runner: CliRunner, group: str, command: str) -> None:
    assert f"leadtrace {group} {command}" in runner.invoke(app, [group, command, "--help"]).output


def test_without_a_command_the_overview_is_shown(runner: CliRunner) -> None:
    output = runner.invoke(app, []).output
    assert all(command in output for command in COMMANDS)


class TestConfig:
    def test_shows_value_and_origin_and_no_secret(
        self, runner: CliRunner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("LEADTRACE_KAFKA__PARTITIONS", "16")
        monkeypatch.setenv("LEADTRACE_SENDERS__HUBSPOT__SECRETS", '["hush"]')
        result = runner.invoke(app, ["config"])
        line = next(line for line in result.output.splitlines() if "kafka.partitions" in line)
        assert "16" in line
        assert "environment" in line
        assert "hush" not in result.output

    def test_template_is_a_file_that_loads(self, runner: CliRunner, tmp_path: Path) -> None:
        (tmp_path / "leadtrace.toml").write_text(runner.invoke(app, ["config", "--template"]).stdout)
        assert runner.invoke(app, ["config"]).exit_code == 0


@pytest.mark.parametrize(
    "command", [["config"], ["up"], ["status"], ["migrate"], ["reconcile"], ["topics", "list"]]
)
def test_a_mistake_in_the_file_is_said_without_a_traceback(
    runner: CliRunner, tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / "leadtrace.toml").write_text("[kafka]\npartition = 3\n")
    result = runner.invoke(app, command)
    assert result.exit_code == 2
    assert "kafka.partition: unknown key; did you mean kafka.partitions?" in result.output
    assert "Traceback" not in result.output


def test_topics_need_a_broker(runner: CliRunner) -> None:
    result = runner.invoke(app, ["topics", "list"])
    assert result.exit_code == 2
    assert "kafka.bootstrap_servers: not set" in result.output


def test_reconcile_needs_a_key(runner: CliRunner) -> None:
    result = runner.invoke(app, ["reconcile"])
    assert result.exit_code == 2
    assert "keys.bootstrap: not set" in result.output


@pytest.mark.parametrize(
    "command",
    [
        ["quarantine", "list"],
        ["quarantine", "retry", "--all"],
        ["keys", "list"],
        ["replay", "--from", "intake", "--since", "1d"],
        ["replay", "--from", "dlq"],
    ],
)
def test_commands_of_an_operator_need_a_key(runner: CliRunner, command: list[str]) -> None:
    result = runner.invoke(app, command)
    assert result.exit_code == 2
    assert "keys.bootstrap: not set" in result.output


@pytest.mark.parametrize(
    "command",
    [
        ["replay", "--from", "intake"],
        ["replay", "--from", "nowhere"],
        ["replay", "--from", "dlq", "--drop"],
        ["replay", "--from", "dlq", "--remap"],
        ["quarantine", "discard", "--all"],
        ["quarantine", "list", "--since", "monday"],
        ["keys", "create", "--scope", "everything"],
    ],
)
def test_what_is_not_clear_is_refused_before_anybody_is_asked(runner: CliRunner, command: list[str]) -> None:
    result = runner.invoke(app, command)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "said", [[], ["scoring", "--stuck"], ["--stuck", "--check"], ["--cancel"], ["api", "--check", "--cancel"]]
)
def test_rebuild_asks_what(runner: CliRunner, said: list[str]) -> None:
    result = runner.invoke(app, ["rebuild", *said])
    assert result.exit_code == 2
    assert "--stuck" in result.output
