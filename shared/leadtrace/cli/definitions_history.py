"""`leadtrace definitions history`: versions and approvals, the one in the shadow, what was in force when."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Any

import msgspec
import typer
from rich.markup import escape

from leadtrace.cli.admin_call import calling
from leadtrace.cli.console import ConfigOption, console, explained, run
from leadtrace.cli.definitions_source import ROUTE, short
from leadtrace.cli.installation import known_settings
from leadtrace.cli.tables import names, numbers, plain_table, words
from leadtrace.runtime.settings import Settings


def history(
    as_json: Annotated[bool, typer.Option("--json", help="The same in values, for a script.")] = False,
    config: ConfigOption = None,
) -> None:
    """Show every version with its approvals, how far the shadow is, and which was in force when.

    For instance:

    ```
    leadtrace definitions history
    leadtrace definitions history --json
    ```
    """
    with explained():
        settings = known_settings(config)
    told = run(_asked(settings))
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(told), indent=2).decode())  # noqa: T201 - for a script
        return
    _versions(told)
    _approvals(told["versions"])
    if told["shadow"] is not None:
        _shadow(told["shadow"])
    _activations(told)


async def _asked(settings: Settings) -> dict[str, Any]:
    async with calling(settings) as door:
        return await door.get(ROUTE)


def _versions(told: Mapping[str, Any]) -> None:
    table = plain_table(
        numbers("version"), names("hash"), "id", names("registered"), "by", "stands", title="Versions"
    )
    shadow = told["shadow"]["version"] if told["shadow"] is not None else None
    for one in told["versions"]:
        stands = {told["in_force"]: "[green]in force[/]", shadow: "in the shadow"}.get(one["version"], "")
        registered = one["registered_at"][:10] if one["registered_at"] else "shipped"
        by = escape(one["registered_by"] or "")
        version, hash_ = str(one["version"]), short(one["hash"])
        table.add_row(version, hash_, escape(one["id"]), registered, by, stands)
    console.print(table)


def _approvals(versions: Sequence[Mapping[str, Any]]) -> None:
    given = [approval for one in versions for approval in one["approvals"]]
    table = plain_table(
        numbers("version"),
        "team",
        "approved by",
        names("on"),
        "recorded by",
        words("note"),
        title="Approvals",
    )
    for one in given:
        said = (
            one["team"],
            one["approved_by"],
            one["approved_at"][:10],
            one["recorded_by"],
            one["note"] or "",
        )
        table.add_row(str(one["version"]), *map(escape, said))
    if given:
        console.print(table)
    else:
        console.print("\nnobody has approved a version yet")


def _shadow(shadow: Mapping[str, Any]) -> None:
    began = f"{shadow['started_at'][:16].replace('T', ' ')} UTC by {shadow['started_by']}"
    table = plain_table(
        names("service"),
        numbers("folded"),
        numbers("of"),
        words("state"),
        title=escape(f"Version {shadow['version']} in the shadow since {began}"),
    )
    for one in shadow["services"]:
        table.add_row(one["service"], f"{one['done']:,}", f"{one['total']:,}", _state(one))
    console.print(table)


def _state(one: Mapping[str, Any]) -> str:
    if one["error"] is not None:
        return f"[red]{escape(one['error'])}[/]"
    if one["complete"]:
        return "[green]complete[/]"
    return "folding" if one["total"] else "not begun"


def _activations(told: Mapping[str, Any]) -> None:
    done = told["activations"]
    if not done:
        console.print(f"\nversion {told['in_force']} is in force since ever: none was activated yet")
        return
    table = plain_table(
        numbers("version"), names("hash"), names("in force from"), names("until"), "by", title="In force"
    )
    for one, following in pairwise([*done, None]):
        since = "ever" if one["ordinal"] == 1 else _minute(one["activated_at"])
        until = "" if following is None else _minute(following["activated_at"])
        by = escape(one["activated_by"])
        table.add_row(str(one["version"]), short(one["hash"]), since, until, by)
    console.print(table)


def _minute(moment: str) -> str:
    return f"{moment[:16].replace('T', ' ')} UTC"
