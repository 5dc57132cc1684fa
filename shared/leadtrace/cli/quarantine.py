"""`leadtrace quarantine`: look at held items, do them again after a fix, or discard them."""

import base64
import sys
from typing import Annotated, Any

import typer
from rich.markup import escape

from leadtrace.cli.admin_call import AdminProblemError, calling
from leadtrace.cli.console import ConfigOption, console, explained, run
from leadtrace.cli.installation import known_settings
from leadtrace.cli.moments import moment_of
from leadtrace.cli.tables import names, numbers, plain_table
from leadtrace.runtime.clock import SystemClock
from leadtrace.runtime.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Look at held items, retry them after a fix, discard them.")

Sender = Annotated[str | None, typer.Option(help="Only items of this sender.", show_default=False)]
Reason = Annotated[str | None, typer.Option(help="Only items held for this reason.", show_default=False)]
Since = Annotated[
    str | None,
    typer.Option(help="Only items seen since: 2h, 3d, a day or a moment (UTC).", show_default=False),
]
Ids = Annotated[list[str] | None, typer.Argument(help="Ids that `list` shows.", show_default=False)]
Everything = Annotated[bool, typer.Option("--all", help="Every held item.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]


@app.command("list")
def list_items(
    *,
    sender: Sender = None,
    reason: Reason = None,
    since: Since = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="Items on a page.")] = 20,
    after: Annotated[
        str | None, typer.Option(help="Id after which the page begins.", show_default=False)
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Show how much is held and why, then the items, oldest first.

    For instance:

    ```
    leadtrace quarantine list
    leadtrace quarantine list --sender hubspot --reason unmapped_stage --since 2d
    ```
    """
    settings = _settings(config)
    asked = {**_selection(sender, reason, since), "limit": limit, "after": after}
    told = run(_get(settings, "/quarantine", asked))
    _show_counts(told["counts"])
    table = plain_table(names("id"), "reason", "sender", "first seen", "detail")
    for one in told["items"]:
        again = " (retrying)" if one["retrying"] else ""
        table.add_row(
            one["quarantine_id"],
            f"{one['reason']}{again}",
            one["sender"],
            one["first_seen_at"][:19],
            escape(one["detail"]),
        )
    if told["items"]:
        console.print(table)
    if told["next"] is not None:
        console.print(f"more: --after {told['next']}")


@app.command("show")
def show(
    item: Annotated[str, typer.Argument(help="Its id.")],
    raw: Annotated[
        bool, typer.Option("--raw", help="Write its bytes to standard output; they may be personal.")
    ] = False,
    config: ConfigOption = None,
) -> None:
    """Show why an item is held and what to do about it; its bytes only with --raw.

    For instance:

    ```
    leadtrace quarantine show 019b7c4e-8a00-7c3d-9f10-52c1b7a90e11
    leadtrace quarantine show 019b7c4e-8a00-7c3d-9f10-52c1b7a90e11 --raw | jq
    ```
    """
    settings = _settings(config)
    told = run(_get(settings, f"/quarantine/{item}", {"raw": "true"} if raw else {}))
    if raw:
        _write(told["raw_base64"])
        return
    table = plain_table(names(""), "")
    for name, value in told.items():
        shown = "\n".join(f"{key}: {one}" for key, one in value.items()) if isinstance(value, dict) else value
        table.add_row(name.replace("_", " "), escape(str(shown)))
    console.print(table)


@app.command("retry")
def retry(
    *,
    ids: Ids = None,
    sender: Sender = None,
    reason: Reason = None,
    since: Since = None,
    everything: Everything = False,
    dry_run: DryRun = False,
    config: ConfigOption = None,
) -> None:
    """Have held items done again by the mapping now in force; each goes through at most once.

    For instance:

    ```
    leadtrace quarantine retry --reason unmapped_stage --dry-run
    leadtrace quarantine retry --reason unmapped_stage
    ```
    """
    settings = _settings(config)
    order = {**_selection(sender, reason, since), "ids": ids or None, "all": everything, "dry_run": dry_run}
    told = run(_post(settings, "/quarantine/retry", order))
    _show_counts(told["counts"])
    for gone in told["unconfigured_senders"]:
        console.print(f"[yellow]{gone} is not configured: its items are left alone[/]")
    done = f"{told['items']:,} items of {told['deliveries']:,} deliveries will be done again"
    console.print("nothing was changed" if dry_run else done)


@app.command("discard")
def discard(
    *,
    why: Annotated[str, typer.Option(help="The reason, kept with each item.")],
    ids: Ids = None,
    sender: Sender = None,
    reason: Reason = None,
    since: Since = None,
    everything: Everything = False,
    dry_run: DryRun = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: ConfigOption = None,
) -> None:
    """Give held items up for good; their bytes stay in the intake log.

    For instance:

    ```
    leadtrace quarantine discard --reason unknown_type --why "the old app, switched off"
    ```
    """
    settings = _settings(config)
    order = {
        **_selection(sender, reason, since),
        "ids": ids or None,
        "all": everything,
        "why": why,
    }
    told = run(_post(settings, "/quarantine/discard", {**order, "dry_run": True}))
    _show_counts(told["counts"])
    if dry_run:
        console.print("nothing was changed")
        return
    if told["counts"] and not yes:
        typer.confirm("Discard them for good?", abort=True)
    told = run(_post(settings, "/quarantine/discard", order))
    console.print(f"{told['items']:,} items of {told['deliveries']:,} deliveries are discarded")


def _settings(config: ConfigOption) -> Settings:
    with explained():
        return known_settings(config)


def _selection(sender: str | None, reason: str | None, since: str | None) -> dict[str, object]:
    return {"sender": sender, "reason": reason, "since": moment_of(since, SystemClock().now())}


async def _get(settings: Settings, path: str, parameters: dict[str, object]) -> dict[str, Any]:
    async with calling(settings) as door:
        return await door.get(path, parameters)


async def _post(settings: Settings, path: str, body: dict[str, object]) -> dict[str, Any]:
    async with calling(settings) as door:
        return await door.post(path, body)


def _show_counts(counts: list[dict[str, Any]]) -> None:
    if not counts:
        console.print("nothing is held")
        return
    table = plain_table("sender", names("reason"), numbers("items"), "oldest first seen")
    for one in counts:
        table.add_row(one["sender"], one["reason"], f"{one['items']:,}", one["oldest_first_seen_at"][:19])
    console.print(table)


def _write(raw_base64: str | None) -> None:
    with explained():
        if raw_base64 is None:
            raise AdminProblemError("the bytes are gone: the sender is not configured any more")
    sys.stdout.buffer.write(base64.b64decode(raw_base64))
    sys.stdout.flush()
