"""What import-linter cannot see: where an import stands, and that its contracts know every room."""

import ast
import configparser
from pathlib import Path

import pytest

from tests.house.checkout import (
    ROOT,
    SERVICES,
    imported_modules,
    python_files,
    shipped_files,
    tree,
)

# Function-level imports that may stay, with the reason; the aim is that it stays empty.
ALLOWED_LATE_IMPORTS: frozenset[Path] = frozenset()


@pytest.mark.parametrize("path", python_files(), ids=str)
def test_imports_stand_at_the_top(path: Path) -> None:
    """A function-level import hides a cycle; a layer contract from day one costs nothing, later weeks."""
    late = [
        f"{path}:{statement.lineno}"
        for function in ast.walk(tree(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for statement in ast.walk(function)
        if isinstance(statement, ast.Import | ast.ImportFrom)
    ]
    assert path in ALLOWED_LATE_IMPORTS or not late, f"function-level imports: {late}"


@pytest.mark.parametrize("path", shipped_files(), ids=str)
def test_folders_are_rooms_and_not_packages(path: Path) -> None:
    """A package called `shared` collides with everyone else's; the package inside carries the name."""
    roots = {name.partition(".")[0] for name in imported_modules(tree(path))}
    assert not roots & {"shared", "services", "tests"}, f"{path} imports a folder"


def test_import_contracts_know_every_service() -> None:
    """A service that the contracts do not list is a service that may import anything."""
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter")
    roots = config["importlinter"]["root_packages"].split()
    folders = {path.name for path in (ROOT / "services").iterdir() if path.is_dir()}
    assert folders == set(SERVICES)
    assert set(roots) == {"leadtrace", *(f"leadtrace_{name}" for name in SERVICES)}
