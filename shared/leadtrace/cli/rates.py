"""`leadtrace rates`: hold a file of exchange rates to its rules, and look up what an amount counts as."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from leadtrace.cli.console import ConfigOption, console, explained
from leadtrace.cli.tables import names, numbers, plain_table
from leadtrace.domain.attribution.ledger import read_amount
from leadtrace.domain.calendar import Days
from leadtrace.domain.money import to_decimal
from leadtrace.domain.rates import LONGEST_WAIT_DAYS, convert
from leadtrace.events.times import to_micros
from leadtrace.runtime.rates import RateFile, load_rates
from leadtrace.runtime.settings import Settings, load_settings
from leadtrace.runtime.settings_errors import SettingsError

app = typer.Typer(no_args_is_help=True, help="Look at the exchange rates that revenue is converted by.")

FileArgument = Annotated[
    Path | None, typer.Argument(help="A file of rates; otherwise that of [reporting] rates.")
]


@app.command("check")
def check(file: FileArgument = None, config: ConfigOption = None) -> None:
    """Hold a file to its rules, before a service does; each mistake is named with its line.

    For instance:

    ```
    leadtrace rates check rates.csv
    ```
    """
    with explained():
        settings = load_settings(config)
        found = _load(settings, file)
    console.print(f"source: {found.source}", highlight=False)
    table = plain_table(names("currency"), numbers("rates"), "first", "last", numbers("last rate"))
    for currency in sorted({currency for _, currency, _ in found.rows}):
        rows = [row for row in found.rows if row[1] == currency]
        table.add_row(currency, str(len(rows)), str(rows[0][0]), str(rows[-1][0]), f"{rows[-1][2]:f}")
    console.print(table)
    console.print(f"units per one {settings.reporting.currency}", highlight=False)


@app.command("show")
def show(
    amount: Annotated[str, typer.Argument(help="For instance 100.00.")],
    currency: Annotated[str, typer.Argument(help="For instance USD.")],
    day: Annotated[str, typer.Argument(help="The day on which the deal closed, for instance 2026-03-31.")],
    file: FileArgument = None,
    config: ConfigOption = None,
) -> None:
    """Show what an amount of a deal counts as in reports, by the rate of the day on which it closed.

    For instance:

    ```
    leadtrace rates show 100.00 USD 2026-03-31
    ```
    """
    with explained():
        settings = load_settings(config)
        found = _load(settings, file)
        minor, noon = _asked(settings, amount, currency, day)
    reporting = settings.reporting.currency
    if currency == reporting:
        console.print(f"{currency} is what reports are in: it counts as it is", highlight=False)
        return
    rate = found.rates.rate(currency, noon)
    if rate is None:
        console.print(
            f"no rate of {currency} on {day} or the {LONGEST_WAIT_DAYS} days before: it counts unconverted"
        )
        return
    counted = convert(minor, currency=currency, to=reporting, rate=rate)
    console.print(
        f"{to_decimal(minor, currency):f} {currency} = {to_decimal(counted, reporting):f} {reporting} "
        f"at {rate:f}",
        highlight=False,
    )


def _load(settings: Settings, file: Path | None) -> RateFile:
    path = file or settings.reporting.rates
    if path is None:
        raise SettingsError(["reporting.rates: not set; name a file here or in leadtrace.toml"])
    return load_rates(path, settings.reporting.currency, Days(ZoneInfo(settings.reporting.timezone)))


def _asked(settings: Settings, amount: str, currency: str, day: str) -> tuple[int, int]:
    """Minor units and the noon (µs) of the day in the reporting time zone.

    Raises:
        SettingsError: the amount or the day is none.
    """
    problems: list[str] = []
    minor, noon = read_amount(amount, currency), 0
    if minor is None:
        problems.append("amount: is a decimal number with a point; write it like 100.00")
    try:
        zone = ZoneInfo(settings.reporting.timezone)
        moment = datetime.combine(date.fromisoformat(day), time(12), zone)
        noon = to_micros(moment.astimezone(UTC))
    except ValueError:
        problems.append("day: is a day of the calendar; write it like 2026-03-31")
    if problems:
        raise SettingsError(problems)
    return minor or 0, noon
