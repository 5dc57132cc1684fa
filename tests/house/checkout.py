"""The checkout as the house rules see it: what git knows or would take in, as text and as syntax trees."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("api", "attribution", "ingest", "scoring")
SHIPPED = ("shared/", "services/")


@cache
def files() -> tuple[Path, ...]:
    """Every file that is tracked or would be, relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    paths = (Path(name) for name in sorted(set(listed.split("\0"))) if name)
    return tuple(path for path in paths if (ROOT / path).is_file())


@cache
def python_files() -> tuple[Path, ...]:
    """Every Python file, tests included."""
    return tuple(path for path in files() if path.suffix == ".py")


@cache
def shipped_files() -> tuple[Path, ...]:
    """The Python files that end up in the wheel."""
    return tuple(path for path in python_files() if path.as_posix().startswith(SHIPPED))


@cache
def text(path: Path) -> str:
    """The file's text; bytes that are no UTF-8 are replaced."""
    return (ROOT / path).read_text(encoding="utf-8", errors="replace")


@cache
def tree(path: Path) -> ast.Module:
    """The file's syntax tree."""
    return ast.parse(text(path), filename=str(path))


def imported_modules(node: ast.AST) -> Iterator[str]:
    """Dotted names that the imports below `node` name: `a.b` and `a.b.c` for `from a.b import c`."""
    for child in ast.walk(node):
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom) and child.module is not None:
            yield child.module
            yield from (f"{child.module}.{alias.name}" for alias in child.names)
