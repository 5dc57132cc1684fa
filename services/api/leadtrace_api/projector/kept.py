"""A lead's contributions as they were kept: compact, and back into cells.

A chain is what a lead contributed in the course of one known day: the contribution after each group of the
day's events, one cause a group, in a fixed order. Differences along chains are what was booked.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TypeAlias

import msgspec

from leadtrace.domain.attribution.recorded import Cause
from leadtrace_api.projector.contribution import Basis, Cell, Measure, changes_before, net_of
from leadtrace_api.projector.dimensions import Keys, whole

Cells: TypeAlias = list[tuple[Cell, int]]
# (cause, what the lead contributed after the events of this cause)
Chain: TypeAlias = list[tuple[str, Cells]]


class _Kept(msgspec.Struct, array_like=True, gc=False):
    """One contribution: its steps as (stage or currency, measure, day of the step, amount).

    Its postings are (account, day, keys, amount).
    """

    keys: Keys
    cohort: int
    steps: list[tuple[str, Measure, int, int]]
    postings: list[tuple[str, int, Keys, int]] = []


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[tuple[str, _Kept | None]])


def packed(chain: Chain) -> bytes:
    """A chain as its row keeps it."""
    return _ENCODER.encode([(cause, _kept(made)) for cause, made in chain])


def unpacked(stored: bytes, version: int) -> Chain:
    """The chain that `packed` packed."""
    return [(cause, list(_cells(kept, version)) if kept else []) for cause, kept in _DECODER.decode(stored)]


def steps_of_chains(chains: Iterable[tuple[date, Chain]]) -> Iterator[tuple[date, str, Cells, Cells]]:
    """For each group of each day, days in order: day, cause, what came in and what went out."""
    before: Cells = []
    for day, chain in chains:
        for cause, made in chain:
            if made != before:
                yield day, cause, made, before
            before = made


def changing(days: Iterable[tuple[date, Chain]]) -> list[tuple[date, Chain]]:
    """The days on which a group changed what the lead contributes: others say nothing and are not kept."""
    found: list[tuple[date, Chain]] = []
    before: Cells = []
    for day, chain in days:
        if any(made != before for _, made in chain):
            found.append((day, chain))
        before = chain[-1][1]
    return found


def plainest(day: date, chain: Chain, before: Cells) -> Chain:
    """The same chain in one group if none of its groups changes what counts on a day before."""
    if len(chain) == 1:
        return chain
    for _, made in chain:
        if changes_before(day, net_of(made, before)):
            return chain
        before = made
    return [(Cause.LATER_EVENT.value, chain[-1][1])]


def _kept(made: Sequence[tuple[Cell, int]]) -> _Kept | None:
    if not made:
        return None
    (_, _, cohort, _), keys, _ = made[0][0]
    steps = [
        (name, measure, day.toordinal(), amount)
        for ((_, basis, day, name), _, measure), amount in made
        if basis is Basis.ACTIVITY
    ]
    postings = [
        (name, day.toordinal(), party, amount)
        for ((_, basis, day, name), party, _), amount in made
        if basis is Basis.CUSTODY
    ]
    return _Kept(keys, cohort.toordinal(), steps, postings)


def _cells(kept: _Kept, version: int) -> Iterator[tuple[Cell, int]]:
    cohort, keys = date.fromordinal(kept.cohort), whole(kept.keys)
    for name, measure, day, amount in kept.steps:
        yield ((version, Basis.COHORT, cohort, name), keys, measure), amount
        yield ((version, Basis.ACTIVITY, date.fromordinal(day), name), keys, measure), amount
    for name, day, party, amount in kept.postings:
        yield ((version, Basis.CUSTODY, date.fromordinal(day), name), party, Measure.MOVED), amount
