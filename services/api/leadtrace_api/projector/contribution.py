"""What one lead adds to the daily rollups: a pure function of its newest outcome snapshot.

The rollups are always the sum of these over all leads, so that a lead's old contribution can be taken out
as its new one goes in. Change what is counted and `VERSION` rises: the projector then rebuilds.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Final, Literal, TypeAlias

from leadtrace.domain.calendar import DayOf
from leadtrace.events.custody import Holding
from leadtrace.events.lead import LADDER, Stage
from leadtrace.events.money import Booking, MoneyKind
from leadtrace.events.snapshots import DealShare, DealStatus, LeadOutcome, LeadStatus
from leadtrace_api.projector.dimensions import Keys, keys_of, party_keys

VERSION = 5


class Basis(StrEnum):
    """Which day a lead's step counts on: that of its capture, or that of the step itself.

    Custody is a book of its own: a move counts on its day. Its name is the account, its keys are the moment
    (µs) as text, and team, owner and partner where the account has them.
    """

    COHORT = "cohort"
    ACTIVITY = "activity"
    CUSTODY = "custody"


# What a question may ask for.
AskedBasis: TypeAlias = Literal[Basis.COHORT, Basis.ACTIVITY]


class Measure(StrEnum):
    """What is counted: `customers` are leads with revenue, `revenue` is in minor units, `moved` a posting.

    `recurring_revenue` is what of `revenue` came or went beside sales and refunds.
    """

    ENTERED = "entered"
    REACHED = "reached"
    CURRENT = "current"
    CUSTOMERS = "customers"
    REVENUE = "revenue"
    RECURRING = "recurring_revenue"
    MOVED = "moved"


STAGE_MEASURES = (Measure.ENTERED, Measure.REACHED, Measure.CURRENT)
REVENUE_MEASURES = (Measure.CUSTOMERS, Measure.REVENUE, Measure.RECURRING)
METRIC_MEASURES = (*STAGE_MEASURES, *REVENUE_MEASURES)
_RECURRING = frozenset({MoneyKind.RENEWAL, MoneyKind.EXPANSION, MoneyKind.CHURN})

# (definition version, basis, day, stage or currency)
Place: TypeAlias = tuple[int, Basis, date, str]
Cell: TypeAlias = tuple[Place, Keys, Measure]
Increments: TypeAlias = Counter[Cell]


def contribution(outcome: LeadOutcome | None, day_of: DayOf) -> Increments:
    """The increments of a lead; none for a visitor, for an absorbed lead and for one not known yet."""
    increments: Increments = Counter()
    add(increments, cells(outcome, day_of))
    return increments


def cells(outcome: LeadOutcome | None, day_of: DayOf) -> list[tuple[Cell, int]]:
    """The same as a list, in which a cell may stand more than once."""
    if outcome is None or outcome.captured_at is None or outcome.redirect_to is not None:
        return []
    version, keys = outcome.definition.version, keys_of(outcome)
    cohort = day_of(outcome.captured_at)
    made: list[tuple[Cell, int]] = []
    for name, measure, at, amount in _steps(outcome):
        made.append((((version, Basis.COHORT, cohort, name), keys, measure), amount))
        made.append((((version, Basis.ACTIVITY, day_of(at), name), keys, measure), amount))
    made += _postings(outcome, day_of)
    return made


def add(increments: Increments, made: Iterable[tuple[Cell, int]]) -> None:
    """Put a contribution in."""
    for cell, amount in made:
        increments[cell] += amount


def take_out(increments: Increments, made: Iterable[tuple[Cell, int]]) -> None:
    """Take a contribution out."""
    for cell, amount in made:
        increments[cell] -= amount


def net_of(came: Iterable[tuple[Cell, int]], went: Iterable[tuple[Cell, int]]) -> Increments:
    """What changes as one contribution goes in and another one out."""
    net: Increments = Counter()
    add(net, came)
    take_out(net, went)
    return net


def changes_before(day: date, net: Increments) -> bool:
    """Whether differences that became known on a day count on any day before."""
    return any(amount and cell[0][2] < day for cell, amount in net.items())


# Where leads come from: its balance is how many there ever were, below zero.
OUTSIDE: Final = "outside"

Step: TypeAlias = tuple[str, Measure, int, int]


def _steps(outcome: LeadOutcome) -> Iterator[Step]:
    yield from _entries(outcome)
    for stage, at in reached_at(outcome).items():
        yield (stage, Measure.REACHED, at, 1)
    if (stands := current_stage(outcome)) is not None:
        yield (stands, Measure.CURRENT, current_since(outcome), 1)
    yield from _revenue(outcome)


def _entries(outcome: LeadOutcome) -> Iterator[Step]:
    listed: Counter[Stage] = Counter()
    for transition in outcome.transitions:
        listed[transition.stage] += 1
        yield (transition.stage, Measure.ENTERED, transition.at, 1)
    for stage, count in outcome.entries.items():
        # Of transitions too old to be listed a snapshot keeps the number and the first moment.
        if (omitted := count - listed[stage]) > 0:
            yield (stage, Measure.ENTERED, outcome.first_reached.get(stage, start_of(outcome)), omitted)


def reached_at(outcome: LeadOutcome) -> dict[Stage, int]:
    """The moment (µs) at which each rung was reached, a skipped one with the next later that was."""
    reached: dict[Stage, int] = {}
    earliest: int | None = None
    for stage in reversed(LADDER):
        at = outcome.first_reached.get(stage)
        if at is not None and (earliest is None or at < earliest):
            earliest = at
        if earliest is not None:
            reached[stage] = earliest
    return reached


def current_stage(outcome: LeadOutcome) -> Stage | None:
    """Where the lead stands; None for visitors and deleted leads."""
    counted = outcome.captured_at is not None and outcome.status is not LeadStatus.DELETED
    return outcome.stage if counted else None


def current_since(outcome: LeadOutcome) -> int:
    """The moment (µs) at which a captured lead came to stand where it stands."""
    return outcome.stage_since if outcome.stage_since is not None else start_of(outcome)


def entered_of(outcome: LeadOutcome) -> Counter[str]:
    """How often the lead entered each stage."""
    entered: Counter[str] = Counter()
    for stage, _, _, count in _entries(outcome):
        entered[stage] += count
    return entered


def bookings_of(deal: DealShare, otherwise_at: int) -> tuple[Booking, ...]:
    """When the lead's part of a won deal came and went; none for others, and without a currency.

    `otherwise_at` (µs) dates what nobody dated.
    """
    if deal.status is not DealStatus.WON or deal.bookings or deal.currency is None:
        return deal.bookings if deal.status is DealStatus.WON else ()
    at = deal.closed_at if deal.closed_at is not None else otherwise_at
    return (Booking(at, MoneyKind.WIN, deal.share, deal.currency, deal.share, deal.currency),)


def revenue_of(outcome: LeadOutcome) -> dict[str, int]:
    """What the lead brought so far, by the currency that it counts in."""
    totals: dict[str, int] = {}
    for one in _bookings(outcome):
        totals[one.counted_in] = totals.get(one.counted_in, 0) + one.counted
    return totals


def recurring_of(outcome: LeadOutcome) -> dict[str, int]:
    """Of what the lead brought so far what recurs, by the currency that it counts in."""
    totals: dict[str, int] = {}
    for one in _bookings(outcome):
        if one.kind in _RECURRING:
            totals[one.counted_in] = totals.get(one.counted_in, 0) + one.counted
    return totals


def _bookings(outcome: LeadOutcome) -> Iterator[Booking]:
    for deal in outcome.deals:
        yield from bookings_of(deal, start_of(outcome))


def _revenue(outcome: LeadOutcome) -> Iterator[Step]:
    first: dict[str, int] = {}
    for one in _bookings(outcome):
        currency, at = one.counted_in, one.at
        first[currency] = min(at, first.get(currency, at))
        yield (currency, Measure.REVENUE, at, one.counted)
        if one.kind in _RECURRING:
            yield (currency, Measure.RECURRING, at, one.counted)
    for currency, at in first.items():
        yield (currency, Measure.CUSTOMERS, at, 1)


def _postings(outcome: LeadOutcome, day_of: DayOf) -> Iterator[tuple[Cell, int]]:
    """Double entry: each move takes the lead out of one account and puts it into another one."""
    if not outcome.holdings:
        return
    first = outcome.holdings[0]
    yield _posting(outcome, None, first.at, day_of), -1
    yield _posting(outcome, first, first.at, day_of), 1
    for left, taken in pairwise(outcome.holdings):
        yield _posting(outcome, left, taken.at, day_of), -1
        yield _posting(outcome, taken, taken.at, day_of), 1


def _posting(outcome: LeadOutcome, hands: Holding | None, at: int, day_of: DayOf) -> Cell:
    account, party = (OUTSIDE, ()) if hands is None else (hands.account.value, party_keys(hands))
    place = (outcome.definition.version, Basis.CUSTODY, day_of(at), account)
    return place, (str(at), *party), Measure.MOVED


def start_of(outcome: LeadOutcome) -> int:
    """The moment (µs) that dates what nobody dated: the capture, else the latest event."""
    return outcome.captured_at if outcome.captured_at is not None else outcome.latest_at
