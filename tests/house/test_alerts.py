"""Rules and alerts: whoever is woken by one finds what it means, and every number it asks for is served."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer
from typer.main import get_command

from leadtrace.cli.main import app
from leadtrace.embedded.services import service_specs
from leadtrace.runtime.metric_definition import Process
from leadtrace.runtime.settings_groups import Ports
from tests.house.checkout import ROOT, files, text
from tests.house.promql import NAME, SERVED, check_expression, rules

RUNBOOKS = Path("docs/runbooks")
SEVERITIES = {"page", "ticket"}
PARTS = ("## What it means", "## Look first", "## Repair")
SHELL = re.compile(r"```\n(.*?)```", re.DOTALL)

RECORDED = rules("recording.yml")
ALERTS = rules("alerts.yml")
PAGES = sorted(path for path in files() if path.parent == RUNBOOKS and path.name != "README.md")


@pytest.mark.parametrize("rule", [*RECORDED, *ALERTS], ids=lambda rule: rule.get("record") or rule["alert"])
def test_every_number_that_a_rule_asks_for_is_there(rule: dict[str, Any]) -> None:
    """A rule over a name that nobody serves is silent for good, whatever happens."""
    check_expression(rule["expr"])


@pytest.mark.parametrize("rule", RECORDED, ids=lambda rule: rule["record"])
def test_what_is_recorded_is_used_or_for_dashboards(rule: dict[str, Any]) -> None:
    """`leadtrace:<what>:<how>`, so that nobody takes it for what a process tells."""
    assert re.fullmatch(r"leadtrace:[a-z_]+:[a-z0-9]+", rule["record"])


@pytest.mark.parametrize("alert", ALERTS, ids=lambda rule: rule["alert"])
def test_alert_says_what_is_so_why_and_where_to_read_on(alert: dict[str, Any]) -> None:
    """At three in the morning there is the alert and nothing else."""
    assert alert["labels"]["severity"] in SEVERITIES
    told = alert["annotations"]
    assert set(told) == {"summary", "description", "runbook_url"}
    assert told["description"].endswith(".")
    assert told["runbook_url"] == f"{RUNBOOKS}/{alert['alert']}.md"
    assert Path(told["runbook_url"]) in PAGES, "write its runbook"
    tests = text(Path("deploy/prometheus/tests/alerts_test.yml"))
    assert tests.count(f"alertname: {alert['alert']}\n") + tests.count(f"alertname: {alert['alert']},") >= 2


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_runbook_belongs_to_an_alert_and_has_its_parts(page: Path) -> None:
    """The same question has the same place on each; a page without an alert is read by nobody."""
    (alert,) = [one for one in ALERTS if one["alert"] == page.stem]
    assert all(part in text(page) for part in PARTS)
    assert text(page).startswith(f"# {page.stem}\n")
    assert f"severity {alert['labels']['severity']}" in text(page)
    assert f"]({page.name})" in text(RUNBOOKS / "README.md")
    for name in NAME.findall(text(page)):
        assert ":" in name or name in SERVED, f"{name} is served by nobody"


def test_the_configuration_scrapes_every_process_where_it_listens() -> None:
    """A process that nobody scrapes is missed by nobody when it is gone."""
    (job,) = msgspec.yaml.decode((ROOT / "deploy/prometheus/prometheus.yml").read_bytes())["scrape_configs"]
    scraped = {one["labels"]["process"]: one["targets"] for one in job["static_configs"]}
    ports = {spec.name: spec.port for spec in service_specs(Ports())}
    assert scraped == {process.value: [f"127.0.0.1:{ports[process]}"] for process in Process}
    assert job["job_name"] == "leadtrace"


def commands(page: Path) -> Iterator[list[str]]:
    """Every `leadtrace …` line of a page, as words."""
    for block in SHELL.findall(text(page)):
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            if words and words[0].endswith("leadtrace"):
                yield words[1:]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_command_of_a_runbook_is_one_that_there_is(page: Path) -> None:
    """A command with a typing error is found out when it is needed."""
    for words in commands(page):
        command: Any = get_command(app)
        context = typer.Context(command)
        while words and hasattr(command, "commands"):
            assert words[0] in command.commands, f"leadtrace {words[0]}: no such command"
            command = command.commands[words.pop(0)]
            context = typer.Context(command, parent=context)
        command.make_parser(context).parse_args(args=list(words))
