"""The law of the projection: rollups are the sum over all leads, whatever arrived in whichever way."""

from collections import Counter
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from leadtrace.bus.protocol import Record
from leadtrace.domain.calendar import calendar
from leadtrace.events.snapshots import LEAD_CONCLUDED, LeadOutcome
from leadtrace_api.projector.arrivals import Newest, SnapshotKey, arrivals_of, newest
from leadtrace_api.projector.contribution import Increments, add, cells, contribution, take_out
from leadtrace_api.projector.dimensions import DIMENSIONS, PAIRS, TOTAL, keys_of, written_pair
from leadtrace_api.projector.marginals import funnel_rows, revenue_rows
from tests.unit.api.snapshots import outcomes, record

DAY_OF = calendar(ZoneInfo("Europe/Berlin"))
DECODER = msgspec.json.Decoder(LeadOutcome)
LEADS = 3


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[int, LeadOutcome]]:
    """Revisions of a few leads; one revision of one lead and version always names one body."""
    made = []
    for number in range(1, LEADS + 1):
        bodies = draw(st.lists(outcomes(number), max_size=4))
        made += [(1_000 + position, body) for position, body in enumerate(bodies)]
    return made


@st.composite
def arrivals(draw: st.DrawFn, history: Sequence[tuple[int, LeadOutcome]]) -> list[list[Record]]:
    """Any order, any copies, any split into batches."""
    copies = draw(st.lists(st.sampled_from(history), max_size=4)) if history else []
    order = draw(st.permutations([*history, *copies]))
    batches: list[list[Record]] = [[]]
    for revision, body in order:
        batches[-1].append(record(body, revision))
        if draw(st.booleans()):
            batches.append([])
    return batches


def read(new: Newest) -> tuple[int, LeadOutcome]:
    """Revision and body of a snapshot."""
    return new.revision, DECODER.decode(new.raw)


class Store:
    """What the projector keeps, in memory: the newest outcomes and the sum of all differences."""

    def __init__(self) -> None:
        self.held: dict[SnapshotKey, tuple[int, LeadOutcome]] = {}
        self.rollups: Increments = Counter()

    def apply(self, batch: Sequence[Record]) -> None:
        """One batch, as the handler applies it."""
        arrived = arrivals_of(batch, (1, 2, 3))
        for key, revisions in arrived.by_type[LEAD_CONCLUDED.type].items():
            held, old = self.held.get(key, (0, None))
            found = newest(revisions, key, held, read, arrived.dead)
            if found is not None:
                add(self.rollups, cells(found[1], DAY_OF))
                take_out(self.rollups, cells(old, DAY_OF))
                self.held[key] = found
        assert not arrived.dead


def last_of_each(history: Sequence[tuple[int, LeadOutcome]]) -> list[LeadOutcome]:
    """The body of the highest revision of each lead and version."""
    highest: dict[tuple[str, int], tuple[int, LeadOutcome]] = {}
    for revision, body in history:
        key = (body.lead_id, body.definition.version)
        if key not in highest or highest[key][0] < revision:
            highest[key] = (revision, body)
    return [body for _, body in highest.values()]


@given(st.data())
def test_rollups_are_the_sum_over_the_newest_snapshots(data: st.DataObject) -> None:
    history = data.draw(histories())
    store = Store()
    for batch in data.draw(arrivals(history)):
        store.apply(batch)
    expected: Increments = Counter()
    for body in last_of_each(history):
        expected.update(contribution(body, DAY_OF))
    assert funnel_rows(store.rollups) == funnel_rows(expected)
    assert revenue_rows(store.rollups) == revenue_rows(expected)


@given(outcomes(1))
def test_no_dimension_holds_more_than_the_total(outcome: LeadOutcome) -> None:
    """A lead is in at most one group of each dimension or pair; where it is in none, in the total alone."""
    made = contribution(outcome, DAY_OF)
    held = dict(zip((TOTAL, *DIMENSIONS), (TOTAL, *keys_of(outcome)), strict=True))
    for one, other in PAIRS:
        keys = held[one], held[other]
        held[f"{one},{other}"] = None if keys == (None, None) else written_pair(*keys)
    for rows in (funnel_rows(made), revenue_rows(made)):
        by_dimension: dict[str, set[tuple[object, ...]]] = {}
        for version, basis, day, name, dimension, key, amounts in rows:
            assert key == held[dimension]
            by_dimension.setdefault(dimension, set()).add((version, basis, day, name, amounts))
        total = by_dimension.get(TOTAL, set())
        for name, own in held.items():
            assert by_dimension.get(name, set()) == (total if own is not None else set())


@given(outcomes(1))
def test_both_bases_count_the_same_leads(outcome: LeadOutcome) -> None:
    """They differ in the day only."""
    sums: dict[str, Counter[tuple[str, str]]] = {"cohort": Counter(), "activity": Counter()}
    for ((_, basis, _, name), _, measure), amount in contribution(outcome, DAY_OF).items():
        sums[basis][name, measure] += amount
    assert sums["cohort"] == sums["activity"]
