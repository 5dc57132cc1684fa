"""The metric catalogue as an operator reads it."""

from collections.abc import Sequence

from rich.markup import escape

from leadtrace.cli.console import console
from leadtrace.domain.definitions.metric_model import MetricRow


def print_metrics(metrics: Sequence[MetricRow]) -> None:
    """Print what each metric is, who answers for it, and what it is good for."""
    for metric in metrics:
        kind = f", {metric.kind.value}" if metric.kind is not None else ""
        _print(f"[cyan]{metric.name}[/] ({metric.unit.value}{kind}; {escape(metric.owner)})")
        _print(f"    {escape(metric.description)}")
        _print(f"    [dim]counted as[/] {escape(metric.formula)}")
        _print(f"    [dim]decides[/]    {escape(metric.decision)}")
        _print(f"    [dim]revenue[/]    {escape(metric.revenue_link)}")


def _print(line: str) -> None:
    console.print(line, highlight=False)
