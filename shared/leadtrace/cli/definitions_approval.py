"""`leadtrace definitions approve` and `activate`: both teams say yes to a version, then it takes over."""

from typing import Annotated, Any

import typer
from rich.markup import escape

from leadtrace.cli.admin_call import calling
from leadtrace.cli.console import ConfigOption, console, explained, run
from leadtrace.cli.definitions_source import ROUTE, Source, SourceArgument, order_of, short, version_of
from leadtrace.cli.installation import known_settings
from leadtrace.events.definition import Team
from leadtrace.runtime.settings import Settings


def approve(
    source: SourceArgument,
    *,
    team: Annotated[Team, typer.Option(help="For whom the person says yes.")],
    by: Annotated[str, typer.Option(help="The name of the person who says yes.")],
    note: Annotated[str | None, typer.Option(help="Why, for whoever asks later.", show_default=False)] = None,
    config: ConfigOption = None,
) -> None:
    """Record that a person of marketing or sales approved a version: what is approved never changes again.

    A version takes over only with a yes of both teams, by two people, to exactly its hash. Saying it twice is
    saying it once. Exit code 2: the file breaks a rule; 1: its number belongs to another text.

    For instance:

    ```
    leadtrace definitions approve definitions/v2.yaml --team marketing --by "Anna Schmidt"
    leadtrace definitions approve 2 --team sales --by "Jonas Weber" --note "as agreed on 12 March"
    ```
    """
    if not by.strip():
        raise typer.BadParameter("name the person who says yes", param_hint="--by")
    with explained():
        settings = known_settings(config)
    order = order_of(source)
    yes: dict[str, object] = {"team": team.value, "by": by, "note": note}
    given, waiting = run(_approve(settings, source, order, yes))
    console.print(
        f"version {given['version']}, hash {short(given['hash'])}: approved for {given['team']} by "
        f"{escape(given['approved_by'])} on {given['approved_at'][:10]}",
        highlight=False,
    )
    for other in waiting:
        console.print(f"{other} has not approved it yet", highlight=False)


def activate(
    version: Annotated[int, typer.Argument(min=1, help="The version that takes over.")],
    config: ConfigOption = None,
) -> None:
    """Have a version judge from now on, for everybody at once.

    Both teams must have approved it, and it must have been folded in the shadow to its end; there is no way
    round that. Going back is the same with the number of an older version. Exit code 1: something is missing;
    each is named, with what to do.

    For instance:

    ```
    leadtrace definitions activate 2
    ```
    """
    with explained():
        settings = known_settings(config)
    told = run(_activate(settings, version))
    done = told["activation"]
    console.print(
        f"version {done['version']} is in force since {done['activated_at']}; before it was version "
        f"{told['before']}",
        highlight=False,
    )


async def _approve(
    settings: Settings, source: Source, order: dict[str, object] | None, yes: dict[str, object]
) -> tuple[dict[str, Any], list[str]]:
    """The approval, and the teams that are still to be asked."""
    async with calling(settings) as door:
        version = await version_of(door, source, order)
        given = await door.post(f"{ROUTE}/{version}/approvals", yes)
        told = await door.get(ROUTE)
    (known,) = [one for one in told["versions"] if one["version"] == version]
    said = {one["team"] for one in known["approvals"]}
    return given, [team.value for team in Team if team.value not in said]


async def _activate(settings: Settings, version: int) -> dict[str, Any]:
    async with calling(settings) as door:
        return await door.post(f"{ROUTE}/{version}/activate", {})
