"""Which line of a block-style YAML text holds which key, for error messages only.

The parser gives values without places; this follows indentation. What stands inside `[…]` or `{…}` is
found at the line of its own key.
"""

import re
from dataclasses import dataclass, field
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]

_ENTRY = re.compile(r"""(?P<key>"[^"]*"|'[^']*'|[^\s#'"\[\]{},&*!|>%@`-][^#:]*?)\s*:(?=\s|$)(?P<rest>.*)""")
_BLOCK_TEXT = re.compile(r"[|>][-+0-9]*\s*(#.*)?$")


@dataclass(slots=True)
class _Level:
    """A mapping key or list dash at `column`, and the path that it stands for."""

    column: int
    path: Path
    items: int = 0


@dataclass(slots=True)
class Outline:
    """First lines by path, and the paths that occur a second time: YAML would drop the first silently."""

    lines: dict[Path, int] = field(default_factory=dict)
    repeated: list[tuple[Path, int]] = field(default_factory=list)

    def line_of(self, path: Path) -> int:
        """The line of a path or of its nearest ancestor; 0 if there is none."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)

    def add(self, path: Path, line: int) -> None:
        """Note that `path` stands in `line`."""
        if path in self.lines:
            self.repeated.append((path, line))
        self.lines.setdefault(path, line)


def outline(text: str) -> Outline:
    """The places of all keys and list items in `text`."""
    found = Outline()
    levels: list[_Level] = [_Level(-1, ())]
    text_column: int | None = None
    for number, raw in enumerate(text.splitlines(), start=1):
        body = raw.lstrip(" ")
        column = len(raw) - len(body)
        if not body or body.startswith("#"):
            continue
        if text_column is not None and column > text_column:
            continue
        text_column = None
        rest = _follow(levels, body, column, number, found)
        if _BLOCK_TEXT.match(rest):
            text_column = levels[-1].column
    return found


def _follow(levels: list[_Level], body: str, column: int, number: int, found: Outline) -> str:
    """Take the dashes and the key of one line into `levels`; the text after them is left over."""
    while body == "-" or body.startswith("- "):
        # A dash may stand in the column of the key that it belongs to.
        while levels[-1].column > column or (levels[-1].column == column and _is_item(levels[-1])):
            levels.pop()
        parent = levels[-1]
        path = (*parent.path, parent.items)
        parent.items += 1
        found.add(path, number)
        levels.append(_Level(column, path))
        stripped = body[1:].lstrip(" ")
        column += len(body) - len(stripped)
        body = stripped
    entry = _ENTRY.match(body)
    if entry is None:
        return ""
    while levels[-1].column >= column:
        levels.pop()
    path = (*levels[-1].path, entry["key"].strip("\"'"))
    found.add(path, number)
    levels.append(_Level(column, path))
    return entry["rest"].strip()


def _is_item(level: _Level) -> bool:
    return bool(level.path) and isinstance(level.path[-1], int)
