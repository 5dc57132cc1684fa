"""The terms of attribution and of costs as an operator reads them: touches, shares, channels, money."""

from rich.markup import escape

from leadtrace.cli.console import console
from leadtrace.cli.tables import names, numbers, plain_table, words
from leadtrace.domain.definitions.said_attribution import AttributionSaid, CostsSaid


def print_attribution(told: AttributionSaid) -> None:
    """Print everything, in words."""
    console.print("\n[bold]Attribution: which touches a win is credited to[/]", highlight=False)
    console.print(f"({escape(told.owner)}) {escape('; '.join(told.words))}", highlight=False)
    if told.custom is not None:
        console.print(f"the model custom: {escape(told.custom.words)}", highlight=False)
    if told.channels:
        table = plain_table(
            names("channel"),
            words("a touch of which"),
            title="What channels are called: the first rule that holds",
            caption="otherwise the word of the sender stays",
        )
        for row in told.channels:
            table.add_row(escape(row.channel), escape(row.words))
        console.print(table)
    if told.roles:
        table = plain_table(
            names("role"),
            numbers("weight"),
            title="How a deal's amount is divided among its leads",
            caption="whoever has another role or none counts 1",
        )
        for role in told.roles:
            table.add_row(escape(role.role), str(role.weight))
        console.print(table)


def print_costs(told: CostsSaid) -> None:
    """Print everything, in words."""
    console.print("\n[bold]Costs[/]", highlight=False)
    said = (told.words, *(row.words for row in told.per_stage))
    console.print(f"({escape(told.owner)}) {escape('; '.join(said))}", highlight=False)
