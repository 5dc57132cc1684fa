"""Custody of a lead: who had it when, and every handover with its clocks; pure functions of what is known."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from leadtrace.domain.custody.clocks import offer_of
from leadtrace.domain.custody.hand import HandsState
from leadtrace.domain.custody.hands import Handed, Walk, party_of
from leadtrace.domain.custody.happenings import Verdicts, happenings
from leadtrace.domain.custody.losses import Loss, explain
from leadtrace.domain.custody.terms import TermsSchedule
from leadtrace.events.custody import Account, Answer, Ending, Holding, Offer
from leadtrace.events.lead import Acquisition
from leadtrace.events.snapshots import Transition

# About 150 and 700 bytes each, so that a body stays well below 256 KiB.
HOLDING_LIMIT = 400
OFFER_LIMIT = 60


class Custody(NamedTuple):
    """What an outcome tells of it, oldest first; beyond a bound the oldest are left out and counted."""

    holdings: tuple[Holding, ...] = ()
    holdings_omitted: int = 0
    offers: tuple[Offer, ...] = ()
    offers_omitted: int = 0


class Captured(NamedTuple):
    """A lead: when (µs) and by which event it became one, where it came from, and which deals ended it."""

    at: int
    event: str
    acquisition: Acquisition
    losses: Sequence[Loss] = ()


def custody_of(
    captured: Captured,
    transitions: Iterable[Transition],
    own: HandsState,
    verdicts: Verdicts,
    terms: TermsSchedule,
) -> Custody:
    """Everything in order of time; nothing is in anyone's hands before the capture."""
    walk = Walk(terms.at, _properties(own, captured.acquisition))
    walk.begin(captured.at, captured.event)
    walk.take_all(happenings(captured.at, transitions, own.hands, verdicts))
    holdings, offers = walk.holdings, walk.offers
    explain(offers, [one._replace(at=max(one.at, captured.at)) for one in captured.losses])
    end = _end_of(own)
    if end is not None:
        _close(offers, end)
    holdings = _overlaid(holdings, own)
    contacts = [max(at, captured.at) for at in own.contacts]
    told = [offer_of(one, contacts) for one in offers[-OFFER_LIMIT:]]
    return Custody(*_bounded(holdings), tuple(told), len(offers) - len(told))


def _properties(own: HandsState, acquisition: Acquisition) -> Callable[[int], Mapping[str, str | None]]:
    """The properties as they were at a moment; where a lead came from never changes."""
    moments = [one.at for one in own.properties]

    def at(moment: int) -> Mapping[str, str | None]:
        known: dict[str, str | None] = {"channel": acquisition.channel, "partner": acquisition.partner}
        for one in own.properties[: bisect_right(moments, moment)]:
            known[one.name] = one.value
        return known

    return at


def _end_of(own: HandsState) -> int | None:
    """Since when (µs) there is nobody left to be handed over; None while there is."""
    ends = [own.erased[0]] if own.erased is not None else []
    if own.gone and own.gone[-1][1]:
        ends.append(own.gone[-1][0])
    return min(ends, default=None)


def _close(offers: Sequence[Handed], end: int) -> None:
    for one in offers:
        if one.answer is Answer.OPEN:
            one.answer, one.answered_at = Answer.GONE, max(end, one.at)
        elif one.answer is Answer.ACCEPTED and one.ended_as is None:
            one.ended_as, one.ended_at = Ending.GONE, max(end, one.answered_at or one.at)


class _Mark(NamedTuple):
    """A holding that begins, or (`layer` 1) the lead's going and coming back, which lies above it."""

    at: int
    layer: int
    event: str
    holding: Holding | None = None
    gone: bool = False


def _overlaid(holdings: Sequence[Holding], own: HandsState) -> list[Holding]:
    """The holdings with the times laid over them in which the lead was deleted or erased."""
    if not own.gone and own.erased is None:
        return list(holdings)
    marks = [_Mark(one.at, 0, one.event, holding=one) for one in holdings]
    marks += [_Mark(at, 1, event, gone=gone) for at, gone, event in own.gone]
    marks.sort(key=lambda one: one[:2])
    laid = list(_laid(marks))
    if own.erased is None:
        return laid
    at, event = own.erased
    kept = [one for one in laid if one.at <= at] or laid[:1]
    return [*kept, Holding(max(at, kept[-1].at), Account.ERASED, event=event)]


def _laid(marks: Iterable[_Mark]) -> Iterator[Holding]:
    below: Holding | None = None
    shown: Holding | None = None
    gone = False
    for one in marks:
        below = one.holding or below
        gone = one.gone if one.layer else gone
        if below is None:
            continue
        new = Holding(one.at, Account.DELETED, event=one.event) if gone else below
        if shown is None or party_of(shown) != party_of(new):
            shown = msgspec.structs.replace(new, at=one.at, event=one.event)
            yield shown


def _bounded(holdings: Sequence[Holding]) -> tuple[tuple[Holding, ...], int]:
    """The capture and the newest; what lies between is left out and counted."""
    if len(holdings) <= HOLDING_LIMIT:
        return tuple(holdings), 0
    kept = (holdings[0], *holdings[-(HOLDING_LIMIT - 1) :])
    return kept, len(holdings) - len(kept)
