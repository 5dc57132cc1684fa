"""The locks are what everybody installs: they must hold what `pyproject.toml` asks for, hashed."""

import re
import tomllib
from collections.abc import Iterator

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.checkout import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
RUNTIME_EXTRAS = ("embedded", "traces", "training", "build")
LOCKED = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[^\s;]+)", re.MULTILINE)


def requirements(*extras: str) -> Iterator[Requirement]:
    """What the project asks for, with these extras."""
    yield from map(Requirement, PROJECT["dependencies"])
    for extra in extras:
        yield from map(Requirement, PROJECT["optional-dependencies"][extra])


def locked(name: str) -> dict[str, set[str]]:
    """Every locked package and its versions; a universal lock may hold one per platform."""
    found: dict[str, set[str]] = {}
    for line in LOCKED.finditer((ROOT / "requirements" / f"{name}.lock").read_text()):
        found.setdefault(canonicalize_name(line["name"]), set()).add(line["version"])
    return found


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("runtime", list(requirements(*RUNTIME_EXTRAS))),
        ("dev", list(requirements(*PROJECT["optional-dependencies"]))),
    ],
)
def test_lock_holds_what_the_project_asks_for(lock: str, wanted: list[Requirement]) -> None:
    """A dependency added without `make lock` works here, where it was installed by hand, and nowhere else."""
    versions = locked(lock)
    missing = [
        str(one)
        for one in wanted
        if not any(one.specifier.contains(v) for v in versions.get(canonicalize_name(one.name), ()))
    ]
    assert not missing, f"run `make lock`: requirements/{lock}.lock lacks {missing}"


def test_dev_lock_holds_the_runtime_lock() -> None:
    """What is tested is what runs: the same versions, and more beside them."""
    runtime, dev = locked("runtime"), locked("dev")
    assert {name: versions for name, versions in runtime.items() if dev.get(name) != versions} == {}


@pytest.mark.parametrize("lock", ["runtime", "dev"])
def test_everything_locked_is_hashed(lock: str) -> None:
    """One line without a hash and the installer refuses all of it."""
    text = (ROOT / "requirements" / f"{lock}.lock").read_text()
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)
    assert not [entry.splitlines()[0] for entry in entries if "==" in entry and "--hash=" not in entry]
