"""`leadtrace identity`: why records are one lead, and an operator's word that they are or are not."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.table import Table

from leadtrace.cli.admin_call import AdminProblemError, calling
from leadtrace.cli.console import BAD_CONFIGURATION, ConfigOption, console, errors, explained, run
from leadtrace.cli.installation import admin_key, known_settings
from leadtrace.cli.tables import names, numbers, plain_table
from leadtrace.embedded.services import local_host
from leadtrace.runtime.settings import Settings

app = typer.Typer(no_args_is_help=True, help="See why records are one lead; merge or split them.")

_TIMEOUT_S = 60.0
RecordsArgument = Annotated[
    list[str], typer.Argument(help="Records as SOURCE:KIND/ID, such as hubspot:contact/7.")
]


class Of(StrEnum):
    """What the records are of."""

    LEAD = "lead"
    DEAL = "deal"
    ACCOUNT = "account"


OfOption = Annotated[Of, typer.Option("--of", help="What the records are of.")]


@app.command("show")
def show(
    lead: Annotated[str, typer.Argument(help="The lead's id; that of an absorbed one will do.")],
    config: ConfigOption = None,
) -> None:
    """Show the records of a lead, what joined them, and which keys were refused.

    For instance:

    ```
    leadtrace identity show 1d32ee03-bd54-5003-ae86-3c7d4580b7ca
    ```
    """
    with explained():
        settings = known_settings(config)
    _print(run(_told(settings, lead)))


@app.command("merge")
def merge(records: RecordsArgument, of: OfOption = Of.LEAD, config: ConfigOption = None) -> None:
    """Say that records are one; the id of what they are together is the smallest of theirs.

    For instance:

    ```
    leadtrace identity merge hubspot:contact/7 salesforce:lead/00Q5g00000AbCdEEAV
    ```
    """
    _say("merges", records, of, None, config)


@app.command("split")
def split(
    records: RecordsArgument,
    why: Annotated[str, typer.Option("--why", help="The reason, for whoever asks later.")] = "",
    of: OfOption = Of.LEAD,
    config: ConfigOption = None,
) -> None:
    """Say that the first record is none of the others, whatever merge or shared address says so.

    Every number restates as if they had never been one. `leadtrace identity merge` takes it back.

    For instance:

    ```
    leadtrace identity split hubspot:contact/7 hubspot:contact/8 --why "father and son"
    ```
    """
    _say("splits", records, of, why or None, config)


def _say(path: str, records: list[str], of: Of, why: str | None, config: Path | None) -> None:
    with explained():
        settings = known_settings(config)
    first, *others = map(_record, records)
    if not others:
        errors.print("name at least two records")
        raise typer.Exit(BAD_CONFIGURATION)
    order: dict[str, object] = {"record": first, "others": others, "of": of.value, "reason": why}
    told = run(_post(settings, path, order))
    console.print(f"kept as event {told['event']} of {told['source']}; the relay publishes it in a moment")


def _record(text: str) -> dict[str, str]:
    source, _, subject = text.partition(":")
    if not source or "/" not in subject:
        errors.print(f"{text} is no record: write SOURCE:KIND/ID, such as hubspot:contact/7", highlight=False)
        raise typer.Exit(BAD_CONFIGURATION)
    return {"source": source, "subject": subject}


async def _post(settings: Settings, path: str, order: dict[str, object]) -> dict[str, Any]:
    async with calling(settings) as door:
        return await door.post(f"/{path}", order)


async def _told(settings: Settings, lead: str) -> dict[str, Any]:
    base = f"http://{local_host(settings.ports)}:{settings.ports.api}"
    headers = {"authorization": f"Bearer {admin_key(settings)}"}
    async with httpx.AsyncClient(base_url=base, timeout=_TIMEOUT_S, headers=headers) as client:
        answer = await client.get(f"/v1/leads/{lead}/identity", follow_redirects=True)
    told: dict[str, Any] = answer.json()
    if not answer.is_success:
        raise AdminProblemError(f"api: {told.get('detail', answer.status_code)}")
    return told


def _print(told: dict[str, Any]) -> None:
    console.print(f"lead {told['lead_id']}", highlight=False)
    table = plain_table(names("record"), "because", "since")
    for one in told["records"]:
        table.add_row(_name(one), one["because"], one["since"][:19])
    console.print(table)
    if told["claims"]:
        console.print(_claims(told["claims"]))
    if told["keys"]:
        console.print(_keys(told["keys"]))


def _claims(claims: list[dict[str, Any]]) -> Table:
    table = plain_table(names("record"), "says", names("of"), "now", title="claims")
    for one in claims:
        left, right = one["records"]
        says = f"{one['says']} (corrected)" if one["corrected"] else one["says"]
        table.add_row(_name(left), says, _name(right), "one lead" if one["one_lead"] else "apart")
    return table


def _keys(keys: list[dict[str, Any]]) -> Table:
    table = plain_table(names("record"), "key", numbers("shared by"), "joins", title="keys")
    for one in keys:
        joins = one["refusal"] or ("yes" if one["joins"] else "nobody else has it")
        table.add_row(_name(one["record"]), one["kind"], f"{one['shared_by']:,}", joins)
    return table


def _name(record: dict[str, Any]) -> str:
    return f"{record['source']}:{record['subject']}"
