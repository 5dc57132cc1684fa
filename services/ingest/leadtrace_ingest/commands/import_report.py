"""What an import shows while it runs, and the totals at its end."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import RenderableType
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from leadtrace.cli.console import console
from leadtrace.cli.tables import numbers, plain_table, words
from leadtrace_ingest.importing.reading import OpenFile
from leadtrace_ingest.importing.tally import Tally


@contextmanager
def progress_bar(opened: OpenFile) -> Generator[Callable[[Tally], None]]:
    """A bar over the bytes of the file, with rows a second and the time that is left."""
    with Progress(
        TextColumn("importing"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]:,} rows"),
        _RowRate(),
        TimeRemainingColumn(),
        console=console,
    ) as progress:
        task = progress.add_task("import", total=max(1, opened.size), rows=0, begun=None)

        def show(tally: Tally) -> None:
            begun = progress.tasks[0].fields["begun"]
            progress.update(
                task,
                completed=opened.position(),
                rows=tally.read,
                begun=tally.read if begun is None else begun,
            )

        yield show


class _RowRate(ProgressColumn):
    """Rows a second since this run began."""

    def render(self, task: Task) -> RenderableType:
        """The rate as text."""
        seconds, begun = task.elapsed or 0.0, task.fields["begun"] or 0
        rate = (task.fields["rows"] - begun) / seconds if seconds else 0.0
        return Text(f"{rate:,.0f}/s")


def totals(tally: Tally) -> RenderableType:
    """The table that adds up: read = refused + accepted, accepted = what became of it + pending."""
    table = plain_table(words(""), numbers("rows"))
    for name, count in tally.lines():
        table.add_row(name, f"{count:,}")
    return table
