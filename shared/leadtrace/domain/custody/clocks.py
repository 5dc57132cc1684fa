"""The clocks of an offer: how long until it was answered, contacted and concluded, and when each is due.

Pure functions of offer and contacts. Whether a clock is overdue is asked of them with a moment, never kept.
"""

from bisect import bisect_left
from collections.abc import Sequence

from leadtrace.domain.custody.hands import Handed
from leadtrace.domain.custody.terms import CALENDAR_TIME, OpenTime
from leadtrace.events.custody import Answer, Clock, Ending, Offer, OpenedBy

_SECOND_US = 1_000_000
_MILLION = 1_000_000
# Endings that tell nothing of the lead itself.
_NO_OUTCOMES = (Ending.PASSED_ON, Ending.GONE)


def offer_of(handed: Handed, contacts: Sequence[int]) -> Offer:
    """The offer with its clocks; `contacts` are the moments (µs) of genuine contacts in order."""
    return Offer(
        at=handed.at,
        opened_by=handed.opened_by,
        version=handed.terms.version,
        event=handed.event,
        route=handed.route,
        team=handed.to.team or handed.by.team,
        owner=handed.to.owner or handed.by.owner,
        partner=handed.to.partner or handed.by.partner,
        answer=handed.answer,
        answered_at=handed.answered_at,
        answered_by=handed.answered_by,
        reason=handed.reason,
        ended_as=handed.ended_as,
        ended_at=handed.ended_at,
        end_reason=handed.end_reason,
        accept=_accept(handed),
        contact=_contact(handed, contacts),
        outcome=_outcome(handed),
    )


def _accept(handed: Handed) -> Clock | None:
    """From the offer on; what was only implied was never waited for."""
    if handed.opened_by is OpenedBy.IMPLIED:
        return None
    promise = handed.terms.promise(handed.to.team)
    answered = handed.answer in (Answer.ACCEPTED, Answer.REJECTED)
    stopped = handed.answered_at if answered else None
    over = None if answered else handed.answered_at
    return _clock(handed, promise.hours, handed.at, promise.accept, (stopped, over))


def _contact(handed: Handed, contacts: Sequence[int]) -> Clock | None:
    """From the acceptance on; whoever was contacted between offer and acceptance took no time at all."""
    if handed.answer is not Answer.ACCEPTED or handed.answered_at is None:
        return None
    place = bisect_left(contacts, handed.since)
    first = contacts[place] if place < len(contacts) else None
    if first is not None and handed.ended_at is not None and first > handed.ended_at:
        first = None
    promise = handed.terms.promise(handed.by.team)
    since = handed.answered_at
    stopped = None if first is None else max(first, since)
    return _clock(handed, promise.hours, since, promise.contact, (stopped, handed.ended_at))


def _outcome(handed: Handed) -> Clock | None:
    if handed.answer is not Answer.ACCEPTED or handed.answered_at is None:
        return None
    promise = handed.terms.promise(handed.by.team)
    concluded = handed.ended_as not in _NO_OUTCOMES
    ends = (handed.ended_at, None) if concluded else (None, handed.ended_at)
    return _clock(handed, CALENDAR_TIME, handed.answered_at, promise.outcome, ends)


def _clock(
    handed: Handed, hours: OpenTime, since: int, allowed: int, ends: tuple[int | None, int | None]
) -> Clock:
    """The clock by when it was stopped, or by when nobody waited any more; before it was due, it is void."""
    stopped, over = ends
    due_at = hours.add(since, allowed)
    at_risk = allowed * round(handed.terms.risk_share * _MILLION) // _MILLION
    return Clock(
        since=since,
        risk_at=hours.add(since, at_risk),
        due_at=due_at,
        stopped_at=stopped,
        business_s=None if stopped is None else hours.between(since, stopped) // _SECOND_US,
        void=stopped is None and over is not None and over <= due_at,
    )
