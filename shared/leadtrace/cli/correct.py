"""`leadtrace correct`: an operator's word that an event was told in error."""

from typing import Annotated, Any

import typer

from leadtrace.cli.admin_call import calling
from leadtrace.cli.console import ConfigOption, console, explained, run
from leadtrace.cli.installation import known_settings
from leadtrace.events.correction import Declaration
from leadtrace.runtime.settings import Settings


def correct(  # noqa: PLR0917 - Typer reads arguments by their place
    source: Annotated[str, typer.Argument(help="The event's source, as a trace names it.")],
    event: Annotated[str, typer.Argument(help="The event's id.")],
    wrong: Annotated[
        Declaration, typer.Option("--as", help="What is wrong with it.")
    ] = Declaration.DID_NOT_OCCUR,
    why: Annotated[str, typer.Option(help="The reason, for whoever asks later.")] = "",
    corrective: Annotated[
        list[str] | None, typer.Option(help="Id of an event that tells it as it was.", show_default=False)
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Say that an event did not occur, or said what was not so: it stays in the trace and counts no more.

    Every number restates. Correcting the correction takes it back.

    For instance:

    ```
    leadtrace correct hubspot abfe03dbe6c7dafe9c4869fed0c190d7 --why "booked on the wrong customer"
    ```
    """
    with explained():
        settings = known_settings(config)
    order: dict[str, object] = {
        "source": source,
        "event": event,
        "declaration": wrong.value,
        "reason": why or None,
        "corrective": corrective or None,
    }
    told = run(_post(settings, order))
    console.print(f"kept as event {told['event']} of {told['source']}; the relay publishes it in a moment")


async def _post(settings: Settings, order: dict[str, object]) -> dict[str, Any]:
    async with calling(settings) as door:
        return await door.post("/corrections", order)
