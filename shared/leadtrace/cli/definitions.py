"""`leadtrace definitions`: checks definitions, says them in words, and describes them to editors.

How a version is approved, tried in the shadow and activated stands in files of their own.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.markup import escape

from leadtrace.cli.admin_call import calling
from leadtrace.cli.console import BAD_CONFIGURATION, ConfigOption, console, explained, run
from leadtrace.cli.definitions_approval import activate, approve
from leadtrace.cli.definitions_diff import diff
from leadtrace.cli.definitions_history import history
from leadtrace.cli.definitions_report import print_definitions
from leadtrace.cli.definitions_shadow import shadow
from leadtrace.cli.definitions_source import ROUTE, Source, say_findings, source_of
from leadtrace.cli.installation import known_settings
from leadtrace.cli.metrics_report import print_metrics
from leadtrace.domain.definitions.json_schema import json_schema
from leadtrace.domain.definitions.metric_model import MetricCatalogue, catalogue_hash, metrics_of
from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.definitions.problem import DefinitionsError
from leadtrace.domain.definitions.telling import tell
from leadtrace.runtime.definitions import live_path, read_either, shipped_files
from leadtrace.runtime.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Check, show, compare and change what marketing and sales agreed on: stages, scores, MQL and SQL.",
)
app.command("approve")(approve)
app.command("shadow")(shadow)
app.command("activate")(activate)
app.command("history")(history)

app.command("diff")(diff)


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
_Shown = Annotated[
    Source | None,
    typer.Argument(
        help="A file of definitions or metrics, or a version by its number; otherwise the shipped version.",
        parser=source_of,
        metavar="FILE_OR_VERSION",
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
                found = read_either(file.read_bytes(), str(file))
            except DefinitionsError as error:
                broken = True
                say_findings(error)
            else:
                console.print(
                    f"[green]ok[/] {escape(str(file))}: {_label(found)}", soft_wrap=True, highlight=False
                )
    if broken:
        raise typer.Exit(BAD_CONFIGURATION)


@app.command()
def show(source: _Shown = None, as_json: _Json = False, config: ConfigOption = None) -> None:
    """Say definitions in words: what each stage requires, what counts how much and how long, and who owns it.

    For instance:

    ```
    leadtrace definitions show
    leadtrace definitions show 2
    leadtrace definitions show definitions/v2.yaml --json
    leadtrace definitions show definitions/metrics.yaml
    ```
    """
    body, name = _text_of(source or Source(path=live_path()), config)
    try:
        found = read_either(body, name)
    except DefinitionsError as error:
        say_findings(error)
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


def _text_of(source: Source, config: Path | None) -> tuple[bytes, str]:
    """What is to be shown, and what messages call it; a version that is not shipped is asked for."""
    with explained():
        path = source.path or _shipped(source.version)
        if path is not None:
            return path.read_bytes(), str(path)
        settings = known_settings(config)
    return run(_registered(settings, f"{ROUTE}/{source.version}")).encode(), f"version {source.version}"


def _shipped(version: int | None) -> Path | None:
    *files, _ = shipped_files()
    return next((file for file in files if file.stem == f"v{version}"), None)


async def _registered(settings: Settings, path: str) -> str:
    async with calling(settings) as door:
        return str((await door.get(path))["body"])
