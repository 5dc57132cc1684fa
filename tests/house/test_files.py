"""How long a file may be, what it must say of itself and what it may not be called."""

import ast
from pathlib import Path

import pytest

from tests.house.checkout import python_files, text, tree

LONGEST = 300
LONGEST_DOCSTRING = 5
THE_LOOP = Path("shared/leadtrace/runtime/loop.py")
NAMES_THAT_SAY_NOTHING = {"utils", "util", "common", "helpers", "helper", "misc", "base"}


@pytest.mark.parametrize("path", python_files(), ids=str)
def test_file_is_short_enough_to_read_in_one_sitting(path: Path) -> None:
    """The god file grows from the good file: "one class per noun" has no natural end, 300 lines have."""
    lines = len(text(path).splitlines())
    assert lines <= LONGEST, f"{path} has {lines} lines: split it by idea"


@pytest.mark.parametrize("path", python_files(), ids=str)
def test_module_says_what_it_is_for(path: Path) -> None:
    """A reader who opens a file learns in one breath what it keeps; an essay belongs in docs/.

    Examples, being indented, are not counted. The loop alone may say more: its numbered steps are the
    doctrine itself, and they are written there once.
    """
    docstring = ast.get_docstring(tree(path))
    assert docstring, f"{path} has no module docstring"
    prose = [line for line in docstring.splitlines() if line and not line.startswith(" ")]
    short = len(prose) <= LONGEST_DOCSTRING
    assert short or path == THE_LOOP, f"{path}: at most {LONGEST_DOCSTRING} lines, the rest goes to docs/"


@pytest.mark.parametrize("path", python_files(), ids=str)
def test_file_is_named_after_its_idea(path: Path) -> None:
    """What is called "utils" takes in whatever nobody placed, and then everyone imports it."""
    names = {part.removesuffix(".py").strip("_") for part in path.parts}
    assert not names & NAMES_THAT_SAY_NOTHING, f"{path}: name it after what it holds"
