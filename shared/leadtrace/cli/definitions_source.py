"""A version of the definitions as an operator names it: by its number, or by a file that says it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from leadtrace.cli.admin_call import AdminCall
from leadtrace.cli.console import BAD_CONFIGURATION, errors, explained
from leadtrace.domain.definitions.problem import DefinitionsError
from leadtrace.runtime.definitions import read_definitions

ROUTE = "/definitions"
# Enough to see that two are the same, in a table that fits a terminal.
_HASH_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Source:
    """One of the two."""

    version: int | None = None
    path: Path | None = None


def source_of(given: str) -> Source:
    """Digits are a version.

    Raises:
        typer.BadParameter: there is no such file.
    """
    if given.isascii() and given.isdigit():
        return Source(version=int(given))
    path = Path(given)
    if not path.is_file():
        raise typer.BadParameter(f"{given!r} is no file; name one, or a version by its number")
    return Source(path=path)


_GIVEN = typer.Argument(
    help="A file of definitions, which is registered, or a version by its number.",
    parser=source_of,
    metavar="FILE_OR_VERSION",
    show_default=False,
)
SourceArgument = Annotated[Source, _GIVEN]
OptionalSourceArgument = Annotated[Source | None, _GIVEN]


def order_of(source: Source) -> dict[str, object] | None:
    """What registers the file, once it holds against the lint; None for a version.

    Exit code 2: the file breaks a rule.
    """
    if source.path is None:
        return None
    with explained():
        body = source.path.read_bytes()
    try:
        read_definitions(body, str(source.path))
    except DefinitionsError as error:
        say_findings(error)
        raise typer.Exit(BAD_CONFIGURATION) from None
    return {"body": body.decode(), "file": str(source.path)}


async def version_of(door: AdminCall, source: Source, order: dict[str, object] | None) -> int:
    """The version that is meant; that of a file is registered."""
    if order is None:
        assert source.version is not None  # noqa: S101 - what is no file is a version
        return source.version
    told: dict[str, Any] = await door.post(ROUTE, order)
    return int(told["version"])


def say_findings(error: DefinitionsError) -> None:
    """Print a line for each mistake."""
    for line in str(error).splitlines():
        errors.print(f"[red]definitions:[/] {escape(line)}", highlight=False, soft_wrap=True)


def short(hash_: str) -> str:
    """As much of a hash as people compare."""
    return hash_[:_HASH_SHOWN]
