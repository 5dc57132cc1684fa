"""A fact: what a service keeps of an event in its set, small enough to keep for good.

Facts fold in one total order, (`at`, source rank, `sequence`, `source`, `id`), and (`source`, `id`) is
their identity. Text compares by code point.
"""

from collections.abc import Iterable
from operator import attrgetter
from typing import TypeAlias

import msgspec

from leadtrace.events.envelope import Event
from leadtrace.events.times import to_micros

Value: TypeAlias = str | int | None
Key: TypeAlias = tuple[int, int, str, str, str]

# A sender's clock may run this far ahead of the door before the door's own time is taken instead.
CLOCK_SKEW_TOLERANCE_US = 5 * 60 * 1_000_000


class Fact(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One event as its readers fold it.

    `at` is the folding moment in µs: the event's `time`, or its `recordedtime` where the sender's clock
    ran ahead (`skewed`). `code` is the catalogue's number of the type, `values` the few that the fold
    reads; for a type not known yet `code` is 0 and `values` hold the type and the data as JSON text.
    `recorded` is the `recordedtime`; 0 in sets that were kept before it was.
    """

    at: int
    rank: int
    sequence: str
    source: str
    id: str
    code: int
    subject: str
    skewed: bool
    values: tuple[Value, ...]
    recorded: int = 0


sort_key = attrgetter("at", "rank", "sequence", "source", "id")


def key_of(fact: Fact) -> Key:
    """Where a fact stands in the total order."""
    return (fact.at, fact.rank, fact.sequence, fact.source, fact.id)


def folding_moment(occurred: int, recorded: int) -> int:
    """When something folds (µs): when it happened, but when it was recorded if that lies far before."""
    return recorded if occurred > recorded + CLOCK_SKEW_TOLERANCE_US else occurred


def fact_of(event: Event, *, code: int, values: tuple[Value, ...]) -> Fact:
    """The fact of an event; `values` are what the reading service extracts from its data."""
    occurred = to_micros(event.time)
    recorded = to_micros(event.recordedtime)
    at = folding_moment(occurred, recorded)
    return Fact(
        at=at,
        rank=event.sourcerank,
        sequence=event.sequence,
        source=event.source,
        id=event.id,
        code=code,
        subject=event.subject,
        skewed=at != occurred,
        values=values,
        recorded=recorded,
    )


def union(facts: Iterable[Fact]) -> list[Fact]:
    """The set of the facts, each identity once, in folding order.

    Should one identity ever come with two bodies, the smaller encoding wins, so that the result does not
    depend on the order of arrival.
    """
    by_identity: dict[tuple[str, str], Fact] = {}
    for fact in facts:
        known = by_identity.setdefault((fact.source, fact.id), fact)
        if known is not fact and known != fact:
            by_identity[fact.source, fact.id] = min(known, fact, key=msgspec.msgpack.encode)
    return sorted(by_identity.values(), key=sort_key)
