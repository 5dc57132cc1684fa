"""What happens to a lead's custody, merged into one order of time from all that tells of it."""

from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple

from msgspec.structs import replace

from leadtrace.domain.custody.hand import Hand
from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import FrozenVerdicts, Qualification, Transition


class Kind(IntEnum):
    """What tells of it; at one moment they come in this order."""

    STAGE = 0
    HAND = 1
    VERDICT = 2


class Happening(NamedTuple):
    """One of them at `at` (µs); `event` is the identity `source id` of the event behind it."""

    at: int
    kind: Kind
    event: str
    transition: Transition | None = None
    hand: Hand | None = None
    qualified: Stage | None = None


class Verdicts(NamedTuple):
    """What the clauses said: by the version now in force, `since` (µs) when, and by those before it.

    `since` is None for a version that runs in shadow: the last of those before is in force still.
    """

    current: Sequence[Qualification] = ()
    since: int | None = 0
    before: Sequence[FrozenVerdicts] = ()


def happenings(
    begin: int, transitions: Iterable[Transition], hands: Iterable[Hand], verdicts: Verdicts
) -> list[Happening]:
    """All of them in order; what happened before `begin` (µs), the capture, counts from there on."""
    found = [Happening(one.at, Kind.STAGE, one.event, transition=one) for one in transitions]
    found += [Happening(one.at, Kind.HAND, one.event, hand=one) for one in hands]
    found += [Happening(at, Kind.VERDICT, "", qualified=stage) for at, stage in _onsets(verdicts)]
    # Sorting is stable: what one source tells of one moment keeps its own order.
    found.sort(key=lambda one: (one.at, one.kind))
    return [one if one.at >= begin else _from(begin, one) for one in found]


def _from(begin: int, one: Happening) -> Happening:
    return one._replace(
        at=begin,
        transition=one.transition and replace(one.transition, at=begin),
        hand=one.hand and replace(one.hand, at=begin),
    )


def _onsets(verdicts: Verdicts) -> Iterator[tuple[int, Stage]]:
    """When the clauses of each stage came to hold, by the version in force then.

    What holds as a version takes over is no onset: nothing happened to the lead.
    """
    held: set[Stage] = set()
    for since, until, said in _reigns(verdicts):
        for one in said:
            if until is not None and one.at >= until:
                continue
            if not one.holds:
                held.discard(one.stage)
            elif one.stage not in held:
                held.add(one.stage)
                if one.at > since:
                    yield one.at, one.stage


def _reigns(verdicts: Verdicts) -> Iterator[tuple[int, int | None, Sequence[Qualification]]]:
    for place, period in enumerate(verdicts.before):
        following = verdicts.before[place + 1 : place + 2]
        yield period.since, following[0].since if following else verdicts.since, period.qualifications
    if verdicts.since is not None:
        yield verdicts.since, None, verdicts.current
