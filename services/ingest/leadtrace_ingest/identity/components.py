"""Which records are of one: connected components over what joins them, less what was split.

A pure function of sets: neither the order in which claims came nor their copies can change it, so that
merging is commutative, associative and idempotent, and merge then split equals never merged.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import NamedTuple
from uuid import UUID

from leadtrace.events.binding import Ground


class Member(NamedTuple):
    """A record: its standing (CRM record before form before visitor), the entity that it founded."""

    standing: int
    founded: UUID


@dataclass(slots=True)
class Evidence:
    """What speaks for and against records being one, by their keys.

    `merged` and `split` are pairs whose newest claim says so; `shared` are the records that share an identity
    key, by that key's kind; `crowded` share one that too many share.
    """

    merged: set[frozenset[UUID]] = field(default_factory=set)
    split: set[frozenset[UUID]] = field(default_factory=set)
    shared: list[tuple[Ground, tuple[UUID, ...]]] = field(default_factory=list)
    crowded: set[UUID] = field(default_factory=set)


class Home(NamedTuple):
    """Where a record belongs, and why."""

    entity: UUID
    because: Ground


def homes(members: Mapping[UUID, Member], evidence: Evidence) -> dict[UUID, Home]:
    """The entity of each record: that of its component's member of lowest standing and smallest id."""
    parents = {one: one for one in members}
    grounds: dict[UUID, Ground] = {}
    for ground, one, other in _edges(evidence):
        if one not in parents or other not in parents:
            continue
        for end in (one, other):
            grounds[end] = min(grounds.get(end, ground), ground, key=_RANK.__getitem__)
        _unite(parents, one, other)
    best: dict[UUID, Member] = {}
    for one, member in members.items():
        root = _find(parents, one)
        best[root] = min(best.get(root, member), member)
    return {
        one: Home(best[_find(parents, one)].founded, grounds.get(one) or _alone(one, evidence))
        for one in members
    }


_RANK = {ground: rank for rank, ground in enumerate(Ground)}


def _edges(evidence: Evidence) -> Iterator[tuple[Ground, UUID, UUID]]:
    for pair in evidence.merged:
        one, other = pair
        yield Ground.MERGED, one, other
    for ground, sharing in evidence.shared:
        for one, other in _pairs(sharing, evidence.split):
            yield ground, one, other


def _pairs(sharing: Collection[UUID], split: set[frozenset[UUID]]) -> Iterable[tuple[UUID, UUID]]:
    """A chain through all of them does, unless some of them were split."""
    ordered = sorted(sharing)
    among = set(ordered)
    if not any(pair <= among for pair in split):
        return pairwise(ordered)
    return [pair for pair in combinations(ordered, 2) if frozenset(pair) not in split]


def _alone(one: UUID, evidence: Evidence) -> Ground:
    if any(one in pair for pair in evidence.split):
        return Ground.SPLIT
    return Ground.FAN_IN if one in evidence.crowded else Ground.LEFT_ALONE


def _find(parents: dict[UUID, UUID], one: UUID) -> UUID:
    while parents[one] != one:
        parents[one] = parents[parents[one]]
        one = parents[one]
    return one


def _unite(parents: dict[UUID, UUID], one: UUID, other: UUID) -> None:
    one, other = _find(parents, one), _find(parents, other)
    if one != other:
        parents[max(one, other)] = min(one, other)
