"""The file of exchange rates that `[reporting] rates` names, read whole and held to its rules.

It is CSV with the header `date,currency,rate`: units of the currency per one unit of the reporting currency,
as central banks publish them. Lines that begin with `#` are comments; the first says where rates are from.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo

from leadtrace.domain.calendar import Days
from leadtrace.domain.rates import LARGEST_RATE, LEAST_RATE, Rates, rates_of
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.settings_errors import SettingsError

HEADER = ["date", "currency", "rate"]
_CURRENCY = re.compile(r"[A-Z]{3}\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_RATE = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?\Z")
_MOST_PROBLEMS = 20

Row = tuple[date, str, Decimal]


@dataclass(frozen=True, slots=True)
class RateFile:
    """A file as read: where its rates are from, its rows, and the table that they make."""

    source: str
    rows: tuple[Row, ...]
    rates: Rates


class _BadRowError(Exception):
    """What is wrong with a line, and what to do about it."""


def configured_rates(settings: Settings) -> Rates:
    """The table of the configuration; without a file one that converts nothing.

    Raises:
        SettingsError: the file cannot be used.
    """
    reporting = settings.reporting
    days = Days(ZoneInfo(reporting.timezone))
    if reporting.rates is None:
        return rates_of(reporting.currency, None, days)
    return load_rates(reporting.rates, reporting.currency, days).rates


def load_rates(path: Path, currency: str, days: Days) -> RateFile:
    """The rates of a file per one unit of `currency`.

    Raises:
        SettingsError: it cannot be read, or breaks a rule; each problem names file, line, rule and remedy.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            [f"reporting.rates: {path} cannot be read as UTF-8 text ({type(error).__name__}); name a file"]
        ) from None
    found: dict[tuple[date, str], tuple[int, Decimal]] = {}
    problems = [f"{path}:{number}: {said}" for number, said in _problems(lines, currency, found)]
    if problems:
        shown = problems[:_MOST_PROBLEMS]
        more = len(problems) - len(shown)
        raise SettingsError([*shown, *([f"{path}: and {more} more"] if more else [])])
    rows = tuple((day, name, rate) for (day, name), (_, rate) in sorted(found.items()))
    return RateFile(lines[0].lstrip("# ").rstrip(), rows, rates_of(currency, rows, days))


def _problems(
    lines: list[str], currency: str, found: dict[tuple[date, str], tuple[int, Decimal]]
) -> Iterator[tuple[int, str]]:
    """Everything that is wrong, by line; what is right goes into `found`."""
    if not lines or not lines[0].startswith("#") or not lines[0].strip("# "):
        yield 1, "the first line says where the rates are from; begin with a comment such as `# source: ECB`"
    numbered = [
        (number, line) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")
    ]
    if not numbered or _cells(numbered[0][1]) != HEADER:
        number = numbered[0][0] if numbered else max(len(lines), 1)
        yield number, f"the header is `{','.join(HEADER)}`; write it above the rates"
        return
    for number, line in numbered[1:]:
        try:
            day, name, rate = _row(_cells(line), currency)
        except _BadRowError as bad:
            yield number, str(bad)
            continue
        known = found.setdefault((day, name), (number, rate))
        if known[0] != number:
            yield number, f"{name} of {day} stands in line {known[0]} already; keep one rate a day"


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([line]), [])]


def _row(cells: list[str], currency: str) -> Row:
    if len(cells) != len(HEADER):
        raise _BadRowError(
            f"a line has {len(HEADER)} fields, this one {len(cells)}; write date,currency,rate"
        )
    day, name, rate = cells
    if not _CURRENCY.match(name):
        raise _BadRowError("currency: is an ISO 4217 code of three capital letters; write for instance USD")
    if name == currency:
        raise _BadRowError(f"currency: {name} is the reporting currency, whose rate is 1; leave the line out")
    return _day(day), name, _rate(rate)


def _day(text: str) -> date:
    try:
        if _DAY.match(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise _BadRowError("date: is a day of the calendar; write it like 2026-03-31")


def _rate(text: str) -> Decimal:
    try:
        rate = Decimal(text) if _RATE.match(text) else None
    except InvalidOperation:
        rate = None
    if rate is None or not LEAST_RATE <= rate <= LARGEST_RATE:
        raise _BadRowError(
            f"rate: is a decimal number from {LEAST_RATE:f} to {LARGEST_RATE:f} with a point; "
            "leave out days without one"
        )
    return rate
