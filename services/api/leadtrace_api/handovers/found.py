"""What the reads found, by group, ready to be told."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import Row

from leadtrace.domain.custody.terms import TermsSchedule
from leadtrace.events.times import to_micros
from leadtrace_api.handovers import queries
from leadtrace_api.handovers.orders import orders
from leadtrace_api.handovers.selection import Selection

# The keys of a group; None stands for the total, whose rows have none.
Group: TypeAlias = tuple[str | None, ...] | None

_MINUTE_US = 60_000_000


@dataclass(slots=True)
class Found:
    """One group: its counts, reasons, times by clock and kind (in minutes), ages, and orders."""

    counts: Row[Any]
    rejections: list[Row[Any]] = field(default_factory=list)
    returns: list[Row[Any]] = field(default_factory=list)
    finished: dict[tuple[str, str], Counter[int]] = field(default_factory=dict)
    running: dict[tuple[str, str], Counter[int]] = field(default_factory=dict)
    ages: dict[int, Row[Any]] = field(default_factory=dict)
    orders: int = 0


async def find(asked: Selection, terms: TermsSchedule) -> dict[Group, Found]:
    """All groups that have offers, and the total if there are any."""
    found = {_group(asked, row): Found(row) for row in await queries.counts(asked) if row.offered}
    for row in await queries.reasons(asked):
        one = found[_group(asked, row)]
        (one.rejections if row.rejected else one.returns).append(row)
    for row in await queries.finished(asked):
        times = found[_group(asked, row)].finished.setdefault((row.clock, row.of), Counter())
        times[row.minutes] += row.n
    for row in await queries.running(asked):
        for group in {_keys(asked, row), None}:
            _run(found[group], row, terms, to_micros(row.until or asked.now.at))
    for row in await queries.ages(asked):
        found[_group(asked, row)].ages[row.age] = row
    for row in await orders(asked):
        if row.orders:
            found[_group(asked, row)].orders = row.orders
    return found


def _run(one: Found, row: Row[Any], terms: TermsSchedule, until: int) -> None:
    """A clock that was not stopped: how long it was watched by either time, in the hours of whose it is."""
    since = to_micros(row.since)
    hours = terms.at(to_micros(row.at)).promise(row.team).hours
    for of, lasted in (("time", max(0, until - since)), ("business_time", hours.between(since, until))):
        one.running.setdefault((row.clock, of), Counter())[lasted // _MINUTE_US] += 1


def _group(asked: Selection, row: Row[Any]) -> Group:
    return None if row.total else _keys(asked, row)


def _keys(asked: Selection, row: Row[Any]) -> Group:
    if not asked.dimensions:
        return None
    return tuple(row._mapping[f"key_{name}"] for name in asked.dimensions)  # noqa: SLF001 - its public name
