"""A lint finding before it knows its file and line, and the rules that several blocks share."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from leadtrace.domain.definitions.lines import Path

_READABLE = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that the key at `path` breaks, and what to do."""

    path: Path
    rule: str
    remedy: str


class _Named(Protocol):
    @property
    def id(self) -> str: ...


def id_findings(path: Path, rows: Sequence[_Named]) -> Iterator[Finding]:
    """Ids name rows in explanations: each must be there, once, and without a colon."""
    seen: set[str] = set()
    for index, row in enumerate(rows):
        place = (*path, index, "id")
        if not row.id.strip() or ":" in row.id:
            yield Finding(place, f"{row.id!r} cannot name a rule", "write a short word without a colon")
        if row.id in seen:
            yield Finding(place, f"{row.id!r} is taken by a row above", "give each its own id")
        seen.add(row.id)


def nearest(written: str, known: Sequence[str], none: str = "") -> str:
    """The remedy for a name that is none: the one that was probably meant, or else all of them.

    `none` is said instead of a list that is empty or too long to read.
    """
    folded = {one.casefold(): one for one in known}
    close = difflib.get_close_matches(written.casefold(), folded, n=1)
    if close:
        return f"did you mean {folded[close[0]]}?"
    return none if not known or (none and len(known) > _READABLE) else f"use one of {', '.join(known)}"
