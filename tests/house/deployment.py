"""What the files of `deploy/` are held against: the product's own commands, settings, ports and routes."""

import importlib
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from typer.main import get_command

from leadtrace.embedded.services import ServiceSpec, service_specs
from leadtrace.runtime.health import Readiness, operations_routes
from leadtrace.runtime.metrics import Metrics
from leadtrace.runtime.settings import ENV_PREFIX, Settings, read_environment
from leadtrace.runtime.settings_groups import Ports
from tests.house.checkout import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
SCRIPTS: dict[str, str] = PROJECT["scripts"]
PROCESSES = service_specs(Ports())
ROUTES = {route.path for route in operations_routes(Readiness(), Metrics())}
PROBE = ["python", "-m", "leadtrace.runtime.probe"]
# A tag that says a version: `18.1-bookworm`, `v3.7.3`; neither `latest` nor `18` alone.
PINNED = re.compile(r"^[^:@\s]+:v?\d+\.\d+(\.\d+)?(-[\w.]+)*$")


def commands_of(argv: Sequence[str]) -> list[str]:
    """The command and its subcommands that `argv` runs.

    Raises:
        AssertionError: the command line has no such command.
    """
    assert argv[0] in SCRIPTS, f"{argv[0]}: no script of pyproject.toml"
    module, name = SCRIPTS[argv[0]].split(":")
    command: Any = get_command(getattr(importlib.import_module(module), name))
    words = list(argv[1:])
    while hasattr(command, "commands"):
        assert words, f"{' '.join(argv)}: which command?"
        command = command.commands.get(words.pop(0))
        assert command is not None, f"{' '.join(argv)}: there is no such command"
    options = {option for parameter in command.params for option in parameter.opts}
    unknown = [word for word in words if word.startswith("-") and word.split("=")[0] not in options]
    assert not unknown, f"{' '.join(argv)}: no option {unknown}"
    return [word for word in argv if not word.startswith("-")]


def process_of(argv: Sequence[str]) -> ServiceSpec | None:
    """Which of the seven processes `argv` starts; None for `leadtrace migrate` and others that end."""
    module = SCRIPTS[argv[0]].split(":")[0]
    return next((one for one in PROCESSES if one.argv[2:] == (module, *argv[1:])), None)


def settings_from(environment: Mapping[str, str]) -> Settings:
    """What the product makes of these variables; it refuses what it does not know."""
    ours = {name: value for name, value in environment.items() if name.startswith(ENV_PREFIX)}
    with patch.dict(os.environ, ours, clear=True):
        return Settings(**read_environment())


def check_probe(url: str, port: int) -> None:
    """Hold that a health check asks this process, on a route that it has."""
    address = urlsplit(url)
    assert address.port == port, f"{url}: the process listens on {port}"
    assert address.path in ROUTES, f"{url}: no route of ours"


def interpolated(value: Any, given: Mapping[str, str]) -> Any:
    """A compose file's value with `${NAME:-default}` and `${NAME:?message}` replaced."""
    if isinstance(value, dict):
        return {key: interpolated(inner, given) for key, inner in value.items()}
    if isinstance(value, list):
        return [interpolated(inner, given) for inner in value]
    if not isinstance(value, str):
        return value
    return re.sub(r"\$\{(\w+)(?::[-?]([^}]*))?\}", lambda match: given.get(match[1]) or match[2] or "", value)
