"""Asks for a training, or follows the one that is running, until it ends."""

import asyncio
from typing import Any, Final

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from leadtrace.cli.admin_call import calling
from leadtrace.cli.console import console
from leadtrace.runtime.settings import Settings

_LOOK_AGAIN_S: Final = 0.5
_RUNNING: Final = "running"


async def follow_training(settings: Settings) -> dict[str, Any]:
    """The training as it ended."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    async with calling(settings, "scoring") as call:
        told = await call.post("/models/train", {})
        training: dict[str, Any] = told["training"]
        if not told["asked"]:
            began = f"{training['started_at'][:19]} by {training['started_by']}"
            console.print(f"following the training that was begun at {began}")
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task(training["phase"], total=None)
            while training["state"] == _RUNNING:
                # What a child has learnt so far nobody knows: then the bar only shows that it is at work.
                total = training["total"] if training["done"] else None
                progress.update(task, description=training["phase"], total=total, completed=training["done"])
                await asyncio.sleep(_LOOK_AGAIN_S)
                training = (await call.get("/models"))["training"]
    return training
