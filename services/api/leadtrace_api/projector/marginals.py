"""From increments of leads to rows of the rollups: the total, each key of each dimension, and some pairs.

Leads without a key in a dimension are in the total only: they are what its keys leave of it. The total is
among the rows whenever another one of its day is, though nothing be added to it: readers know by it which
days have changed. Rows come in one fixed order, so that all who write them lock them alike.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TypeAlias

from leadtrace_api.projector.contribution import (
    REVENUE_MEASURES,
    STAGE_MEASURES,
    Basis,
    Cell,
    Measure,
    Place,
)
from leadtrace_api.projector.dimensions import DIMENSIONS, PAIRS, TOTAL, Keys, name_of_pair, pair_keys

# Definition version, basis, day, stage or currency, dimension, key, and the amount of each measure.
RollupRow: TypeAlias = tuple[int, Basis, date, str, str, str, tuple[int, ...]]
_Amounts: TypeAlias = list[int]
_PLACE = {name: place for place, name in enumerate((TOTAL, *DIMENSIONS, *map(name_of_pair, PAIRS)))}
_ORDER = tuple(_PLACE)


def funnel_rows(increments: Mapping[Cell, int]) -> list[RollupRow]:
    """The rows of `funnel_daily` to add: entered, reached and current."""
    return _rows(increments, STAGE_MEASURES)


def revenue_rows(increments: Mapping[Cell, int]) -> list[RollupRow]:
    """The rows of `revenue_daily` to add: customers, and revenue in minor units."""
    return _rows(increments, REVENUE_MEASURES)


# Definition version, moment (µs), account, team, owner, partner, and by how many leads it changes.
PostingRow: TypeAlias = tuple[int, int, str, str, str, str, int]


def posting_rows(increments: Mapping[Cell, int]) -> list[PostingRow]:
    """The postings to add to the ledger, in one fixed order; a party that is not named is an empty text."""
    sums: Counter[tuple[int, int, str, str, str, str]] = Counter()
    for (place, keys, measure), amount in increments.items():
        if measure is Measure.MOVED:
            team, owner, partner = (*(key or "" for key in keys[1:]), "", "", "")[:3]
            sums[place[0], int(keys[0] or 0), place[3], team, owner, partner] += amount
    return [(*key, sums[key]) for key in sorted(sums) if sums[key]]


def dimension_keys(keys: Keys) -> Iterator[tuple[str, str]]:
    """In which dimensions a lead counts, and with which key: '' for all leads, then those with one, pairs."""
    yield TOTAL, TOTAL
    for dimension, key in zip(DIMENSIONS, keys, strict=True):
        if key is not None:
            yield dimension, key
    yield from pair_keys(keys)


def _rows(increments: Mapping[Cell, int], measures: Sequence[Measure]) -> list[RollupRow]:
    places = _by_place(increments, measures)
    return [row for place in sorted(places) for row in _rows_of(place, places[place])]


def _by_place(
    increments: Mapping[Cell, int], measures: Sequence[Measure]
) -> dict[Place, dict[Keys, _Amounts]]:
    column = {measure: index for index, measure in enumerate(measures)}
    places: dict[Place, dict[Keys, _Amounts]] = {}
    for (place, keys, measure), amount in increments.items():
        index = column.get(measure)
        if index is not None and amount:
            _amounts(places.setdefault(place, {}), keys, len(measures))[index] += amount
    return places


def _rows_of(place: Place, by_keys: Mapping[Keys, _Amounts]) -> Iterator[RollupRow]:
    version, basis, day, name = place
    sums: dict[tuple[int, str], _Amounts] = {}
    for keys, amounts in by_keys.items():
        for dimension, key in dimension_keys(keys):
            _add(sums, (_PLACE[dimension], key), amounts)
    if not any(any(amounts) for amounts in sums.values()):
        return
    for index, key in sorted(sums):
        if any(amounts := sums[index, key]) or _ORDER[index] == TOTAL:
            yield version, basis, day, name, _ORDER[index], key, tuple(amounts)


def _add(sums: dict[tuple[int, str], _Amounts], at: tuple[int, str], amounts: _Amounts) -> None:
    row = sums.get(at)
    if row is None:
        sums[at] = amounts.copy()
    else:
        for index, amount in enumerate(amounts):
            row[index] += amount


def _amounts(by_keys: dict[Keys, _Amounts], keys: Keys, width: int) -> _Amounts:
    amounts = by_keys.get(keys)
    if amounts is None:
        amounts = by_keys[keys] = [0] * width
    return amounts
