"""Models and trainings as an operator reads them: figures in tables, objections in words."""

from collections.abc import Sequence
from typing import Any, Final

from rich.markup import escape

from leadtrace.cli.console import console, errors
from leadtrace.cli.tables import numbers, plain_table

_CALLED: Final = {
    "naive_bayes": "naive Bayes",
    "logistic": "logistic regression",
    "naive_bayes_uncalibrated": "naive Bayes, not calibrated",
}


def print_models(told: dict[str, Any]) -> None:
    """Print a row for each model, and how the last training ended."""
    if not told["enabled"]:
        _print("nothing is predicted: `[prediction] enabled` is false")
    if told["models"]:
        table = plain_table(
            numbers("version"),
            "learnt by",
            "speaks",
            "trained",
            numbers("wins"),
            numbers("losses"),
            numbers("AUC"),
            numbers("log loss"),
        )
        for one in told["models"]:
            result = one["result"]
            figures = result["evaluations"][result["chosen"]]
            table.add_row(
                str(one["version"]),
                _CALLED[one["kind"]],
                _speaks(one),
                one["trained_at"][:16].replace("T", " "),
                f"{result['wins']:,}",
                f"{result['losses']:,}",
                _auc(figures),
                f"{figures['log_loss']:.4f}",
            )
        console.print(table)
    elif told["training"] is None:
        _print("no model yet; `leadtrace models train` has one trained")
    if told["training"] is not None:
        print_training(told["training"])


def print_training(training: dict[str, Any]) -> None:
    """Print what a training came to."""
    began = f"{training['started_at'][:16].replace('T', ' ')} by {escape(training['started_by'])}"
    match training["state"]:
        case "running":
            _print(f"a training that was begun at {began} is at work: {training['phase']}")
        case "failed":
            errors.print(
                f"[red]the training that was begun at {began} failed:[/] {escape(training['error'])}",
                highlight=False,
            )
        case _:
            _print_result(training, began)


def _print_result(training: dict[str, Any], began: str) -> None:
    result, version = training["result"], training["model_version"]
    _print(
        f"the last training was begun at {began}; of it are known {result['wins']:,} wins and"
        f" {result['losses']:,} losses, {result['censored']:,} leads are open"
    )
    left_out = {why: count for why, count in (training["left_out"] or {}).items() if count}
    if left_out:
        _print(f"left out: {', '.join(f'{count:,} {why}' for why, count in left_out.items())}")
    if result["active"]:
        _print(f"[green]model {version} speaks[/]")
    else:
        _print(
            "[yellow]nothing is predicted by it:[/]"
            if version is None
            else f"[yellow]model {version} is silent:[/]"
        )
        _print_all(result["objections"])


def print_one(told: dict[str, Any]) -> None:
    """Print what a model and its rivals were worth, on leads that none had learnt from."""
    result = told["result"]
    _print(f"[cyan]model {told['version']}[/], {_CALLED[told['kind']]}, {_speaks(told)}")
    _print(f"    hash       {told['hash']}")
    _print(f"    trained on {told['trained_on']}")
    _print(
        f"    {result['wins']:,} wins and {result['losses']:,} losses, {result['censored']:,} open;"
        f" tried on {result['tried']:,} leads {result['split'].replace('_', ' ')}"
    )
    if told["retired_because"]:
        _print(f"    [yellow]retired:[/] {escape(told['retired_because'])}")
    table = plain_table(
        "forecast", numbers("AUC"), numbers("log loss"), numbers("Brier"), numbers("calibration error")
    )
    for name, figures in sorted(result["evaluations"].items(), key=lambda row: row[1]["log_loss"]):
        table.add_row(
            _CALLED.get(name, name),
            _auc(figures),
            f"{figures['log_loss']:.4f}",
            f"{figures['brier']:.4f}",
            f"{figures['reliability']['ece']:.4f}",
        )
    console.print(table)
    gains = plain_table("gain in log loss over", numbers("mean"), numbers("95 % from"), numbers("to"))
    for rival, gain in result["gains"].items():
        gains.add_row(rival, *(["not asked", "", ""] if gain is None else [f"{one:.4f}" for one in gain]))
    console.print(gains)
    _print_all(result["objections"])


def _speaks(model: dict[str, Any]) -> str:
    if model["active"]:
        return "speaks"
    return "never spoke" if model["activated_at"] is None else "spoke until " + model["retired_at"][:10]


def _auc(figures: dict[str, Any]) -> str:
    if figures["auc"] is None:
        return "none"
    value, low, high = figures["auc"]
    return f"{value:.3f}" if low is None else f"{value:.3f} ({low:.3f}-{high:.3f})"


def _print_all(sentences: Sequence[str]) -> None:
    for sentence in sentences:
        _print(f"    {escape(sentence)}")


def _print(line: str) -> None:
    console.print(line, highlight=False)
