"""What a tutorial has its reader do: files to save, tables for `leadtrace.toml`, commands, their answers.

A block of `sh` is what is typed. A block of `text` right below it, with nothing in between, is the answer.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadtrace.runtime.settings import merged
from tests.house.checkout import ROOT

FOLDER = ROOT / "docs" / "tutorials"
_FILE = re.compile(r"as\s+`([\w.-]+)`[^`]*?:\n\n```\w+\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_TOML = re.compile(r"^```toml\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_TYPED = re.compile(r"^```sh\n(.*?)^```$(?:\n\n^```text\n(.*?)^```$)?", re.DOTALL | re.MULTILINE)
_OPENED = re.compile(r"^```(\w*)$", re.MULTILINE)
_ROW = re.compile(r"^\|\s*\d+\s*\|\s*\[[^]]*\]\(([\w-]+\.md)\)", re.MULTILINE)
# Whatever changes something; all else may be asked again until it says what is awaited.
_CHANGES = re.compile(
    r"--data|--request|-X |leadtrace (definitions|correct|keys|import|quarantine (retry|discard))"
)


@dataclass(frozen=True, slots=True)
class Step:
    """What is typed at once, and what the page shows as its answer; None if it shows nothing."""

    page: str
    typed: str
    shown: str | None

    @property
    def only_asks(self) -> bool:
        """Whether it may be typed again without changing anything."""
        return _CHANGES.search(self.typed) is None

    def misses(self, answer: str) -> str | None:
        """What the page shows that was not answered; None if all of it was."""
        if self.shown is None or re.fullmatch(_pattern(self.shown), _plain(answer), re.DOTALL):
            return None
        return f"{self.page} shows:\n{self.shown}\nfor:\n{self.typed}\nwhat was answered:\n{answer}"


def pages() -> list[str]:
    """The names of the tutorials, in the order of their list."""
    return _ROW.findall((FOLDER / "README.md").read_text(encoding="utf-8"))


def steps(name: str) -> list[Step]:
    """What is typed in a tutorial, in order."""
    found = _TYPED.finditer(_text(name))
    return [Step(name, match[1].strip(), match[2]) for match in found]


def kinds(name: str) -> set[str]:
    """The kinds of blocks that a tutorial shows."""
    return set(_OPENED.findall(_text(name))[::2])


def settings() -> dict[str, Any]:
    """What all tutorials together add to `leadtrace.toml`."""
    together: dict[str, Any] = {}
    for block in _tables():
        together = merged(together, tomllib.loads(block))
    return together


def save(folder: Path) -> None:
    """Save every file that a tutorial shows, and the configuration, as the reader does."""
    for name in pages():
        for file, text in _FILE.findall(_text(name)):
            (folder / file).write_text(text, encoding="utf-8")
    tables = dict.fromkeys(
        part for block in _tables() for part in re.split(r"^(?=\[)", block, flags=re.MULTILINE)
    )
    (folder / "leadtrace.toml").write_text("".join(tables), encoding="utf-8")


def _tables() -> Iterator[str]:
    for name in pages():
        yield from (f"{block.strip()}\n\n" for block in _TOML.findall(_text(name)))


def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _pattern(shown: str) -> str:
    """The page's text, in which `…` stands for anything of a line, or alone on a line for any lines."""
    lines = (
        r"(?:[^\n]*\n)*?" if line == "…" else r"[^\n]*?".join(map(re.escape, line.split("…"))) + r"\n"
        for line in _plain(shown).splitlines()
    )
    return "".join(lines)


def _plain(text: str) -> str:
    """Without what nobody sees: blanks at the ends of lines, and empty lines."""
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines() if line.strip())
