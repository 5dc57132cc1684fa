"""Laws of the shared fold machinery: the union, its stored segments, and step against refold."""

from itertools import pairwise
from typing import TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.fact import Fact, key_of, union
from leadtrace.domain.fold import advance, refold, steppable
from leadtrace.domain.segments import pack, unpack
from leadtrace.events.catalogue import Code
from leadtrace.testing.arrival import fold_as_arrived
from leadtrace.testing.strategies import arrivals, facts, facts_with_arrivals

World: TypeAlias = tuple[list[Fact], list[list[Fact]]]

ANYTHING = {
    code: st.sampled_from([(), ("a", 1, None), ("ü", -(2**40))])
    for code in (Code.LEAD_CAPTURED, Code.DEAL_WON)
}


class Recital:
    """A fold that remembers every fact in the order in which it was told: nothing can be mixed up unseen."""

    version = 1

    def initial(self) -> list[str]:
        return []

    def pass_over(self, state: list[str], fact: Fact) -> None:
        """Nothing of it is kept."""

    def step(self, state: list[str], fact: Fact) -> None:
        state.append(f"{fact.source} {fact.id}")


@given(facts_with_arrivals(ANYTHING))
def test_union_is_the_same_for_any_arrival(world: World) -> None:
    given_facts, batches = world
    ordered = union(given_facts)
    assert union([fact for batch in batches for fact in batch]) == ordered
    assert union([*ordered, *given_facts]) == ordered
    merged: list[Fact] = []
    for batch in batches:
        merged = union([*merged, *batch])
    assert merged == ordered


@given(facts(ANYTHING))
def test_union_is_in_total_order_and_loses_no_identity(given_facts: list[Fact]) -> None:
    ordered = union(given_facts)
    keys = [key_of(fact) for fact in ordered]
    assert all(before < after for before, after in pairwise(keys))
    assert {(f.source, f.id) for f in ordered} == {(f.source, f.id) for f in given_facts}


@given(facts(ANYTHING, min_size=1), st.data())
def test_two_bodies_of_one_identity_resolve_alike_in_any_order(
    given_facts: list[Fact], data: st.DataObject
) -> None:
    first = given_facts[0]
    other = Fact(
        first.at + 1,
        first.rank,
        first.sequence,
        first.source,
        first.id,
        1,
        "s",
        skewed=False,
        values=("other",),
    )
    everything = [*given_facts, other]
    shuffled = data.draw(st.permutations(everything))
    assert union(shuffled) == union(everything)


@given(st.lists(facts(ANYTHING, max_size=6), max_size=6))
def test_segments_append_without_reading_each_other(segments: list[list[Fact]]) -> None:
    stored = b"".join(map(pack, segments))
    assert unpack(stored) == [fact for segment in segments for fact in segment]


@given(facts_with_arrivals(ANYTHING))
def test_stepping_what_can_be_stepped_agrees_with_folding_all(world: World) -> None:
    fold = Recital()
    told, known = fold_as_arrived(
        fold,
        world[1],
        encode=lambda state: "\n".join(state).encode(),
        decode=lambda stored: stored.decode().split("\n") if stored else [],
    )
    whole, ordered = refold(fold, world[0])
    assert (told, known) == (whole, ordered)


@given(facts(ANYTHING), st.integers(0, 25))
def test_only_what_sorts_last_is_stepped(given_facts: list[Fact], cut: int) -> None:
    ordered = union(given_facts)
    head, tail = ordered[:cut], ordered[cut:]
    last = key_of(head[-1]) if head else None
    assert steppable(last, tail)
    assert advance(Recital(), refold(Recital(), head)[0], tail) == refold(Recital(), ordered)[0]
    if head and tail:
        assert not steppable(key_of(tail[-1]), head)
        assert not steppable(last, [head[-1]])


@given(st.data())
def test_arrivals_leave_nothing_out(data: st.DataObject) -> None:
    given_facts = data.draw(facts(ANYTHING))
    batches = data.draw(arrivals(given_facts))
    arrived = [fact for batch in batches for fact in batch]
    assert {(f.source, f.id) for f in arrived} == {(f.source, f.id) for f in given_facts}
