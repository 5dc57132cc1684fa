"""`leadtrace erase`: erase what names the person behind a lead, and show the receipt."""

import time
from typing import Annotated, Any
from uuid import UUID

import typer

from leadtrace.cli.admin_call import AdminCall, calling
from leadtrace.cli.console import ConfigOption, console, explained, run
from leadtrace.cli.installation import known_settings
from leadtrace.cli.tables import names, numbers, plain_table
from leadtrace.runtime.settings import Settings

_WAIT_S = 10.0
_LONGEST_S = 3_600.0
_DONE = "done"


def erase(
    lead: Annotated[UUID, typer.Argument(help="The lead's id, as the api shows it.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    config: ConfigOption = None,
) -> None:
    """Erase what names the person behind a lead, for good.

    The keys of all records of the lead are destroyed, raw bytes that name the person are taken out, late
    copies are stopped, and a new capture makes a new lead. No number changes. The receipt stays.

    For instance:

    ```
    leadtrace erase 1d32ee03-bd54-5003-ae86-3c7d4580b7ca
    ```
    """
    with explained():
        settings = known_settings(config)
    if not yes:
        typer.confirm("This cannot be undone. Erase?", abort=True)
    _show(run(_erase(settings, lead)))


async def _erase(settings: Settings, lead: UUID) -> dict[str, Any]:
    """The receipt, once the erasure is done; as far as it is after an hour."""
    until = time.monotonic() + _LONGEST_S
    async with calling(settings, root="/v1") as door:
        told = await door.delete(f"/leads/{lead}/personal-data?wait_s={_WAIT_S:g}")
        while told["state"] != _DONE and time.monotonic() < until:
            told = await _again(door, told)
    return told


async def _again(door: AdminCall, told: dict[str, Any]) -> dict[str, Any]:
    return await door.get(f"/erasures/{told['erasure_id']}", {"wait_s": _WAIT_S})


def _show(told: dict[str, Any]) -> None:
    console.print(f"erasure {told['erasure_id']} of lead {told['lead_id']}: {told['state']}", highlight=False)
    table = plain_table("what", numbers("count"))
    for name, count in sorted(told["counts"].items()):
        table.add_row(name.replace("_", " "), f"{count:,}")
    console.print(table)
    stores = plain_table(names("store"), "what became of it")
    for name, sentence in told["stores"].items():
        stores.add_row(name, sentence)
    console.print(stores)
