"""The one look of every table in a terminal: few lines, so that 80 columns show numbers and names whole."""

from rich import box
from rich.table import Column, Table


def plain_table(*columns: Column | str, title: str | None = None, caption: str | None = None) -> Table:
    """A table with a rule below its headings; what does not fit is put on further lines, never cut.

    A title stands whole above it, after an empty line.
    """
    return Table(
        *(words(column) if isinstance(column, str) else column for column in columns),
        title=f"\n{title}" if title else None,
        title_justify="left",
        caption=caption,
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        min_width=len(title or ""),
    )


def words(heading: str) -> Column:
    """A column of text, broken between words where the width demands it."""
    return Column(heading, overflow="fold")


def names(heading: str) -> Column:
    """A column that is broken last: names, addresses, keys, for copying."""
    return Column(heading, no_wrap=True, overflow="fold")


def numbers(heading: str) -> Column:
    """A column of numbers under each other."""
    return Column(heading, justify="right", no_wrap=True, overflow="fold")
