"""What `leadtrace replay --remap` would change: counted page by page, and shown as a table."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from rich.progress import Progress, SpinnerColumn, TextColumn

from leadtrace.cli.admin_call import calling
from leadtrace.cli.console import console
from leadtrace.cli.tables import numbers, plain_table
from leadtrace.runtime.settings import Settings

_COUNTS = ("deliveries", "items", "corrected", "corrective", "refused")
_MOST_NAMED = 3


@dataclass(slots=True)
class Differences:
    """The sums over all pages; the key of a change is sender, type and what differs."""

    counts: Counter[str] = field(default_factory=Counter)
    changes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    named: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)

    def add(self, page: dict[str, Any]) -> None:
        """Take a page in."""
        self.counts.update({name: page[name] for name in _COUNTS})
        for row in page["changes"]:
            key = (row["sender"], row["type"], row["where"])
            self.changes[key] += row["count"]
            named = self.named.setdefault(key, [])
            named += row["events"][: _MOST_NAMED - len(named)]


async def differences(settings: Settings, span: dict[str, str | None]) -> Differences:
    """Map every stored delivery of the span again and compare; nothing is changed."""
    found = Differences()
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("compare")
        async with calling(settings) as door:
            after: str | None = ""
            while after is not None:
                page = await door.get("/replay/differences", {**span, "after": after or None})
                found.add(page)
                progress.update(task, description=f"compared {found.counts['deliveries']:,} deliveries")
                after = page["next"]
    return found


def show_differences(found: Differences) -> None:
    """Print what differs, most frequent first, and the sums."""
    table = plain_table("sender", "event", "differs in", numbers("events"), "such as")
    for (sender, kind, where), count in found.changes.most_common():
        table.add_row(sender, kind, where, f"{count:,}", "\n".join(found.named[sender, kind, where]))
    if found.changes:
        console.print(table)
    counts = found.counts
    console.print(
        f"of {counts['items']:,} items with events: {counts['corrected']:,} events to correct, "
        f"{counts['corrective']:,} to tell as they are; {counts['refused']:,} items that the mapping now "
        "refuses keep theirs"
    )
