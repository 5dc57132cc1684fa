"""Merges and splits between records: which of them hold, given all claims on the same pair.

The last claim in folding order decides on a pair. A claim that anybody could have made joins a visitor to the
record that named him first, and to no other: whoever shares a browser shares no person.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from leadtrace.domain.corrections import Identity
from leadtrace_ingest.identity.claims import Place


class PairRow(NamedTuple):
    """A claim on two records as its table holds it; `open` is one that anybody could have made."""

    subject_key: UUID
    other_key: UUID
    source: str
    id: str
    at: int
    rank: int
    sequence: str
    apart: bool
    open: bool

    @property
    def pair(self) -> frozenset[UUID]:
        """The two records."""
        return frozenset((self.subject_key, self.other_key))

    @property
    def place(self) -> Place:
        """Where the claim stands in the folding order."""
        return Place(self.at, self.rank, self.sequence, self.source, self.id)

    @property
    def identity(self) -> Identity:
        """The event that makes the claim."""
        return self.source, self.id


@dataclass(slots=True)
class Pairs:
    """Pairs that are one, and pairs that are not."""

    merged: set[frozenset[UUID]] = field(default_factory=set)
    split: set[frozenset[UUID]] = field(default_factory=set)


def decided(rows: Iterable[PairRow], void: set[Identity]) -> Pairs:
    """What all claims on the pairs come to; for a visitor every open claim must be among them."""
    standing = [row for row in rows if row.identity not in void]
    first = _first_to_name(standing)
    newest: dict[frozenset[UUID], PairRow] = {}
    for row in standing:
        if row.open and (row.apart or first[row.other_key].subject_key != row.subject_key):
            continue
        known = newest.get(row.pair)
        if known is None or known.place < row.place:
            newest[row.pair] = row
    found = Pairs()
    for pair, row in newest.items():
        (found.split if row.apart else found.merged).add(pair)
    return found


def _first_to_name(rows: Iterable[PairRow]) -> dict[UUID, PairRow]:
    first: dict[UUID, PairRow] = {}
    for row in rows:
        if row.open and not row.apart:
            known = first.get(row.other_key)
            if known is None or row.place < known.place:
                first[row.other_key] = row
    return first
