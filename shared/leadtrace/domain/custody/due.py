"""When a clock asks for something: moments that depend on the offers alone, asked with a now from outside."""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from leadtrace.events.custody import Answer, Clock, Offer


class ClockName(StrEnum):
    """The clocks of an offer."""

    ACCEPT = "accept"
    CONTACT = "contact"
    OUTCOME = "outcome"


class Due(NamedTuple):
    """A running clock is at risk, or due, from `moment` (µs) on."""

    moment: int
    clock: ClockName
    overdue: bool
    offer: Offer


def dues(offers: Iterable[Offer]) -> list[Due]:
    """All that running clocks will come to if nothing else happens, the first first."""
    found = []
    for offer in offers:
        for name, clock in clocks(offer):
            if clock.stopped_at is None and not clock.void and _waits(offer, name):
                found.append(Due(clock.risk_at, name, False, offer))  # noqa: FBT003 - named in the tuple
                found.append(Due(clock.due_at, name, True, offer))  # noqa: FBT003
    return sorted(found, key=lambda one: (one.moment, one.clock, one.overdue, one.offer.at))


def stands(offers: Sequence[Offer], name: str, moment: int, offered_at: int) -> bool:
    """Whether a clock that was told to be overdue at a moment (µs) still was, by what is known now.

    Of an offer older than all that are still told nothing new is known.
    """
    if offers and offered_at < offers[0].at:
        return True
    for offer in offers:
        for known, clock in clocks(offer):
            if known == name and clock.due_at == moment and _ran_out(clock):
                return True
    return False


def clocks(offer: Offer) -> Iterator[tuple[ClockName, Clock]]:
    """The clocks that an offer has so far."""
    for name, clock in (
        (ClockName.ACCEPT, offer.accept),
        (ClockName.CONTACT, offer.contact),
        (ClockName.OUTCOME, offer.outcome),
    ):
        if clock is not None:
            yield name, clock


def _waits(offer: Offer, name: ClockName) -> bool:
    """Whether anybody waits for it still."""
    return offer.answer is Answer.OPEN if name is ClockName.ACCEPT else offer.ended_as is None


def _ran_out(clock: Clock) -> bool:
    return not clock.void and (clock.stopped_at is None or clock.stopped_at > clock.due_at)
