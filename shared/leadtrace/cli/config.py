"""`leadtrace config`: every effective value and who set it."""

from typing import Annotated

import typer
from rich.markup import escape
from rich.padding import Padding

from leadtrace.cli.console import ConfigOption, console, explained
from leadtrace.runtime.config_report import Origin, config_report
from leadtrace.runtime.config_template import config_template
from leadtrace.runtime.settings import config_path

_COLOURS = {Origin.DEFAULT: "dim", Origin.FILE: "cyan", Origin.ENVIRONMENT: "magenta"}


def config(
    config: ConfigOption = None,
    template: Annotated[
        bool, typer.Option("--template", help="Print a commented leadtrace.toml with every key instead.")
    ] = False,
) -> None:
    """Show every setting, its value and where it comes from; secrets are masked.

    For instance:

    ```
    leadtrace config
    leadtrace config --template > leadtrace.toml
    LEADTRACE_KAFKA__PARTITIONS=16 leadtrace config
    ```
    """
    if template:
        print(config_template(), end="")  # noqa: T201 - a file's text, untouched by markup and width
        return
    with explained():
        path, lines = config_path(config), config_report(config)
    console.print(f"file: {path or 'none'}", highlight=False, soft_wrap=True)
    for line in lines:
        origin = f"[{_COLOURS[line.origin]}]{line.origin}[/]"
        # One line, as it would stand in a file: for searching and copying.
        console.print(f"\n[bold]{line.key}[/] = {escape(line.value)}  ({origin})", soft_wrap=True)
        console.print(Padding(escape(line.description), (0, 0, 0, 4)))
