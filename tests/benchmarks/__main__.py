"""`python -m tests.benchmarks`: runs the benchmarks one after another and keeps their figures."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console

from leadtrace.runtime.clock import SystemClock
from tests.benchmarks import (
    acks,
    attribution,
    crediting,
    data_driven,
    definition_diff,
    identity,
    olist,
    predict,
    predicting,
    priorities,
    projecting,
    rescoring,
    senders,
    soak,
    standard_questions,
    throughput,
    ticker,
    velocity,
    visibility,
)
from tests.benchmarks.figure import Figure
from tests.benchmarks.machine import Others, environment, load_average
from tests.benchmarks.results import RESULTS, append, table

BENCHMARKS = {
    benchmark.name: benchmark
    for benchmark in (
        acks.EVERYTHING,
        acks.DOOR_ALONE,
        olist.OLIST,
        visibility.VISIBILITY,
        throughput.THROUGHPUT,
        senders.SENDERS,
        soak.SOAK,
        identity.IDENTITY,
        crediting.CREDITING,
        attribution.ATTRIBUTION,
        predict.PREDICT,
        priorities.PRIORITIES,
        velocity.VELOCITY,
        definition_diff.DEFINITION_DIFF,
        data_driven.DATA_DRIVEN,
        predicting.PREDICTING,
        rescoring.RESCORING,
        ticker.TICKER,
        standard_questions.STANDARD_QUESTIONS,
        projecting.PROJECTING,
    )
}
console = Console()


def main(
    only: Annotated[
        list[str] | None, typer.Option(help=f"Run this one; may be given again. {', '.join(BENCHMARKS)}.")
    ] = None,
    runs: Annotated[int, typer.Option(min=1, help="How often each runs; the better one is shown.")] = 2,
    keep: Annotated[bool, typer.Option(help="Append the figures to the results file.")] = True,
) -> None:
    """Measure, show, and append every run with its environment; nothing else should run meanwhile."""
    unknown = set(only or ()) - set(BENCHMARKS)
    if unknown:
        raise typer.BadParameter(
            f"there is no {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}"
        )
    for name in only or BENCHMARKS:
        console.print(table(name, _measure(name, runs, keep=keep)))
    if keep:
        console.print(f"appended to {RESULTS.name}")


def _measure(name: str, runs: int, *, keep: bool) -> list[list[Figure]]:
    benchmark = BENCHMARKS[name]
    measured = []
    for run in range(1, runs + 1):
        date = SystemClock().now().isoformat(timespec="seconds")
        load, others = f"{load_average():.2f}", Others()
        with console.status(f"{name}, run {run} of {runs}: {benchmark.measures}"):
            figures = asyncio.run(_run(name))
        context = {"date": date, "load_average": load, "other_cores": f"{others.cores():.2f}"}
        console.print(f"{name}, run {run}: {context['other_cores']} cores were busy with other programs")
        measured.append(figures)
        if keep:
            append(name, run, figures, context | environment())
    return measured


async def _run(name: str) -> list[Figure]:
    return await BENCHMARKS[name].run()


typer.run(main)
