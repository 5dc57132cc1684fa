"""How `leadtrace webhooks` shows subscriptions and deliveries."""

from typing import Any

from rich.markup import escape

from leadtrace.cli.console import console
from leadtrace.cli.tables import names, numbers, plain_table


def show_balance(told: dict[str, Any]) -> None:
    """The equation by subscription, and where each is told."""
    if not told["subscriptions"]:
        console.print("nobody is subscribed; add \\[subscriptions.<name>] to leadtrace.toml")
        return
    table = plain_table("subscription", *map(numbers, ("delivered", "pending", "dead")), "oldest", "told at")
    for one in told["subscriptions"]:
        where = told["origins"].get(one["subscription"], "")
        if one["disabled_reason"] is not None:
            where = f"[red]disabled: {escape(one['disabled_reason'])}[/]"
        elif not one["configured"]:
            where = "[yellow]not configured[/]"
        table.add_row(
            one["subscription"],
            *(f"{one[state]:,}" for state in ("delivered", "pending", "dead")),
            _age(one["oldest_pending_age_s"]),
            where,
        )
    console.print(table)
    console.print(
        f"{told['matched']:,} routed = {told['delivered']:,} delivered + {told['pending']:,} pending"
        f" + {told['dead']:,} dead; difference {told['difference']:,}; {told['unrouted']:,} not routed yet\n",
        highlight=False,
    )


def show_deliveries(deliveries: list[dict[str, Any]]) -> None:
    """A row for each."""
    if not deliveries:
        console.print("no delivery is so")
        return
    table = plain_table(names("id"), "subscription", "kind", "state", numbers("tries"), "last error")
    for one in deliveries:
        state = one["state"] if one["reason"] is None else f"{one['state']}: {one['reason']}"
        table.add_row(
            one["notification_id"],
            one["subscription"],
            one["kind"],
            state,
            f"{one['attempts']:,}",
            escape(one["last_error"] or ""),
        )
    console.print(table)


def _age(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
