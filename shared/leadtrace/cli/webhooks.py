"""`leadtrace webhooks`: what others were told, what waits, what is dead, and telling it again."""

from typing import Annotated, Any

import typer
from rich.markup import escape

from leadtrace.cli.admin_call import calling
from leadtrace.cli.console import ConfigOption, console, explained, run
from leadtrace.cli.installation import known_settings
from leadtrace.cli.moments import moment_of
from leadtrace.cli.tables import names, numbers, plain_table
from leadtrace.cli.webhooks_report import show_balance, show_deliveries
from leadtrace.events.notifications import NotificationKind
from leadtrace.runtime.clock import SystemClock
from leadtrace.runtime.settings import Settings

app = typer.Typer(
    no_args_is_help=True, help="Look at what other systems were told by webhook, and tell it again."
)

_PROCESS = "webhooks"
_PATH = "/webhooks"
Name = Annotated[
    str | None, typer.Option("--subscription", help="Only of this subscription.", show_default=False)
]
Kind = Annotated[NotificationKind | None, typer.Option(help="Only of this kind.", show_default=False)]
Since = Annotated[
    str | None,
    typer.Option(help="Only what was to be told since: 2h, 3d, a day or a moment (UTC).", show_default=False),
]
Until = Annotated[str | None, typer.Option(help="And before then, in the same words.", show_default=False)]
Ids = Annotated[list[str] | None, typer.Argument(help="Ids that `list` shows.", show_default=False)]
Everything = Annotated[bool, typer.Option("--all", help="Everything, of every subscription.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@app.command("list")
def list_deliveries(
    *,
    subscription: Name = None,
    state: Annotated[str | None, typer.Option(help="pending, delivered or dead.", show_default=False)] = None,
    kind: Kind = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="Deliveries on a page.")] = 20,
    after: Annotated[
        str | None, typer.Option(help="Where the page before ended.", show_default=False)
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Show each subscription with what it was told, then the deliveries, oldest first.

    For instance:

    ```
    leadtrace webhooks list
    leadtrace webhooks list --subscription crm --state dead --since 2d
    ```
    """
    settings = _settings(config)
    asked = {**_selection(subscription, kind, since, until), "state": state, "limit": limit, "after": after}
    balance, told = run(_listed(settings, asked))
    show_balance(balance)
    show_deliveries(told["deliveries"])
    if told["next"] is not None:
        console.print(f"more: --after {told['next']}")


@app.command("show")
def show(notification: Annotated[str, typer.Argument(help="Its id.")], config: ConfigOption = None) -> None:
    """Show what is told, and what became of it with each subscription.

    For instance:

    ```
    leadtrace webhooks show 019b7c4e-8a00-7c3d-9f10-52c1b7a90e11
    ```
    """
    told = run(_get(_settings(config), f"{_PATH}/{notification}"))
    table = plain_table(names(""), "")
    for name, value in told["notification"].items():
        table.add_row(name.replace("_", " "), escape(str(value)))
    console.print(table)
    outcomes = plain_table("subscription", "state", numbers("attempts"), "last error", "why, and what to do")
    for one in told["deliveries"]:
        outcomes.add_row(
            one["subscription"],
            one["state"],
            f"{one['attempts']:,}",
            escape(one["last_error"] or ""),
            escape(one["sentence"] or ""),
        )
    console.print(outcomes if told["deliveries"] else "no subscription wants it")


@app.command("retry")
def retry(
    *,
    ids: Ids = None,
    subscription: Name = None,
    kind: Kind = None,
    since: Since = None,
    until: Until = None,
    everything: Everything = False,
    dry_run: DryRun = False,
    config: ConfigOption = None,
) -> None:
    """Have dead deliveries tried again, from the beginning of the schedule; a disabled one if named.

    For instance:

    ```
    leadtrace webhooks retry --subscription crm
    leadtrace webhooks retry --all --dry-run
    ```
    """
    order = {**_selection(subscription, kind, since, until), "ids": ids or None, "all": everything}
    told = run(_post(_settings(config), "retry", {**order, "dry_run": dry_run}))
    _say(told, "dead deliveries")


@app.command("replay")
def replay(
    *,
    begin: Annotated[
        str | None,
        typer.Option(
            "--from", help="What was to be told since: 2h, 3d, a day or a moment.", show_default=False
        ),
    ] = None,
    until: Until = None,
    ids: Ids = None,
    subscription: Name = None,
    kind: Kind = None,
    everything: Everything = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    config: ConfigOption = None,
) -> None:
    """Tell everything of a period again, under the same ids; also who subscribed only afterwards.

    For instance:

    ```
    leadtrace webhooks replay --from 2d --subscription crm
    leadtrace webhooks replay --from 2026-11-01 --until 2026-11-08 --dry-run
    ```
    """
    settings = _settings(config)
    order = {**_selection(subscription, kind, begin, until), "ids": ids or None, "all": everything}
    told = run(_post(settings, "replay", {**order, "dry_run": True}))
    if dry_run or not told["deliveries"]:
        _say(told, "deliveries")
        return
    if not yes:
        typer.confirm(f"Make {told['deliveries']:,} deliveries again?", abort=True)
    _say(run(_post(settings, "replay", order)), "deliveries")


def _settings(config: ConfigOption) -> Settings:
    with explained():
        return known_settings(config)


def _selection(
    subscription: str | None, kind: NotificationKind | None, since: str | None, until: str | None
) -> dict[str, object]:
    now = SystemClock().now()
    return {
        "subscription": subscription,
        "kind": None if kind is None else kind.value,
        "since": moment_of(since, now),
        "until": moment_of(until, now),
    }


def _say(told: dict[str, Any], what: str) -> None:
    for name in told["left_alone"]:
        console.print(f"[yellow]{name} is disabled or not configured: what is its own is left alone[/]")
    verb = "would be" if told["dry_run"] else "will be"
    console.print(f"{told['deliveries']:,} {what} {verb} made again")


async def _listed(settings: Settings, asked: dict[str, object]) -> tuple[dict[str, Any], dict[str, Any]]:
    async with calling(settings, _PROCESS) as worker:
        return await worker.get(f"{_PATH}/balance"), await worker.get(_PATH, asked)


async def _get(settings: Settings, path: str) -> dict[str, Any]:
    async with calling(settings, _PROCESS) as worker:
        return await worker.get(path)


async def _post(settings: Settings, action: str, body: dict[str, object]) -> dict[str, Any]:
    async with calling(settings, _PROCESS) as worker:
        return await worker.post(f"{_PATH}/{action}", body)
