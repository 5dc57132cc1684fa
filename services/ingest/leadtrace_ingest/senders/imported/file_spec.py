"""How a file that is imported is written: the `file` table of a mapping."""

from typing import Annotated

import msgspec

Sign = Annotated[str, msgspec.Meta(min_length=1, max_length=1)]


class NumberSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How numbers of these columns are written: the sign before the decimals, the one between thousands."""

    columns: list[str]
    decimal: Sign = "."
    thousands: Annotated[str, msgspec.Meta(max_length=1)] = ","


class FileSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a file is written.

    `columns` are those without which it is another file, ` | ` between names of which one will do; the first
    line that has them all is the header. A line that begins with one of `skip_lines`, such as a total, is no
    row. `lists` names columns that hold several values and the sign between them, `ids_18` columns of
    Salesforce ids that may have 15 characters. Rows that agree in the columns of `gather` become one item,
    which holds them under `rows`.
    """

    columns: list[str] = []
    delimiter: Sign | None = None
    encoding: str | None = None
    lists: dict[str, Sign] = {}
    numbers: list[NumberSpec] = []
    ids_18: list[str] = []
    skip_lines: list[str] = []
    gather: list[str] = []
