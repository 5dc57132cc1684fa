"""What the api says, as tables in a terminal: the funnel by channel, and the conservation line."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.table import Table

Json = Mapping[str, Any]

_LADDER = ("inquiry", "lead", "mql", "sql", "opportunity", "customer")


def funnel_table(funnel: Json, dimension: str) -> Table:
    """The funnel by one dimension: leads that reached each stage, the overall rate, revenue."""
    total = funnel["total"]
    currency = total["revenue"]["currency"]
    table = Table(title=f"Funnel by {dimension}: leads that reached each stage", title_justify="left")
    table.add_column(dimension)
    for stage in _LADDER:
        table.add_column(stage, justify="right")
    table.add_column("won / leads", justify="right")
    table.add_column(f"revenue {currency}", justify="right")
    groups = sorted(funnel["groups"], key=lambda group: -_reached(group, _LADDER[0]))
    for group in groups:
        name = group["key"][dimension]
        table.add_row("(none)" if name is None else name, *_numbers(group))
    table.add_section()
    table.add_row("total", *_numbers(total), style="bold")
    return table


def steps_table(funnel: Json, dimension: str) -> Table:
    """The rate of each step by one dimension, beside the number of leads that it is a rate of."""
    steps = [f"{step['from']} → {step['to']}" for step in funnel["total"]["steps"]]
    table = Table(dimension, *steps, title="Step rates (n)", title_justify="left")
    for group in funnel["groups"]:
        name = group["key"][dimension]
        table.add_row("(none)" if name is None else name, *map(_step, group["steps"]))
    table.add_section()
    table.add_row("total", *map(_step, funnel["total"]["steps"]), style="bold")
    return table


def conservation_tables(report: Json) -> Iterable[Table]:
    """Every check as tables: items by sender, events by hop, snapshots by hop, money by currency."""
    for key, title in (
        ("items", "Every accepted item has one outcome"),
        ("events", "Every published event has one fate at each reader"),
        ("unexpected", "No reader holds what was never published"),
        ("snapshots", "Every snapshot is with its reader"),
        ("money", "Shares and unlinked deals make up what was won"),
    ):
        rows: Sequence[Json] = report[key]
        if rows:
            yield _plain_table(rows, title)


def conservation_line(report: Json) -> str:
    """One line: balanced or not, the difference, and where every accepted item went."""
    items: Sequence[Json] = report["items"]
    accepted = sum(row["accepted"] for row in items)
    outcomes = ("published", "duplicate", "ignored", "suppressed", "quarantined", "discarded", "pending")
    parts = [f"{sum(row[name] for row in items):,} {name}" for name in outcomes]
    told = " + ".join(part for part in parts if not part.startswith("0 ")) or "0"
    verdict = "[green]balanced[/]" if report["balanced"] else "[red]NOT BALANCED[/]"
    return f"conservation: {verdict}, difference {report['difference']}; {accepted:,} accepted = {told}"


def _numbers(group: Json) -> list[str]:
    reached = [f"{_reached(group, stage):,}" for stage in _LADDER]
    return [*reached, _percent(group["overall"]), group["revenue"]["amount"]]


def _reached(group: Json, stage: str) -> int:
    return next((row["reached"] or 0 for row in group["stages"] if row["stage"] == stage), 0)


def _step(step: Json) -> str:
    return f"{_percent(step['rate'])} ({step['rate']['n']:,})"


def _percent(rate: Json) -> str:
    return "-" if rate["value"] is None else f"{rate['value'] * 100:.3f} %"


def _plain_table(rows: Sequence[Json], title: str) -> Table:
    table = Table(*rows[0], title=title, title_justify="left")
    for row in rows:
        table.add_row(*map(_cell, row.values()))
    return table


def _cell(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{value['amount']} {value['currency']}"
    return "" if value is None else str(value)
