"""The header of a CSV file and the sign between its values: found by the columns that a mapping wants."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import NamedTuple

from leadtrace_ingest.importing.records import split_line
from leadtrace_ingest.importing.row import ImportFileError
from leadtrace_ingest.senders.imported.file_spec import FileSpec

DELIMITERS = (",", ";", "\t", "|")
SEARCHED_LINES = 50
_NAMES = {"\t": "tab", "tab": "\t", "\\t": "\t"}
_SHOWN = 12
_OR = " | "
_SEP = "sep="  # Excel's own first line


class Header(NamedTuple):
    """Names of the columns, the line that they stand in, and the sign between values."""

    line: int
    columns: list[str]
    delimiter: str


def delimiter_named(given: str | None) -> str | None:
    """The sign that an operator means; `tab` is one.

    Raises:
        ImportFileError: it is not one character.
    """
    if given is None:
        return None
    sign = _NAMES.get(given, given)
    if len(sign) != 1 or sign == '"':
        raise ImportFileError(f"--delimiter {given}: give one character, or tab")
    return sign


def find_header(lines: Sequence[tuple[int, str]], spec: FileSpec, delimiter: str | None) -> Header:
    """The header among the first lines of a file.

    Raises:
        ImportFileError: no line is one; the message names what is missing and what is there.
    """
    filled = [(number, text) for number, text in lines if text.strip()]
    if filled and filled[0][1].lower().startswith(_SEP) and len(filled[0][1]) == len(_SEP) + 1:
        delimiter = delimiter or filled[0][1][-1]
        filled = filled[1:]
    if not filled:
        raise ImportFileError("the file is empty: it has not even a header")
    signs = [delimiter] if delimiter else [spec.delimiter] if spec.delimiter else list(DELIMITERS)
    for number, text in filled:
        for sign in signs:
            columns = split_line(text, sign)
            if columns and spec.columns and not _lacking(spec, [name.strip() for name in columns]):
                return Header(number, _named(columns), sign)
    if spec.columns:
        raise ImportFileError(_missing(filled, spec, signs))
    return _first(filled, signs)


def _lacking(spec: FileSpec, columns: Sequence[str]) -> list[str]:
    """What a mapping wants and a header has under none of its names."""
    return [names for names in spec.columns if not set(names.split(_OR)) & set(columns)]


def _first(filled: Sequence[tuple[int, str]], signs: Sequence[str]) -> Header:
    number, text = filled[0]
    found = [(len(columns), sign, columns) for sign in signs if (columns := split_line(text, sign))]
    if not found:
        raise ImportFileError(f"line {number} should be the header, and its quotation marks do not match")
    count, sign, columns = max(found, key=lambda one: (one[0], -signs.index(one[1])))
    if (
        count == 1
        and len(signs) > 1
        and any(len(text.split(sign)) > 1 for _, text in filled for sign in signs)
    ):
        raise ImportFileError(
            f"line {number} should be the header, and has one column only; name the sign with --delimiter"
        )
    return Header(number, _named(columns), sign)


def _named(columns: Sequence[str]) -> list[str]:
    """The names, each once: a second one of a name gets a number, one without a name its place."""
    names: list[str] = []
    for place, given in enumerate(columns, start=1):
        name = base = given.strip() or f"column {place}"
        again = 1
        while name in names:
            again += 1
            name = f"{base} ({again})"
        names.append(name)
    return names


def _missing(filled: Sequence[tuple[int, str]], spec: FileSpec, signs: Sequence[str]) -> str:
    """What the likeliest header lacks."""

    def columns_at(text: str) -> list[str]:
        tried = [split_line(text, sign) or [] for sign in signs]
        return [name.strip() for name in max(tried, key=len)]

    number, columns = max(
        ((number, columns_at(text)) for number, text in filled),
        key=lambda row: (-len(_lacking(spec, row[1])), len(row[1])),
    )
    missing = _lacking(spec, columns)
    names = [name for one in missing for name in one.split(_OR)]
    near = [match for name in names for match in get_close_matches(name, columns, n=1, cutoff=0.6)]
    hint = f"; is it {', '.join(repr(one) for one in near)}?" if near else ""
    there = ", ".join(columns[:_SHOWN]) + (", …" if len(columns) > _SHOWN else "")
    wanted = ", ".join(repr(name) for name in missing)
    return (
        f"no line has the columns that the mapping wants: line {number} lacks {wanted}{hint}"
        f" It has: {there}. Name the columns of your file in a copy of the mapping, or give --delimiter."
    )
