"""Every setting says what it does, and what the pages show as configuration can be loaded."""

import importlib
import inspect
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from leadtrace.runtime.settings import Settings
from tests.house.checkout import SERVICES, files, text

PAGES = tuple(path for path in files() if path.suffix == ".md")
TOML = re.compile(r"```toml\n(.*?)```", re.DOTALL)
DURATION = re.compile(r"timeout|interval|delay|deadline|lease|wait|backoff|_age|ttl")
UNIT = re.compile(r"_(s|ms|us|days|hours|minutes|bytes|requests|items)$")


def models(annotation: object) -> Iterator[type[BaseModel]]:
    """The models that an annotation names, however deep in unions, dicts and tuples."""
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from models(inner)


def settings_of(model: type[BaseModel], path: str) -> Iterator[tuple[str, str | None]]:
    """Every setting below a model as (dotted name, description)."""
    for name, field in model.model_fields.items():
        yield f"{path}{name}", field.description
        for inner in models(field.annotation):
            yield from settings_of(inner, f"{path}{name}.")


def roots() -> Iterator[type[BaseModel]]:
    """The common settings and whatever models the rooms add to them."""
    yield Settings
    for service in SERVICES:
        name = f"leadtrace_{service}.settings"
        if Path("services", service, f"leadtrace_{service}", "settings.py") in files():
            own = vars(importlib.import_module(name)).values()
            yield from (
                value
                for value in own
                if inspect.isclass(value) and issubclass(value, BaseModel) and value.__module__ == name
            )


ALL_SETTINGS = sorted({(f"{root.__name__}.{n}", d) for root in roots() for n, d in settings_of(root, "")})


@pytest.mark.parametrize(("name", "description"), ALL_SETTINGS, ids=[name for name, _ in ALL_SETTINGS])
def test_setting_says_what_it_does(name: str, description: str | None) -> None:
    """`leadtrace config` prints the sentence; a setting that nobody can explain is set by guessing."""
    assert description, f"{name} has no description"
    assert description.strip().endswith("."), f"{name}: a whole sentence or phrase, with its full stop"


@pytest.mark.parametrize("name", [name for name, _ in ALL_SETTINGS])
def test_number_carries_its_unit(name: str) -> None:
    """Thirty what? A duration without a unit is set a thousand times too long sooner or later."""
    last = name.rpartition(".")[2]
    assert not DURATION.search(last) or UNIT.search(last), f"{name}: which unit?"


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_configuration_that_a_page_shows_can_be_loaded(page: Path) -> None:
    """Unknown keys are refused at start, so a page that shows one sends its reader into an error."""
    for block in TOML.findall(text(page)):
        Settings(**tomllib.loads(block))
