"""`leadtrace definitions`: checks definitions, says them in words, and describes them to editors."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.markup import escape

from leadtrace.cli.console import BAD_CONFIGURATION, console, errors, explained
from leadtrace.cli.definitions_report import print_definitions
from leadtrace.cli.metrics_report import print_metrics
from leadtrace.domain.definitions.json_schema import json_schema
from leadtrace.domain.definitions.metric_model import MetricCatalogue, catalogue_hash, metrics_of
from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.definitions.parse import parse_either
from leadtrace.domain.definitions.problem import DefinitionsError
from leadtrace.domain.definitions.telling import tell
from leadtrace.runtime.definitions import live_path, shipped_files

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Check and show what marketing and sales agreed on: stages, scores, what MQL and SQL mean, metrics.",
)


class FileKind(StrEnum):
    """The two kinds of files in `definitions/`."""

    DEFINITIONS = "definitions"
    METRICS = "metrics"


_SHORT_HASH = 12
_KINDS: dict[FileKind, type[msgspec.Struct]] = {
    FileKind.DEFINITIONS: Definitions,
    FileKind.METRICS: MetricCatalogue,
}

_Files = Annotated[
    list[Path] | None,
    typer.Argument(
        help="Files of either kind; otherwise all that are shipped.",
        exists=True,
        dir_okay=False,
        show_default=False,
    ),
]
_File = Annotated[
    Path | None,
    typer.Argument(
        help="A version of the definitions, or a metric catalogue; otherwise the version in force.",
        exists=True,
        dir_okay=False,
        show_default=False,
    ),
]
_Json = Annotated[bool, typer.Option("--json", help="Every value with its words, as the api tells it.")]
_Kind = Annotated[FileKind, typer.Argument(help="Of which kind of file.")]


@app.command()
def lint(files: _Files = None) -> None:
    """Check definitions and metric catalogues; each mistake is named with file, line, key and remedy.

    What lists `metrics` is checked as a catalogue. Exit code 2: a file cannot be used.

    For instance:

    ```
    leadtrace definitions lint
    leadtrace definitions lint definitions/v2.yaml definitions/metrics.yaml
    ```
    """
    broken = False
    with explained():
        for file in files or shipped_files():
            try:
                found = parse_either(file.read_bytes(), str(file))
            except DefinitionsError as error:
                broken = True
                _say(error)
            else:
                console.print(
                    f"[green]ok[/] {escape(str(file))}: {_label(found)}", soft_wrap=True, highlight=False
                )
    if broken:
        raise typer.Exit(BAD_CONFIGURATION)


@app.command()
def show(file: _File = None, as_json: _Json = False) -> None:
    """Say definitions in words: what each stage requires, what counts how much and how long, and who owns it.

    For instance:

    ```
    leadtrace definitions show
    leadtrace definitions show definitions/v2.yaml --json
    leadtrace definitions show definitions/metrics.yaml
    ```
    """
    with explained():
        path = file or live_path()
        try:
            found = parse_either(path.read_bytes(), str(path))
        except DefinitionsError as error:
            _say(error)
            raise typer.Exit(BAD_CONFIGURATION) from None
    if isinstance(found, MetricCatalogue):
        metrics = list(metrics_of(found).values())
        show_it = _print_json if as_json else print_metrics
        show_it(metrics)
    else:
        told = tell(found)
        show_definitions = _print_json if as_json else print_definitions
        show_definitions(told)


@app.command()
def schema(kind: _Kind = FileKind.DEFINITIONS) -> None:
    """Print the JSON Schema of definitions or of metric catalogues, for editors that complete and check.

    The shipped files name theirs in their first line, which the YAML language server reads.

    For instance:

    ```
    leadtrace definitions schema > definitions/schema/definitions.json
    leadtrace definitions schema metrics > definitions/schema/metrics.json
    ```
    """
    _print_json(json_schema(_KINDS[kind]))


def _label(found: Definitions | MetricCatalogue) -> str:
    if isinstance(found, MetricCatalogue):
        said = f"{len(metrics_of(found))} metrics, version {found.version}"
        return f"{said}, hash {catalogue_hash(found)[:_SHORT_HASH]}"
    told = tell(found)
    return f"{escape(told.id)}, version {told.version}, hash {told.hash[:_SHORT_HASH]}"


def _print_json(value: Any) -> None:
    print(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())  # noqa: T201 - a file's text


def _say(error: DefinitionsError) -> None:
    lines: Sequence[str] = str(error).splitlines()
    for line in lines:
        errors.print(f"[red]definitions:[/] {escape(line)}", highlight=False, soft_wrap=True)
