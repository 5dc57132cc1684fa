"""`leadtrace status`: is everything ready, is anything lost, and does anything wait in the spill?"""

from dataclasses import dataclass
from typing import Any

import httpx
import typer

from leadtrace.cli.console import FAILED, ConfigOption, console, explained, run
from leadtrace.cli.installation import admin_key, known_settings
from leadtrace.cli.report import conservation_line, conservation_tables
from leadtrace.cli.spill_report import SpillReport, ask_spill, spill_line, spill_table
from leadtrace.cli.tables import names, plain_table
from leadtrace.embedded.service_health import ServiceHealth, ask_all
from leadtrace.embedded.services import local_host, service_specs
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_errors import SettingsError

_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Conservation:
    """The api's conservation report, or why there is none."""

    report: dict[str, Any] | None
    problem: str | None = None


def status(config: ConfigOption = None) -> None:
    """Show what every process misses, and whether every input is accounted for; exit code 1 if not ready.

    For instance:

    ```
    leadtrace status
    leadtrace status && echo all is well
    ```
    """
    with explained():
        settings = known_settings(config)
    health, conservation, spill = run(_look(settings))
    _show_health(health)
    _show_conservation(conservation)
    _show_spill(spill)
    if not all(one.ready for one in health):
        raise typer.Exit(FAILED)


async def _look(settings: Settings) -> tuple[list[ServiceHealth], Conservation, SpillReport]:
    services = service_specs(settings.ports)
    host = local_host(settings.ports)
    health = await ask_all(services, host)
    urls = {one.name: one.url for one in health}
    async with httpx.AsyncClient(timeout=_TIMEOUT_S, headers=_key_headers(settings)) as client:
        conservation = await _conservation(client, f"{urls['api']}/v1/audit/conservation")
        return health, conservation, await ask_spill(client, urls["door"])


def _key_headers(settings: Settings) -> dict[str, str]:
    try:
        return {"authorization": f"Bearer {admin_key(settings)}"}
    except SettingsError:
        # Reading needs no key in embedded mode on loopback.
        return {}


async def _conservation(client: httpx.AsyncClient, url: str) -> Conservation:
    try:
        answer = await client.get(url)
    except httpx.HTTPError:
        return Conservation(None, "the api does not answer")
    if not answer.is_success:
        return Conservation(None, f"the api answers {answer.status_code}")
    return Conservation(answer.json())


def _show_health(health: list[ServiceHealth]) -> None:
    table = plain_table(names("process"), names("address"), "ready", "missing")
    for one in health:
        ready = "[green]yes[/]" if one.ready else "[red]no[/]"
        table.add_row(one.name, one.url, ready, "\n".join(one.missing))
    console.print(table)


def _show_conservation(conservation: Conservation) -> None:
    if conservation.report is None:
        console.print(f"conservation: unknown, {conservation.problem}")
        return
    for table in conservation_tables(conservation.report):
        console.print(table)
    console.print(conservation_line(conservation.report))


def _show_spill(report: SpillReport) -> None:
    if report.requests:
        console.print(spill_table(report))
    console.print(spill_line(report))
