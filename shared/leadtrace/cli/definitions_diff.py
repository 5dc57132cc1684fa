"""`leadtrace definitions diff`: what would change for the leads that are there if another version judged."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from leadtrace.cli.admin_call import AdminProblemError, calling
from leadtrace.cli.console import BAD_CONFIGURATION, ConfigOption, errors, explained, run
from leadtrace.cli.definitions_diff_report import print_diff
from leadtrace.cli.installation import known_settings
from leadtrace.domain.definitions.problem import DefinitionsError
from leadtrace.runtime.definitions import read_definitions
from leadtrace.runtime.settings import Settings

_PROCESS = "scoring"
_PATH = "/definitions/diff"
_MOST_SAMPLED = 1_000


def diff(
    a: Annotated[
        str,
        typer.Argument(metavar="A", help="One version: its number, or a file.", show_default=False),
    ],
    b: Annotated[
        str | None,
        typer.Argument(
            metavar="[B]",
            help="The other, which would judge instead; otherwise the version in force.",
            show_default=False,
        ),
    ] = None,
    *,
    sample: Annotated[
        int, typer.Option(min=0, max=_MOST_SAMPLED, help="How many lead ids to show of each movement.")
    ] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Everything that was counted, as JSON.")] = False,
    config: ConfigOption = None,
) -> None:
    """Fold the leads that are there by two versions, and tell who moves in and out of each band and stage.

    Scoring does it beside its live work and changes nothing. A number means the version that is registered
    under it, else the one that is shipped. Orders and revenue are those won of the leads that move; a cost
    is all spend by the leads that hold. Exit code 2: a file cannot be used; 1: it was not finished.

    For instance:

    ```
    leadtrace definitions diff 1 definitions/v2.yaml
    leadtrace definitions diff 1 2 --sample 20
    leadtrace definitions diff draft.yaml --json > change.json
    ```
    """
    asked = {"a": _side(a), "b": None if b is None else _side(b), "sample": sample}
    with explained():
        settings = known_settings(config)
    report = run(_compared(settings, asked))
    if as_json:
        print(json.dumps(report, indent=2, ensure_ascii=False))  # noqa: T201 - a file's text
    else:
        print_diff(report)


def _side(given: str) -> dict[str, object]:
    """What the route is asked for; a file is checked here, where its lines can be looked up."""
    if given.isdecimal():
        return {"version": int(given)}
    path = Path(given)
    if not path.is_file():
        raise typer.BadParameter(f"{given} is neither a version's number nor a file.")
    with explained():
        text = path.read_bytes()
    try:
        read_definitions(text, given)
    except DefinitionsError as error:
        for line in str(error).splitlines():
            errors.print(f"[red]definitions:[/] {escape(line)}", highlight=False, soft_wrap=True)
        raise typer.Exit(BAD_CONFIGURATION) from None
    return {"body": text.decode(), "file": given}


async def _compared(settings: Settings, asked: Mapping[str, object]) -> dict[str, Any]:
    """The report that comes at last, with a bar until then."""
    columns = (TextColumn("folding leads"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    # On stderr, and only for eyes, so that what is told can be piped.
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("", total=None)
        async with calling(settings, _PROCESS) as call:
            async for told in call.lines(_PATH, asked):
                if "report" in told:
                    report: dict[str, Any] = told["report"]
                    return report
                if "error" in told:
                    raise AdminProblemError(f"{_PROCESS}: {told['error']}")
                progress.update(task, total=told["total"], completed=told["done"])
    raise AdminProblemError(f"{_PROCESS}: the answer ended before the report; ask again: nothing was changed")
