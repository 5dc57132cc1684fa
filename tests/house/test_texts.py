"""What may not stand in any file, whatever its language: this machine's paths and registries' addresses."""

import re
from pathlib import Path

import pytest

from tests.house.checkout import files, text

# Spelt in parts, so that this file keeps its own rule.
MACHINE_FOLDERS = ("work", "tmp", "root", "home", "Users")
REGISTRIES = (
    ("pypi", "org"),
    ("pythonhosted", "org"),
    ("npmjs", "org"),
    ("crates", "io"),
    ("golang", "org"),
    ("maven", "org"),
    ("repo", "maven", "apache", "org"),
    ("deb", "debian", "org"),
)
MACHINE_PATH = re.compile(r"(?<![\w./~}-])/(?:" + "|".join(MACHINE_FOLDERS) + r")(?:/|\b(?=[\"'\s)]))")
ADDRESS = re.compile("|".join(re.escape(".".join(parts)) for parts in REGISTRIES))


def lines_with(pattern: re.Pattern[str], path: Path) -> list[str]:
    """`file:line` of every hit."""
    return [
        f"{path}:{number}" for number, line in enumerate(text(path).splitlines(), 1) if pattern.search(line)
    ]


@pytest.mark.parametrize("path", files(), ids=str)
def test_no_path_of_one_machine(path: Path) -> None:
    """A path that exists here only makes a clean clone elsewhere fail, long after it was written."""
    assert not lines_with(MACHINE_PATH, path)


@pytest.mark.parametrize("path", files(), ids=str)
def test_no_registry_address(path: Path) -> None:
    """Where packages come from is the machine's configuration; an address in a lock overrides a mirror."""
    assert not lines_with(ADDRESS, path)
