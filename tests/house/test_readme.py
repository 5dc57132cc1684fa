"""A command that the README or the contributing page names is one that exists."""

import re
from pathlib import Path

import pytest

from tests.house.checkout import ROOT, files, text

PAGES = tuple(path for path in files() if path.suffix == ".md")
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
TARGET = re.compile(r"^([a-z-]+):.*## \S", re.MULTILINE)


def commands(page: Path, program: str) -> set[str]:
    """The words that follow `program` where a page shows code."""
    pattern = re.compile(rf"(?:^|[\s`;&|/]){program} ([a-z][a-z-]*)")
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


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_relative_links_lead_somewhere(page: Path) -> None:
    """A dead link says that the page was not read when its target moved."""
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text(page))
    assert not [link for link in links if not (ROOT / page.parent / link).exists()]
