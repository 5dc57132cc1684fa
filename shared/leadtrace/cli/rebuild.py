"""`leadtrace rebuild`: fold a service's rows anew beside the live ones, or again what could not be folded."""

from enum import StrEnum
from typing import Annotated

import typer

from leadtrace.cli.admin_client import call_everywhere
from leadtrace.cli.console import BAD_CONFIGURATION, FAILED, ConfigOption, console, errors, explained, run
from leadtrace.cli.installation import known_settings
from leadtrace.cli.rebuild_progress import Told, cancel_rebuild, follow_rebuild, show_rebuild


class Target(StrEnum):
    """Whose rows are rebuilt."""

    SCORING = "scoring"
    ATTRIBUTION = "attribution"
    API = "api"
    ALL = "all"

    def processes(self) -> tuple[str, ...]:
        """The processes that do it, in the order in which one reads what another wrote."""
        order = {Target.SCORING: "scoring", Target.ATTRIBUTION: "attribution", Target.API: "projector"}
        return tuple(order.values()) if self is Target.ALL else (order[self],)


def rebuild(
    target: Annotated[
        Target | None,
        typer.Argument(help="Whose rows; all means these three in this order.", show_default=False),
    ] = None,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Build and compare, name the rows that differ, change nothing.")
    ] = False,
    cancel: Annotated[bool, typer.Option("--cancel", help="End a rebuild that is running.")] = False,
    stuck: Annotated[
        bool, typer.Option("--stuck", help="Fold every lead and deal again that is marked stuck.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Fold leads and deals anew from the events as they were published, beside the rows that answer now.

    The live service goes on and keeps both current; when all is folded and compared, the new rows take the
    place of the old ones at once. What changed is published. It goes on after a crash or a Ctrl-C of this
    command; the same command follows it again.

    `--stuck` folds again, from the sets that the services keep, what a fold had failed on.

    For instance:

    ```
    leadtrace rebuild all
    leadtrace rebuild scoring --check
    leadtrace rebuild attribution --cancel
    leadtrace rebuild --stuck
    ```
    """
    if stuck == (target is not None) or (stuck and (check or cancel)) or (check and cancel):
        errors.print("say what to rebuild: scoring, attribution, api, all, or --stuck alone")
        raise typer.Exit(BAD_CONFIGURATION)
    if target is None:
        call_everywhere(config, "rebuild-stuck")
        return
    with explained():
        settings = known_settings(config)
    if cancel:
        for process in target.processes():
            ended = run(cancel_rebuild(settings, process))
            console.print(f"{process}: {'the rebuild was ended' if ended else 'no rebuild is running'}")
        return
    for process in target.processes():
        _show(run(follow_rebuild(settings, process, check=check)))


def _show(told: Told) -> None:
    show_rebuild(told)
    if not told.good:
        raise typer.Exit(FAILED)
