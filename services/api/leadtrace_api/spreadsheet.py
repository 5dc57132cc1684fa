"""Answers as CSV, RFC 4180, such that a spreadsheet runs nothing that somebody else has written."""

import csv
import io
from collections.abc import Iterable, Sequence
from enum import StrEnum

from fastapi.responses import Response

# Cells that begin so are run as formulas by spreadsheets, and anyone can put them into a campaign's name.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Format(StrEnum):
    """How the answer is written."""

    JSON = "json"
    CSV = "csv"


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Rows as they are: texts that anyone may have written go through `cell` before."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def cell(text: str | None) -> str:
    """A text of unknown origin: a missing one is empty, what looks like a formula is quoted."""
    if text is None:
        return ""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def csv_response(text: str, *, next_page: str | None = None) -> Response:
    """CSV as an answer; the next page, which has no place in it, is named by a header."""
    headers = {"Link": f'<{next_page}>; rel="next"'} if next_page is not None else None
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)
