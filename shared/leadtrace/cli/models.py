"""`leadtrace models`: have one trained, see what they are worth, and why one is silent."""

from typing import Annotated, Any

import typer

from leadtrace.cli.admin_call import calling
from leadtrace.cli.console import FAILED, ConfigOption, explained, run
from leadtrace.cli.installation import known_settings
from leadtrace.cli.models_report import print_models, print_one, print_training
from leadtrace.cli.training_progress import follow_training
from leadtrace.runtime.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    help="Train models of the chance that a lead is won, and see what they are worth.",
)


@app.command("train")
def train(config: ConfigOption = None) -> None:
    """Learn anew from every lead whose end is known, and follow it until it is done.

    What is learnt speaks only if it beats the base rate and the rules on leads that it had not learnt from;
    else it says why it does not. Scores follow within minutes. It goes on without this command.

    For instance:

    ```
    leadtrace models train
    ```
    """
    training = run(follow_training(_settings(config)))
    print_training(training)
    if training["state"] != "done":
        raise typer.Exit(FAILED)


@app.command("list")
def list_models(config: ConfigOption = None) -> None:
    """Show every model, which one speaks, and how the last training ended.

    For instance:

    ```
    leadtrace models list
    ```
    """
    print_models(run(_get(_settings(config), "/models")))


@app.command("show")
def show(
    version: Annotated[int, typer.Argument(min=1, help="Its number, as `leadtrace models list` shows it.")],
    config: ConfigOption = None,
) -> None:
    """Show what a model was tried against, and its gains, each with a 95 % interval.

    For instance:

    ```
    leadtrace models show 3
    ```
    """
    print_one(run(_get(_settings(config), f"/models/{version}")))


def _settings(config: ConfigOption) -> Settings:
    with explained():
        return known_settings(config)


async def _get(settings: Settings, path: str) -> dict[str, Any]:
    async with calling(settings, "scoring") as call:
        return await call.get(path)
