"""The terms of the handover as an operator reads them: when, to whom, in what time, which answers."""

from collections.abc import Sequence

from rich.markup import escape

from leadtrace.cli.console import console
from leadtrace.cli.tables import names, plain_table, words
from leadtrace.domain.definitions.said_handover import HandoverSaid, ReasonSaid
from leadtrace.domain.definitions.words_handover import turn_words


def print_handover(told: HandoverSaid) -> None:
    """Print everything, in words."""
    console.print("\n[bold]Handover: from marketing to sales[/]", highlight=False)
    console.print(f"({escape(told.owner)}) {escape(told.words)}", highlight=False)
    table = plain_table(
        names("route"), words("takes"), names("to"), title="To whom: the first route that holds"
    )
    for route in told.routing:
        table.add_row(*map(escape, (route.id, route.words, turn_words(route.to))))
    console.print(table)
    table = plain_table(names("team"), "owner", words("terms"), title="Teams")
    for team in told.teams:
        table.add_row(*map(escape, (team.id, team.owner, team.words)))
    console.print(table)
    if told.calendars:
        table = plain_table(names("calendar"), words("is open"), title="Calendars")
        for calendar in told.calendars:
            table.add_row(escape(calendar.id), escape(calendar.words))
        console.print(table)
    _reasons("Reasons to reject an offer", told.rejection_reasons)
    _reasons("Reasons to return a lead after accepting it", told.return_reasons)


def _reasons(title: str, reasons: Sequence[ReasonSaid]) -> None:
    table = plain_table(names("reason"), words("means"), title=title)
    for reason in reasons:
        table.add_row(escape(reason.id), escape(reason.means))
    console.print(table)
