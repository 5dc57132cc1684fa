"""Figures on paper: appended to the committed CSV, one row a figure and run, and shown as a table."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.table import Table

from tests.benchmarks.figure import Figure, better_of

RESULTS = Path(__file__).with_name("results.csv")


def append(benchmark: str, run: int, figures: Sequence[Figure], context: Mapping[str, str]) -> None:
    """Add the figures of one run; `context` says when, where and under which load."""
    rows = [
        {
            "date": context["date"],
            "benchmark": benchmark,
            "run": run,
            "figure": figure.name,
            "value": f"{figure.value:.4g}" if figure.value < 1_000 else f"{figure.value:.0f}",
            "unit": figure.unit,
            "aim": "" if figure.aim is None else f"{figure.aim:g}",
            **{name: value for name, value in context.items() if name != "date"},
        }
        for figure in figures
    ]
    is_new = not RESULTS.exists()
    with RESULTS.open("a", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        if is_new:
            writer.writeheader()
        writer.writerows(rows)


def table(benchmark: str, runs: Sequence[Sequence[Figure]]) -> Table:
    """The better value of each figure, and every run beside it."""
    shown = Table(title=benchmark, title_justify="left")
    shown.add_column("figure")
    for column in ("better", "unit", "aim", "runs"):
        shown.add_column(column, justify="right")
    for same in zip(*runs, strict=True):
        best = better_of(same)
        style = {True: "green", False: "red", None: ""}[best.met]
        aim = "" if best.aim is None else f"{best.aim:g}"
        each = "  ".join(_shown(figure.value) for figure in same)
        shown.add_row(best.name, _shown(best.value), best.unit, aim, each, style=style)
    return shown


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 1_000 else f"{value:.3g}"
