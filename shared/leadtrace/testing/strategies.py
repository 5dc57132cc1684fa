"""Hypothesis strategies of facts and of the ways in which they may arrive.

Moments, sequences and sources come from small pools on purpose, so that equal times and ties of every
part of the order are common rather than a rarity.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from hypothesis import strategies as st

from leadtrace.domain.fact import Fact, Value
from leadtrace.events.catalogue import Code

Values = tuple[Value, ...]

DAY_US = 86_400_000_000
START_US = 1_700_000_000_000_000

_SOURCES = ("crm/hubspot", "site", "Site", "straße")
_RANKS = (10, 100, 100, 200)
_SEQUENCES = ("", "", "0000000001", "0000000002", "0000000010")
_SUBJECTS = ("contact/1", "contact/2", "deal/9")
_UNKNOWN_VALUES: st.SearchStrategy[Values] = st.sampled_from(
    [("io.leadtrace.lead.teleported.v1", "{}"), ("io.leadtrace.lead.captured.v7", '{"properties":{"a":"b"}}')]
)


def moments(*, days: int = 120) -> st.SearchStrategy[int]:
    """Moments (µs): on few round days, seconds around them, or anywhere in `days`."""
    whole_days = st.integers(0, min(days, 6)).map(lambda day: START_US + day * DAY_US)
    near = st.tuples(whole_days, st.integers(-2, 2)).map(lambda pair: pair[0] + pair[1] * 1_000_000)
    anywhere = st.integers(START_US, START_US + days * DAY_US)
    return st.one_of(whole_days, near, anywhere)


def facts(
    values: Mapping[Code, st.SearchStrategy[Values]],
    *,
    max_size: int = 25,
    min_size: int = 0,
    unknown: bool = True,
) -> st.SearchStrategy[list[Fact]]:
    """Facts of distinct identities, of the codes in `values` and, if `unknown`, of types not known yet.

    The list is in no particular order; what a code's facts hold is drawn from its strategy.
    """
    drawn = dict(values)
    if unknown:
        drawn[Code.UNKNOWN] = _UNKNOWN_VALUES
    one = st.one_of([_fact(code, values) for code, values in drawn.items()])
    return st.lists(one, min_size=min_size, max_size=max_size, unique_by=lambda fact: (fact.source, fact.id))


def _fact(code: Code, values: st.SearchStrategy[Values]) -> st.SearchStrategy[Fact]:
    return st.builds(
        Fact,
        at=moments(),
        rank=st.sampled_from(_RANKS),
        sequence=st.sampled_from(_SEQUENCES),
        source=st.sampled_from(_SOURCES),
        id=st.integers(0, 999).map(str),
        code=st.just(int(code)),
        subject=st.sampled_from(_SUBJECTS),
        skewed=st.booleans(),
        values=values,
        recorded=moments(),
    )


@st.composite
def arrivals(draw: st.DrawFn, given: Sequence[Fact], *, max_copies: int = 5) -> list[list[Fact]]:
    """One way in which `given` may arrive: all of it in any order, some more than once, in batches."""
    copies = draw(st.lists(st.sampled_from(given), max_size=max_copies)) if given else []
    order = draw(st.permutations([*given, *copies]))
    if not order:
        return []
    cuts = sorted(draw(st.sets(st.integers(0, len(order)), max_size=len(order))) | {0, len(order)})
    return [list(order[start:end]) for start, end in pairwise(cuts)]


@st.composite
def facts_with_arrivals(
    draw: st.DrawFn, values: Mapping[Code, st.SearchStrategy[Values]], *, max_size: int = 25
) -> tuple[list[Fact], list[list[Fact]]]:
    """Facts, and one way in which they may arrive."""
    given = draw(facts(values, max_size=max_size))
    return given, draw(arrivals(given))
