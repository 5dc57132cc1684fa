"""`leadtrace mapping`: what a mapping file would make of a sample, and whether it can be used at all."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.markup import escape

from leadtrace.cli.console import BAD_CONFIGURATION, FAILED, ConfigOption, console, errors, explained
from leadtrace.runtime.clock import SystemClock
from leadtrace.runtime.settings import load_settings
from leadtrace.runtime.shipped import shipped_path
from leadtrace_ingest.commands.mapping_report import explained_item
from leadtrace_ingest.commands.sample import SampleError, sample_items
from leadtrace_ingest.senders.drafting import RefusedError
from leadtrace_ingest.senders.generic.body import item_value
from leadtrace_ingest.senders.generic.file import GenericFile
from leadtrace_ingest.senders.generic.loading import is_generic, load_generic
from leadtrace_ingest.senders.generic.mapping import Explanation, GenericMapping, explain
from leadtrace_ingest.senders.identity import identity_of_bytes
from leadtrace_ingest.senders.item import Ignored, Item, Mapped, Refused
from leadtrace_ingest.senders.mapping.compiled import load_mapping
from leadtrace_ingest.senders.mapping.file import MappingError

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Try, check and copy mapping files, which say what a CRM's fields and events mean.",
)

_Mapping = Annotated[Path, typer.Option("--mapping", "-m", help="Mapping file, of kind `generic`.")]
_File = Annotated[
    Path, typer.Argument(help="Sample: .json (one body), .jsonl (one body a line) or .csv (rows).")
]
_Sender = Annotated[
    str, typer.Option(help="Name of the sender; by default that of the mapping.", show_default=False)
]
_Limit = Annotated[int, typer.Option(min=1, help="Items to show; all are counted.")]


@app.command("test")
def try_sample(
    file: _File, mapping: _Mapping, sender: _Sender = "", limit: _Limit = 20, config: ConfigOption = None
) -> None:
    """Show what would come out of a sample and why; nothing is stored. Exit code 1: items are refused.

    For instance:

    ```
    leadtrace mapping test sample.json --mapping acme.yaml
    leadtrace mapping test export.csv -m mappings/acme-export.yaml --limit 5
    ```
    """
    with _explained():
        rules = load_generic(mapping, load_settings(config).reporting.currency)
        name, shown = sender or rules.name, 0
        counts: Counter[str] = Counter()
        for where, item in sample_items(file, rules):
            explanation = _explanation(rules, item, name)
            _count(counts, explanation)
            if shown < limit:
                console.print(explained_item(where, explanation), highlight=False)
                shown += 1
        _sum_up(counts, shown)
    if counts["refused"]:
        raise typer.Exit(FAILED)


@app.command()
def lint(
    files: Annotated[list[Path], typer.Argument(help="Mapping files, of any kind.")],
    config: ConfigOption = None,
) -> None:
    """Check mapping files; each mistake is named with file, key and rule. Exit code 2: a file cannot be used.

    For instance:

    ```
    leadtrace mapping lint mappings/*.yaml
    ```
    """
    broken = 0
    currency = "EUR"
    with explained():
        currency = load_settings(config).reporting.currency
    for file in files:
        try:
            mapping = load_generic(file, currency) if is_generic(file) else load_mapping(file, currency)
        except MappingError as error:
            broken += 1
            _say(error)
        else:
            console.print(
                f"[green]ok[/] {escape(str(file))}: {mapping.label}", soft_wrap=True, highlight=False
            )
    if broken:
        raise typer.Exit(BAD_CONFIGURATION)


@app.command()
def show(name: Annotated[str, typer.Argument(help="For instance hubspot, or examples/acme.")]) -> None:
    """Print a mapping that is shipped, to be copied and changed.

    For instance:

    ```
    leadtrace mapping show hubspot > my-hubspot.yaml
    ```
    """
    folder = shipped_path("mappings", "hubspot.yaml").parent
    known = sorted(path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.yaml"))
    if name not in known:
        errors.print(
            f"[red]error:[/] no mapping {escape(repr(name))} is shipped; there are {', '.join(known)}"
        )
        raise typer.Exit(BAD_CONFIGURATION)
    text = (folder / f"{name}.yaml").read_text(encoding="utf-8")
    print(text, end="")  # noqa: T201 - a file's text, untouched by markup and width


@app.command()
def schema() -> None:
    """Print the JSON Schema of mapping files of kind `generic`, for editors that complete and check.

    For instance:

    ```
    leadtrace mapping schema > schema.json
    ```
    """
    found = msgspec.json.encode(msgspec.json.schema(GenericFile))
    print(msgspec.json.format(found, indent=2).decode())  # noqa: T201 - a file's text


def _explanation(rules: GenericMapping, item: Item, sender: str) -> Explanation:
    try:
        value = item_value(item)
    except RefusedError as error:
        identity = identity_of_bytes(sender, item.raw)
        return Explanation(Refused(identity, error.reason, error.detail, item.raw), ())
    return explain(rules, value, sender=sender, received_at=SystemClock().now(), raw=item.raw)


def _count(counts: Counter[str], explanation: Explanation) -> None:
    counts["items"] += 1
    match explanation.result:
        case Mapped(drafts=drafts):
            counts["mapped"] += 1
            counts["events"] += len(drafts)
        case Ignored():
            counts["ignored"] += 1
        case Refused():
            counts["refused"] += 1


def _sum_up(counts: Counter[str], shown: int) -> None:
    rest = counts["items"] - shown
    if rest:
        console.print(f"… and {rest} more; `--limit` shows them", highlight=False)
    console.print(
        f"{counts['items']} items: {counts['mapped']} mapped to {counts['events']} events,"
        f" {counts['ignored']} ignored, {counts['refused']} refused",
        highlight=False,
        soft_wrap=True,
    )


@contextmanager
def _explained() -> Generator[None]:
    """Say in words what an operator can mend."""
    try:
        with explained():
            yield
    except MappingError as error:
        _say(error)
        raise typer.Exit(BAD_CONFIGURATION) from None
    except SampleError as error:
        errors.print(f"[red]error:[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        raise typer.Exit(FAILED) from None


def _say(error: MappingError) -> None:
    for line in str(error).splitlines():
        errors.print(f"[red]mapping:[/] {escape(line)}", highlight=False, soft_wrap=True)
