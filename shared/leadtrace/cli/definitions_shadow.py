"""`leadtrace definitions shadow`: a version is folded beside the one in force, and changes nothing yet."""

from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from leadtrace.cli.admin_call import AdminCall, calling
from leadtrace.cli.console import BAD_CONFIGURATION, FAILED, ConfigOption, console, errors, explained, run
from leadtrace.cli.definitions_source import ROUTE, OptionalSourceArgument, Source, order_of, version_of
from leadtrace.cli.installation import known_settings
from leadtrace.cli.look_again import look_again
from leadtrace.runtime.settings import Settings


def shadow(
    source: OptionalSourceArgument = None,
    *,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Begin, and do not follow.")] = False,
    end: Annotated[
        bool, typer.Option("--end", help="Take it out of the shadow; no version is needed.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Fold a version beside the one in force, so that it can be compared and take over at once.

    No number changes. It goes on after a crash or a Ctrl-C of this command; the same command follows it
    again. Exit code 2: the file breaks a rule; 1: another version is in the shadow, or a service failed.

    For instance:

    ```
    leadtrace definitions shadow definitions/v2.yaml
    leadtrace definitions shadow 2 --no-wait
    leadtrace definitions shadow --end
    ```
    """
    if end and no_wait:
        errors.print("say either --end or --no-wait")
        raise typer.Exit(BAD_CONFIGURATION)
    with explained():
        settings = known_settings(config)
    if end:
        version = run(_end(settings, source))
        console.print(f"version {version} is not in the shadow any more; nothing else changed")
        return
    if source is None:
        errors.print("name a file of definitions or a version, such as `leadtrace definitions shadow 2`")
        raise typer.Exit(BAD_CONFIGURATION)
    order = order_of(source)
    version, failures = run(_begin(settings, source, order, follow=not no_wait))
    for failure in failures:
        errors.print(f"[red]{failure}[/]", highlight=False)
    if failures:
        raise typer.Exit(FAILED)
    if no_wait:
        console.print(f"version {version} is in the shadow; `leadtrace definitions history` tells how far")
    else:
        console.print(f"version {version} is folded beside the one in force; no number has changed")


async def _end(settings: Settings, source: Source | None) -> int:
    """The version that was in the shadow; without a source the one that is."""
    order = None if source is None else order_of(source)
    async with calling(settings) as door:
        version = await _running(door) if source is None else await version_of(door, source, order)
        await door.delete(f"{ROUTE}/{version}/shadow")
    return version


async def _running(door: AdminCall) -> int:
    running = (await door.get(ROUTE))["shadow"]
    if running is None:
        errors.print("no version is in the shadow")
        raise typer.Exit(FAILED)
    return int(running["version"])


async def _begin(
    settings: Settings, source: Source, order: dict[str, object] | None, *, follow: bool
) -> tuple[int, list[str]]:
    """The version, and why it did not come to its end."""
    async with calling(settings) as door:
        version = await version_of(door, source, order)
        running = (await door.get(ROUTE))["shadow"]
        if running is None or running["version"] != version:
            await door.post(f"{ROUTE}/{version}/shadow", {})
        elif follow:
            began = f"{running['started_at'][:19]} by {running['started_by']}"
            console.print(f"following the shadow that was begun at {began}", highlight=False)
        return version, await _follow(door, version) if follow else []


async def _follow(door: AdminCall, version: int) -> list[str]:
    """Show how far each service is until all are done; why they will not be."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        bars: dict[str, TaskID] = {}
        while True:
            running = (await look_again(door, ROUTE))["shadow"]
            if running is None or running["version"] != version:
                return [f"version {version} was taken out of the shadow meanwhile"]
            for one in running["services"]:
                _move(progress, bars, one)
            failures = [
                f"{one['service']}: {one['error']}" for one in running["services"] if one["error"] is not None
            ]
            if failures or all(one["complete"] for one in running["services"]):
                return failures


def _move(progress: Progress, bars: dict[str, TaskID], one: dict[str, Any]) -> None:
    name = one["service"]
    if name not in bars:
        bars[name] = progress.add_task(name, total=None)
    done, total = min(one["done"], one["total"]), one["total"] or None
    progress.update(bars[name], total=total, completed=done)
