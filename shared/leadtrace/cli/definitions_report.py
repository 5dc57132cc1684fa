"""Definitions as an operator reads them: stages first, then what a score is made of."""

from collections.abc import Sequence

from rich.markup import escape

from leadtrace.cli.attribution_report import print_attribution, print_costs
from leadtrace.cli.console import console
from leadtrace.cli.handover_report import print_handover
from leadtrace.cli.tables import names, numbers, plain_table, words
from leadtrace.domain.definitions.said import (
    AccountSaid,
    ClockSaid,
    DefinitionsSaid,
    IntentSaid,
    RuleSaid,
    SignalSaid,
    StageSaid,
)
from leadtrace.domain.definitions.words import plain, points_words

_SHORT_HASH = 12


def print_definitions(told: DefinitionsSaid) -> None:
    """Print everything, in words."""
    _print(f"[bold]{escape(told.id)}[/], version {told.version}, hash {told.hash[:_SHORT_HASH]}")
    _print(f"whatever names no owner is of {escape(told.owner)}")
    _print("\n[bold]Stages, and what each requires[/]")
    for stage in told.stages:
        _stage(stage, disqualifies=bool(told.disqualifiers))
    if told.disqualifiers:
        _disqualifiers(told)
    _fit(told.fit)
    _intent(told.intent)
    if told.account is not None:
        _account(told.account)
    _bands_and_grades(told)
    if told.handover is not None:
        print_handover(told.handover)
    print_attribution(told.attribution)
    print_costs(told.costs)
    if told.clocks:
        _clocks(told.clocks)


def _stage(stage: StageSaid, *, disqualifies: bool) -> None:
    _print(f"[cyan]{stage.stage}[/] ({escape(stage.owner)}): {escape(stage.means)}")
    for clause in stage.clauses:
        _print(f"    {escape(clause.words)}  [dim]{escape(clause.id)}[/]")
    if stage.clauses and disqualifies:
        _print("    no disqualifier holds")


def _disqualifiers(told: DefinitionsSaid) -> None:
    table = plain_table(
        names("disqualifier"), "owner", words("holds if"), words("because"), title="Ruled out"
    )
    for row in told.disqualifiers:
        table.add_row(*map(escape, (row.id, row.owner, row.words, row.because)))
    console.print(table)


def _fit(rules: Sequence[RuleSaid]) -> None:
    table = plain_table(
        names("rule"), "owner", words("the first that holds"), numbers("points"), title="Fit: who they are"
    )
    for rule in rules:
        said = (escape(rule.id), escape(rule.owner))
        for answer in rule.answers:
            because = f" ({escape(answer.because)})" if answer.because else ""
            table.add_row(*said, f"{escape(answer.words)}{because}", plain(answer.points))
            said = ("", "")
    console.print(table)


def _intent(intent: IntentSaid) -> None:
    table = plain_table(
        names("signal"),
        "owner",
        words("a touchpoint whose"),
        words("adds"),
        title="Intent: what they do",
        caption=_bounds(intent),
    )
    for signal in intent.signals:
        table.add_row(*map(escape, (signal.id, signal.owner, _shown_by(signal), signal.words)))
    console.print(table)


def _shown_by(signal: SignalSaid) -> str:
    return f"{signal.shown_by} ({signal.because})" if signal.because else signal.shown_by


def _bounds(intent: IntentSaid) -> str:
    bounds = [f"signals of {group.id} never add more than {plain(group.cap)}" for group in intent.groups]
    if intent.cap_per_day is not None:
        bounds.append(f"one day (UTC) never brings more than {points_words(intent.cap_per_day)}")
    return escape("; ".join(bounds) or "no bounds beyond those of the signals")


def _account(account: AccountSaid) -> None:
    table = plain_table(
        names("account"), "owner", words("adds"), words("because"), title="Accounts: several people of one"
    )
    table.add_row(*map(escape, (account.property, account.owner, account.words, account.because)))
    console.print(table)


def _bands_and_grades(told: DefinitionsSaid) -> None:
    table = plain_table(names("band"), "owner", words("holds"), title="Bands")
    for band in told.bands:
        table.add_row(*map(escape, (band.band, band.owner, band.words)))
    console.print(table)
    table = plain_table(
        names("grade"), "owner", words("given if"), title="Grades: letter and digit, A1 to C3"
    )
    for grade in told.grades:
        table.add_row(*map(escape, (grade.grade, grade.owner, grade.words)))
    console.print(table)


def _clocks(clocks: Sequence[ClockSaid]) -> None:
    table = plain_table(names("band"), "owner", words("is"), title="What sales does first")
    for clock in clocks:
        table.add_row(*map(escape, (clock.band, clock.owner, clock.words)))
    console.print(table)


def _print(line: str) -> None:
    console.print(line, highlight=False)
