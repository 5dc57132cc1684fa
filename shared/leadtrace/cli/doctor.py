"""`leadtrace doctor`: check everything that can be wrong, and say the remedy."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.markup import escape

from leadtrace.cli.checks import (
    check_broker,
    check_ports,
    check_postgres,
    check_rates,
    check_senders,
    check_versions,
)
from leadtrace.cli.console import FAILED, ConfigOption, console, run
from leadtrace.cli.definitions_check import check_definitions
from leadtrace.cli.disk_check import check_disk
from leadtrace.cli.finding import Finding, Verdict
from leadtrace.cli.installation import known_settings
from leadtrace.cli.master_key_check import check_master_keys
from leadtrace.cli.processes_check import check_processes
from leadtrace.cli.tables import plain_table
from leadtrace.cli.traces_check import check_traces
from leadtrace.cli.waiting_check import check_quarantine
from leadtrace.cli.webhooks_check import check_webhooks
from leadtrace.cli.wiring import make_admin
from leadtrace.embedded.services import local_host, service_specs
from leadtrace.runtime.clock import SystemClock
from leadtrace.runtime.logging import mask_url
from leadtrace.runtime.settings_errors import SettingsError

_COLOURS = {Verdict.GOOD: "green", Verdict.DOUBTFUL: "yellow", Verdict.BAD: "red"}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="The same in values, for a script.")] = False,
    config: ConfigOption = None,
) -> None:
    """Check configuration, disks, ports, versions, PostgreSQL, clock, schema, broker, topics, keys and more.

    Each failed check says what to do. Exit code 1 if anything is bad, else 0: doubtful findings do not count.

    For instance:

    ```
    leadtrace doctor
    leadtrace doctor --config /etc/leadtrace.toml
    leadtrace doctor --json | jq '.findings[] | select(.verdict != "ok")'
    ```
    """
    findings = run(examine(config))
    good = all(finding.verdict is not Verdict.BAD for finding in findings)
    if as_json:
        told = {"good": good, "findings": [_masked(finding) for finding in findings]}
        print(msgspec.json.format(msgspec.json.encode(told), indent=2).decode())  # noqa: T201 - for a script
    else:
        _show(findings)
    if not good:
        raise typer.Exit(FAILED)


async def examine(config: Path | None) -> list[Finding]:
    """Every finding; a configuration that cannot be used is the only one then."""
    try:
        settings = known_settings(config)
    except SettingsError as error:
        remedy = "correct the keys named here; `leadtrace config --template` shows all of them"
        return [Finding("configuration", Verdict.BAD, problem, remedy) for problem in error.problems]
    services = service_specs(settings.ports)
    return [
        Finding("configuration", Verdict.GOOD, f"profile {settings.profile.value}"),
        check_versions(settings),
        check_senders(settings),
        *check_rates(settings),
        *await check_disk(settings),
        *await check_ports(services, local_host(settings.ports)),
        *await check_processes(settings),
        *await check_postgres(settings, SystemClock()),
        *await check_definitions(settings),
        *await check_broker(settings, make_admin),
        *await check_master_keys(settings),
        *await check_quarantine(settings),
        *await check_webhooks(settings),
        *await check_traces(settings),
    ]


def _masked(finding: Finding) -> dict[str, str]:
    return asdict(finding) | {"detail": mask_url(finding.detail)}


def _show(findings: list[Finding]) -> None:
    table = plain_table("check", "", "found", "what to do")
    for finding in findings:
        verdict = f"[{_COLOURS[finding.verdict]}]{finding.verdict}[/]"
        detail, remedy = escape(mask_url(finding.detail)), escape(finding.remedy)
        table.add_row(finding.check, verdict, detail, remedy)
    console.print(table)
