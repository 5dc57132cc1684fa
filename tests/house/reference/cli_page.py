"""docs/reference/cli.md: `--help` of every command, from the commands themselves."""

import inspect
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from typer.core import TyperArgument, TyperOption
from typer.main import get_command

from leadtrace.cli.main import app
from tests.house.reference.schema_words import row, table

_INTRODUCTION = """\
# The `leadtrace` command

What `leadtrace --help` says of each command, on one page. Commands that change something ask a running
installation by its admin routes; they find it by [the configuration](settings.md), and its admin key in
`LEADTRACE_KEYS__BOOTSTRAP` or in the data folder. Exit codes: 0 it is done; 1 it failed or found something;
2 what it was given is wrong (command line, configuration, file).
"""
_TYPES: Mapping[object, str] = {int: "integer", float: "number", Path: "path"}


def cli_page() -> str:
    """The page as it should stand."""
    root: Any = get_command(app)
    lines = [_INTRODUCTION]
    for name in sorted(root.commands):
        lines += _command(root.commands[name], f"leadtrace {name}")
    return "\n".join(lines).rstrip() + "\n"


def _command(command: Any, path: str) -> Iterator[str]:
    yield f"{'#' * (path.count(' ') + 1)} `{path}`"
    yield ""
    yield inspect.cleandoc(command.help or "")
    yield ""
    if hasattr(command, "commands"):
        for name in sorted(command.commands):
            yield from _command(command.commands[name], f"{path} {name}")
        return
    shown = [one for one in command.params if not getattr(one, "hidden", False) and one.name != "help"]
    if shown:
        yield from table("argument or option", "type", "default", "what it does")
        yield from map(_parameter, shown)
        yield ""


def _parameter(parameter: Any) -> str:
    name = (
        parameter.name.upper() if isinstance(parameter, TyperArgument) else ", ".join(_spellings(parameter))
    )
    kind = "switch" if getattr(parameter, "is_flag", False) else _kind(parameter)
    several = ", may be repeated" if parameter.multiple or parameter.nargs == -1 else ""
    return row(f"`{name}`", kind + several, _default(parameter), parameter.help or "")


def _spellings(option: TyperOption) -> list[str]:
    return [*option.opts, *option.secondary_opts]


def _kind(parameter: Any) -> str:
    annotation = parameter.type_descriptor.annotation
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " or ".join(f"`{one.value}`" for one in annotation)
    return _TYPES.get(annotation, "text")


def _default(parameter: Any) -> str:
    value = parameter.default
    variable = f", or `{parameter.envvar}`" if getattr(parameter, "envvar", None) else ""
    if parameter.required:
        return "required"
    if value is None or value is False or value in ((), [], ""):
        return f"none{variable}"
    plain = getattr(value, "value", value)
    return f"`{plain}`{variable}" if not callable(value) else f"none{variable}"
