"""What is to be known of an entry to a stage beside its direction: whether it is rework, and how it was told.

`kind` says which way a step leads; marks say that the lead was there before (`looping`), and what makes the
edit behind a step doubtful: many at once, told long after, or several within one second.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from leadtrace.domain.attribution.standing import Entry
from leadtrace.domain.calendar import DAY_US


class Mark(StrEnum):
    """What an entry may be marked with, in the order in which a transition names them."""

    LOOPING = "looping"
    BULK = "bulk"
    BACKDATED = "backdated"
    SAME_SECOND = "same_second"


# No sender that we know delivers later: what is told still later was dated back, or sent in afterwards.
BACKDATED_AFTER_US = 3 * DAY_US
SECOND_US = 1_000_000

_LOOPING, _BULK, _BACKDATED, _SAME_SECOND = (mark.value for mark in Mark)

# An entry, its kind, and whether the lead had entered the stage before.
Step = tuple[Entry, str, bool]


def marks_of(steps: Sequence[Step]) -> Iterable[tuple[str, ...]]:
    """The marks of each step of a history, oldest first.

    Edits are changes that were claimed: neither what a record said as it stood nor what capture and deals
    derive, though a derived entry between two edits keeps neither from being of one second.
    """
    hasty = _of_one_second([entry for entry, _, _ in steps])
    return [
        _marks(entry, looping=looping, hasty=place in hasty)
        for place, (entry, _, looping) in enumerate(steps)
    ]


def _marks(entry: Entry, *, looping: bool, hasty: bool) -> tuple[str, ...]:
    found = [_LOOPING] if looping else []
    if is_edit(entry):
        if entry.bulk:
            found.append(_BULK)
        if entry.recorded and entry.recorded - entry.at > BACKDATED_AFTER_US:
            found.append(_BACKDATED)
        if hasty:
            found.append(_SAME_SECOND)
    return tuple(found)


def is_edit(entry: Entry) -> bool:
    """Whether somebody, or something, changed the stage in the CRM at that moment."""
    return entry.claimed is not None and not entry.asserted


def _of_one_second(entries: Sequence[Entry]) -> set[int]:
    """The places of edits that are less than a second away from another one."""
    found: set[int] = set()
    last: int | None = None
    for place, entry in enumerate(entries):
        if not is_edit(entry):
            continue
        if last is not None and entry.at - entries[last].at < SECOND_US:
            found.update((last, place))
        last = place
    return found
