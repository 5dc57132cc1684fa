"""On which day a lead's new contribution became known, and why: decided from two snapshots where that can be.

Usually a newer snapshot only adds what was recorded on its last day: then the difference belongs to that day.
Otherwise what was known on each day has to be folded anew.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from leadtrace.domain.attribution.recorded import Cause
from leadtrace.domain.calendar import DayOf
from leadtrace.events.known import Known
from leadtrace.events.snapshots import LeadOutcome, Profile
from leadtrace_api.projector.contribution import Increments, bookings_of, start_of
from leadtrace_api.projector.kept import Cells

# What became known on the very day that it counts on, whatever made it known.
ON_THE_DAY: Final = "on_the_day"
_UNSETTLING = frozenset({Cause.MERGE.value, Cause.SPLIT.value, Cause.CORRECTION.value})
# (known day, cause) -> increments
Bookings: TypeAlias = dict[tuple[date, str], Increments]


@dataclass(frozen=True, slots=True)
class Usual:
    """The difference belongs to `day`; `closes` is the held snapshot's day if that is over now."""

    day: date
    cause: str
    closes: date | None = None
    closed_cause: str = ""


def book(bookings: Bookings, day: date, cause: str, net: Increments) -> bool:
    """Book the differences of a known day; whether any of them counts on a day before."""
    earlier = False
    for cell, amount in net.items():
        if amount:
            label = ON_THE_DAY
            if cell[0][2] < day:
                label, earlier = cause, True
            bookings.setdefault((day, label), Counter())[cell] += amount
    return earlier


def usual(
    old: tuple[LeadOutcome, Cells] | None, new: LeadOutcome, made: Cells, day_of: DayOf
) -> Usual | None:
    """How to book a new snapshot that replaces `old`; None where its days have to be folded anew."""
    known = new.known
    if known is None or not is_plain(known, made, day_of):
        return None
    day, cause = day_of(known.latest), cause_of(known)
    if old is None:
        return Usual(day, cause) if known.before == 0 else None
    held, contributed = old
    if held.known is None or _counted_otherwise(held, new) or not is_plain(held.known, contributed, day_of):
        return None
    held_day, held_cause = day_of(held.known.latest), cause_of(held.known)
    if day == held_day and known.earlier == held.known.earlier:
        return Usual(day, cause if len(known.causes) == 1 else held_cause)
    if day > held_day and known.earlier == held.known.everything:
        return Usual(day, cause, held_day, held_cause)
    return None


def is_plain(known: Known, made: Cells, day_of: DayOf) -> bool:
    """Whether all that a lead's last day changed has one cause, or needs none.

    What moves or voids other events never is: these are not counted where they were known before.
    """
    if _UNSETTLING.intersection(known.causes):
        return False
    if len(known.causes) == 1:
        return True
    return known.before == 0 and _all_from(made, day_of(known.latest))


def cause_of(known: Known) -> str:
    """The cause of a plain day."""
    return known.causes[0] if len(known.causes) == 1 else Cause.LATER_EVENT.value


def _all_from(made: Cells, day: date) -> bool:
    return all(cell[0][2] >= day for cell, _ in made)


def _counted_otherwise(held: LeadOutcome, new: LeadOutcome) -> bool:
    """Whether what is news holds for all days: another table of rates, or a profile where none was told yet.

    A snapshot of before there were profiles lacks one that was known long ago.
    """
    if new.profile != Profile() == held.profile:
        return True
    before, now = _counted(held), _counted(new)
    return any(now.get(step, worth) != worth for step, worth in before.items())


def _counted(outcome: LeadOutcome) -> dict[tuple[object, ...], tuple[int, str]]:
    return {
        (deal.deal_id, one.at, one.kind, one.amount, one.currency): (one.counted, one.counted_in)
        for deal in outcome.deals
        for one in bookings_of(deal, start_of(outcome))
    }
