"""`leadtrace keys`: make, list and revoke API keys; the master keys stand in a file of their own."""

from typing import Annotated, Any
from uuid import UUID

import typer

from leadtrace.cli.admin_call import AdminProblemError, calling
from leadtrace.cli.console import ConfigOption, console, errors, explained, run
from leadtrace.cli.installation import known_settings
from leadtrace.cli.master_keys import new_master, rotate_master
from leadtrace.cli.tables import names, plain_table
from leadtrace.runtime.key_ring import Scope
from leadtrace.runtime.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Make, list and revoke API keys; make and rotate master keys.")
app.command("new-master")(new_master)
app.command("rotate-master")(rotate_master)


@app.command("create")
def create(
    scope: Annotated[list[Scope], typer.Option(help="What the key allows; may be given several times.")],
    name: Annotated[str, typer.Option(help="Whose key it is, to tell it from others.")] = "",
    sender: Annotated[
        str | None, typer.Option(help="The sender that a key of scope ingest posts as.", show_default=False)
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Make a key and print it, once: only its hash is kept.

    The key alone goes to standard output, so that a script can take it.

    For instance:

    ```
    leadtrace keys create --scope read --name dashboard
    leadtrace keys create --scope ingest --sender website
    ```
    """
    settings = _settings(config)
    told = run(_create(settings, [one.value for one in scope], name, sender))
    posts_as = f", posts as {told['sender']}" if told["sender"] else ""
    errors.print(f"key {told['key_id']} ({', '.join(told['scopes'])}{posts_as}); it is not shown again:")
    console.out(told["key"], highlight=False)


@app.command("list")
def list_keys(config: ConfigOption = None) -> None:
    """Show every key that was ever made, without what opens with it.

    For instance:

    ```
    leadtrace keys list
    ```
    """
    settings = _settings(config)
    table = plain_table(names("id"), "name", "scopes", "sender", "made", "revoked")
    for one in run(_list(settings)):
        revoked = f"[red]{one['revoked_at'][:10]}[/]" if one["revoked_at"] else ""
        scopes = ", ".join(one["scopes"])
        table.add_row(one["key_id"], one["name"], scopes, one["sender"] or "", one["made_at"][:10], revoked)
    console.print(table)


@app.command("revoke")
def revoke(
    key: Annotated[str, typer.Argument(help="Its id, or its name if no other live key has it.")],
    config: ConfigOption = None,
) -> None:
    """Revoke a key: within seconds no process takes it any more.

    For instance:

    ```
    leadtrace keys revoke dashboard
    ```
    """
    settings = _settings(config)
    told = run(_revoke(settings, key))
    console.print(f"revoked {told['key_id']} at {told['revoked_at']}")


def _settings(config: ConfigOption) -> Settings:
    with explained():
        return known_settings(config)


async def _create(settings: Settings, scopes: list[str], name: str, sender: str | None) -> dict[str, Any]:
    async with calling(settings) as door:
        return await door.post("/keys", {"scopes": scopes, "name": name, "sender": sender})


async def _list(settings: Settings) -> list[dict[str, Any]]:
    async with calling(settings) as door:
        keys: list[dict[str, Any]] = (await door.get("/keys"))["keys"]
        return keys


async def _revoke(settings: Settings, wanted: str) -> dict[str, Any]:
    async with calling(settings) as door:
        keys = (await door.get("/keys"))["keys"]
        return await door.delete(f"/keys/{_id_of(wanted, keys)}")


def _id_of(wanted: str, keys: list[dict[str, Any]]) -> str:
    try:
        return str(UUID(wanted))
    except ValueError:
        found = [one["key_id"] for one in keys if one["name"] == wanted and one["revoked_at"] is None]
    if len(found) != 1:
        many = "several live keys have" if found else "no live key has"
        raise AdminProblemError(f"{many} that name; `leadtrace keys list` shows the ids")
    return str(found[0])
