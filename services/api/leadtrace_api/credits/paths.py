"""Paths as the data-driven models read them: labels for keys, counts for journeys."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain

from leadtrace.domain.credits.aggregate import PathCount, aggregate
from leadtrace_api.credits.labels import label_of
from leadtrace_api.credits.queries import PathSum

_WON = "won"


def counts_of(
    sums: Iterable[PathSum], currency: str | None = None, still: Iterable[PathCount] = ()
) -> tuple[PathCount, ...]:
    """One row a path in one order, with what it brought in a currency if one is named.

    `still` are open journeys, as they are weighted.
    """
    ended = (
        PathCount(
            tuple(map(label_of, one.path)),
            one.journeys if one.outcome == _WON else 0,
            one.journeys if one.outcome != _WON else 0,
            one.amount if currency is not None and one.counted_in == currency else 0,
        )
        for one in sums
    )
    return aggregate(chain(ended, still))


def brought(sums: Iterable[PathSum]) -> Mapping[str, int]:
    """What journeys with a touch brought, by currency."""
    found: dict[str, int] = defaultdict(int)
    for one in sums:
        if one.path and one.counted_in is not None:
            found[one.counted_in] += one.amount
    return found
