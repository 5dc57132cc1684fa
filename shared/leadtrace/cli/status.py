"""`leadtrace status`: is everything ready, how does it flow, is anything lost, what waits for somebody?"""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

import httpx
import msgspec
import typer
from rich.console import Group
from rich.live import Live

from leadtrace.cli.console import FAILED, ConfigOption, console, explained, run
from leadtrace.cli.flow import flow
from leadtrace.cli.installation import admin_key, known_settings
from leadtrace.cli.process_metrics import Scrape, scrape_all
from leadtrace.cli.spill_report import ask_spill
from leadtrace.cli.status_view import Look, brief, values, whole
from leadtrace.embedded.service_health import ask_all
from leadtrace.embedded.services import local_host, service_specs
from leadtrace.runtime.clock import SystemClock
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_errors import SettingsError

_TIMEOUT_S = 10.0
_RATE_OVER_S = 1.0
_US_PER_S = 1_000_000

Pages = Mapping[str, Scrape]


def status(
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Look again and again until Ctrl-C.")] = False,
    every: Annotated[float, typer.Option(min=1, help="Seconds between two looks.")] = 5.0,
    as_json: Annotated[bool, typer.Option("--json", help="The same in values, for a script.")] = False,
    config: ConfigOption = None,
) -> None:
    """Show what every process misses, what waits where and how fast it goes, and whether anything is lost.

    Exit code 1 if a process is not ready, else 0; rates are those of the last second, or since the last look.

    For instance:

    ```
    leadtrace status
    leadtrace status --watch
    leadtrace status && echo all is well
    leadtrace status --json | jq .flow
    ```
    """
    with explained():
        settings = known_settings(config)
    if watch:
        _watch(settings, every)
        return
    look = run(_look_once(settings))
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(values(look)), indent=2).decode())  # noqa: T201 - for a script
    else:
        for shown in whole(look):
            console.print(shown)
    if not look.ready:
        raise typer.Exit(FAILED)


def _watch(settings: Settings, every_s: float) -> None:
    try:
        run(_look_on(settings, every_s))
    except KeyboardInterrupt:
        # That is how one stops to look.
        return


async def _look_once(settings: Settings) -> Look:
    before = await scrape_all(service_specs(settings.ports), local_host(settings.ports))
    if before:
        await asyncio.sleep(_RATE_OVER_S)
    return await _look(settings, before)


async def _look_on(settings: Settings, every_s: float) -> None:
    """In a terminal one view that changes, elsewhere one after the other."""
    before: Pages = {}
    with Live(console=console, auto_refresh=False) as live:
        while True:
            look = await _look(settings, before)
            view = Group(*brief(look))
            if console.is_terminal:
                live.update(view, refresh=True)
            else:
                console.print(view)
            before = look.pages
            await asyncio.sleep(every_s)


async def _look(settings: Settings, before: Pages) -> Look:
    services, host = service_specs(settings.ports), local_host(settings.ports)
    health, pages = await asyncio.gather(ask_all(services, host), scrape_all(services, host))
    urls = {one.name: one.url for one in health}
    async with httpx.AsyncClient(timeout=_TIMEOUT_S, headers=_key_headers(settings)) as client:
        report, problem = await _asked(client, f"{urls['api']}/v1/audit/conservation")
        definitions, _ = await _asked(client, f"{urls['api']}/v1/definitions")
        spill = await ask_spill(client, urls["door"])
    now_s = SystemClock().now_us() / _US_PER_S
    return Look(
        health,
        pages,
        flow(pages, before, report=report, spill=spill, now_s=now_s),
        report,
        problem,
        spill,
        None if definitions is None else definitions["live"],
    )


def _key_headers(settings: Settings) -> dict[str, str]:
    try:
        return {"authorization": f"Bearer {admin_key(settings)}"}
    except SettingsError:
        # Reading needs no key in embedded mode on loopback.
        return {}


async def _asked(client: httpx.AsyncClient, url: str) -> tuple[dict[str, Any] | None, str]:
    """What the api says, or why there is no answer."""
    try:
        answer = await client.get(url)
    except httpx.HTTPError:
        return None, "the api does not answer"
    if not answer.is_success:
        return None, f"the api answers {answer.status_code}"
    body: dict[str, Any] = answer.json()
    return body, ""
