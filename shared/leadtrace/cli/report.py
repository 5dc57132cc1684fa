"""What the api says, as tables that 80 columns show whole: the funnel by channel, the conservation line."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from rich.table import Column, Table

from leadtrace.cli.tables import numbers, plain_table, words

Json = Mapping[str, Any]

_HEADINGS = {"opportunity": "opp.", "customer": "won"}
# Shown however little they say: a 0 in them is the news.
_ALWAYS_SHOWN = ("pending", "missing", "difference", "unexpected")


_BALANCES = {
    "items": "Every accepted item has one outcome",
    "events": "Every published event has one fate at each reader",
    "unexpected": "No reader holds what was never published",
    "snapshots": "Every snapshot is with its reader",
}
_WAITING = {
    "quarantine": "Held items: look at `leadtrace quarantine list`",
    "dead_letters": "Dead letters: look at `leadtrace replay --from dlq --dry-run`",
}
_MONEY = {"money": "Shares and unlinked deals make up what was won"}


def funnel_table(funnel: Json, dimension: str) -> Table:
    """The funnel by one dimension: leads that reached each stage, the share that was won, revenue.

    A stage that no lead was recorded at is left out, and said so: whoever skipped it counts there too.
    """
    total = funnel["total"]
    shown, skipped = _stages(total)
    table = plain_table(
        words(dimension),
        *(numbers(_HEADINGS.get(stage, stage)) for stage in shown),
        numbers("won/all"),
        numbers(f"revenue {total['revenue']['currency']}"),
        title="How many leads reached each stage",
        caption=f"no lead was recorded at: {', '.join(skipped)}" if skipped else None,
    )
    for group in sorted(funnel["groups"], key=lambda group: -_reached(group, shown[0])):
        table.add_row(_name(group, dimension), *_figures(group, shown))
    table.add_section()
    table.add_row("total", *_figures(total, shown), style="bold")
    return table


def steps_table(funnel: Json, dimension: str) -> Table:
    """The rate of each step between the stages of `funnel_table`, beside the leads that it is a rate of.

    A step that nobody fails to take is left out.
    """
    shown, _ = _stages(funnel["total"])
    rows = [funnel["total"], *funnel["groups"]]
    steps = [
        (start, end)
        for start, end in pairwise(shown)
        if any(_reached(row, end) < _reached(row, start) for row in rows)
    ]
    table = plain_table(
        words(dimension),
        *(Column(f"{start} → {end}", justify="right") for start, end in steps),
        title="How many went on to the next stage (of how many)",
    )
    for group in sorted(funnel["groups"], key=lambda group: -_reached(group, shown[0])):
        table.add_row(_name(group, dimension), *(_step(group, start) for start, _ in steps))
    table.add_section()
    table.add_row("total", *(_step(funnel["total"], start) for start, _ in steps), style="bold")
    return table


def conservation_tables(report: Json) -> Iterable[Table]:
    """Every check as tables, and what waits for an operator.

    A column that holds nothing in any row is left out, unless that is what one looks for.
    """
    yield from _tables(report, _BALANCES)
    yield from waiting_tables(report)
    yield from _tables(report, _MONEY)


def waiting_tables(report: Json) -> Iterable[Table]:
    """What waits for an operator: held items, dead letters."""
    yield from _tables(report, _WAITING)


def conservation_line(report: Json) -> str:
    """One line: balanced or not, the difference, and where every accepted item went."""
    items: Sequence[Json] = report["items"]
    accepted = sum(row["accepted"] for row in items)
    outcomes = ("published", "duplicate", "ignored", "suppressed", "quarantined", "discarded", "pending")
    parts = [f"{sum(row[name] for row in items):,} {name}" for name in outcomes]
    told = " + ".join(part for part in parts if not part.startswith("0 ")) or "0"
    verdict = "[green]balanced[/]" if report["balanced"] else "[red]NOT BALANCED[/]"
    return f"conservation: {verdict}, difference {report['difference']}; {accepted:,} accepted = {told}"


def _tables(report: Json, titles: Mapping[str, str]) -> Iterable[Table]:
    for key, title in titles.items():
        rows: Sequence[Json] = report.get(key, ())
        if rows:
            yield _rows_table(rows, title)


def _stages(total: Json) -> tuple[list[str], list[str]]:
    """The stages of the ladder that leads were recorded at, and those that all of them skipped.

    The ends of the ladder are always shown.
    """
    ladder = [row for row in total["stages"] if row["reached"] is not None]
    ends = (ladder[0]["stage"], ladder[-1]["stage"])
    shown = [row["stage"] for row in ladder if row["entered"] or row["stage"] in ends]
    return shown, [row["stage"] for row in ladder if row["stage"] not in shown]


def _name(group: Json, dimension: str) -> str:
    name = group["key"][dimension]
    return "(none)" if name is None else str(name)


def _figures(group: Json, stages: Sequence[str]) -> list[str]:
    reached = [f"{_reached(group, stage):,}" for stage in stages]
    return [*reached, _percent(group["overall"]), f"{Decimal(group['revenue']['amount']):,}"]


def _reached(group: Json, stage: str) -> int:
    return next((row["reached"] or 0 for row in group["stages"] if row["stage"] == stage), 0)


def _step(group: Json, start: str) -> str:
    # Nobody was recorded at a stage that is not shown, so the step to it is as long as the step over it.
    rate = next(step["rate"] for step in group["steps"] if step["from"] == start)
    return f"{_percent(rate)} ({rate['n']:,})"


def _percent(rate: Json) -> str:
    return "-" if rate["value"] is None else f"{rate['value'] * 100:.3f}%"


def _rows_table(rows: Sequence[Json], title: str) -> Table:
    keys = [key for key in rows[0] if key in _ALWAYS_SHOWN or any(_says_something(row[key]) for row in rows)]
    headings = {key: key.replace("_", " ") for key in keys}
    columns = (
        words(heading) if isinstance(rows[0][key], str) else numbers(heading)
        for key, heading in headings.items()
    )
    table = plain_table(*columns, title=title)
    for row in rows:
        table.add_row(*(_cell(row[key]) for key in keys))
    return table


def _says_something(value: object) -> bool:
    return bool(Decimal(value["amount"])) if isinstance(value, Mapping) else bool(value)


def _cell(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{Decimal(value['amount']):,} {value['currency']}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:,}"
    return "" if value is None else str(value)
