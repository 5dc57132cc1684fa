"""A command that the README or the contributing page names is one that exists."""

import re
from pathlib import Path

import pytest
from typer.core import TyperGroup, TyperOption
from typer.main import get_command

from leadtrace.cli.main import app
from tests.house.checkout import ROOT, files, text

PAGES = tuple(path for path in files() if path.suffix == ".md")
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
TARGET = re.compile(r"^([a-z-]+):.*## \S", re.MULTILINE)


def commands(page: Path, program: str) -> set[str]:
    """The words that follow `program` where a page shows code."""
    pattern = re.compile(rf"(?:^|[\s`;&|]|bin/){program} ([a-z][a-z-]*)")
    return {name for code in CODE.findall(text(page)) for name in pattern.findall(code)}


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_make_targets_exist(page: Path) -> None:
    """The first command that a newcomer types is copied from here."""
    assert commands(page, "make") <= set(TARGET.findall((ROOT / "Makefile").read_text()))


def test_every_target_says_what_it_does() -> None:
    """`make help` is made of these sentences; a target without one cannot be found."""
    makefile = (ROOT / "Makefile").read_text()
    phony = {name for line in re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE) for name in line.split()}
    assert phony == set(TARGET.findall(makefile))


def operators_commands() -> TyperGroup:
    """The `leadtrace` command with all that is below it."""
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    return group


GROUP = operators_commands()


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_leadtrace_commands_exist(page: Path) -> None:
    """A page is copied from more often than `--help` is read."""
    assert commands(page, "leadtrace") <= set(GROUP.commands)


@pytest.mark.parametrize("name", sorted(GROUP.commands))
def test_command_teaches(name: str) -> None:
    """`--help` is the page that is always there; one line of it says what the command is for."""
    command = GROUP.commands[name]
    assert command.help, f"leadtrace {name} has no help"
    silent = [
        one.name for one in command.params if isinstance(one, TyperOption) and not one.help and not one.hidden
    ]
    assert not silent, f"leadtrace {name}: options without a word of help: {silent}"


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_relative_links_lead_somewhere(page: Path) -> None:
    """A dead link says that the page was not read when its target moved."""
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text(page))
    assert not [link for link in links if not (ROOT / page.parent / link).exists()]
