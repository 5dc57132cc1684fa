"""Folding: a step over facts in order, and a saved state that is only a cache of the set.

A fact that sorts after all known ones is stepped; an earlier one has the whole set folded again. The law
is that both agree, for any order of arrival.
"""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from leadtrace.domain.corrections import effective
from leadtrace.domain.fact import Fact, Key, key_of, union

State = TypeVar("State")


class Fold(Protocol[State]):
    """A pure function of a set of facts, written as a step."""

    @property
    def version(self) -> int:
        """Raised whenever step or state changes: a state saved by another version is folded anew."""

    def initial(self) -> State:
        """The state of the empty set."""

    def step(self, state: State, fact: Fact) -> None:
        """Take one more fact, later in order than all before it, into `state`."""

    def pass_over(self, state: State, fact: Fact) -> None:
        """The same of one that was corrected: it counts no more, but it is known."""


def refold(fold: Fold[State], facts: Sequence[Fact]) -> tuple[State, list[Fact]]:
    """The state of a set from nothing, and the set in folding order; what was corrected does not count."""
    ordered = union(facts)
    state = fold.initial()
    standing = effective(ordered)
    if standing is ordered:
        return advance(fold, state, ordered), ordered
    counted = {(fact.source, fact.id) for fact in standing}
    for fact in ordered:
        take = fold.step if (fact.source, fact.id) in counted else fold.pass_over
        take(state, fact)
    return state, ordered


def steppable(last: Key | None, arrived: Sequence[Fact]) -> bool:
    """Whether facts in folding order all sort after `last`, so that the set need not be read."""
    return last is None or not arrived or key_of(arrived[0]) > last


def advance(fold: Fold[State], state: State, arrived: Sequence[Fact]) -> State:
    """Step facts that are `steppable` and in folding order into a state."""
    for fact in arrived:
        fold.step(state, fact)
    return state
