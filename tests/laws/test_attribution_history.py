"""The stage history against a slow reference that is written from the rules, not from the code."""

from dataclasses import dataclass
from datetime import timedelta

from hypothesis import given

from leadtrace.domain.attribution.views import DealView
from leadtrace.domain.fact import Fact, union
from leadtrace.events.catalogue import Code
from leadtrace.events.snapshots import LeadOutcome
from leadtrace.testing.attribution_facts import lead_outcome
from leadtrace.testing.attribution_strategies import LEAD_VALUES, deals_of_a_lead
from leadtrace.testing.strategies import facts

RUNGS = ["inquiry", "lead", "mql", "sal", "sql", "opportunity", "customer"]
BESIDE = ["recycled", "disqualified", "lost"]
HEIGHTS = RUNGS + BESIDE


_NO_RECORD = (Code.TOUCHPOINT_RECORDED, Code.ACTIVITY_RECORDED, Code.LEAD_ERASED, Code.LEAD_WATCHED)


@dataclass
class Moment:
    at: int
    stage: str
    claimed: bool
    event: str = ""
    asserted: bool = False
    bulk: bool = False
    late: timedelta = timedelta(0)


def _captured_at(ordered: list[Fact], deals: list[DealView]) -> int | None:
    """The earliest capture, else the earliest event of the record, else the earliest deal."""
    captures = [fact.at for fact in ordered if fact.code == Code.LEAD_CAPTURED]
    records = [fact.at for fact in ordered if fact.code in LEAD_VALUES and fact.code not in _NO_RECORD]
    for moments in (captures, records, [deal.created_at for deal in deals]):
        if moments:
            return min(moments)
    return None


def _derived(captured_at: int | None, deals: list[DealView]) -> list[Moment]:
    moments = [] if captured_at is None else [Moment(captured_at, "inquiry", claimed=False)]
    alive = [deal for deal in deals if deal.status != "deleted"]
    for deal in alive:
        moments.append(Moment(deal.created_at, "opportunity", claimed=False, event=deal.deal_id))
        if deal.closed_at is None:
            continue
        if deal.status == "won":
            moments.append(Moment(deal.closed_at, "customer", claimed=False, event=deal.deal_id))
            continue
        there = [
            d
            for d in alive
            if d.created_at <= deal.closed_at or (d.closed_at or deal.closed_at + 1) <= deal.closed_at
        ]
        if all(
            d.status == "lost" and d.closed_at is not None and d.closed_at <= deal.closed_at for d in there
        ):
            moments.append(Moment(deal.closed_at, "lost", claimed=False, event=deal.deal_id))
    return moments


def _in_time(ordered: list[Fact], derived: list[Moment]) -> list[Moment]:
    """Claims keep their order, but for assertions, which go behind the changes of their moment.

    Each derived moment goes before the first claim that is later or higher.
    """
    line = [
        Moment(
            fact.at,
            str(fact.values[0]),
            claimed=True,
            event=f"{fact.source} {fact.id}",
            asserted=fact.values[3:] in {(1,), (3,)},
            bulk=fact.values[3:] in {(2,), (3,)},
            late=timedelta(microseconds=fact.recorded - fact.at),
        )
        for fact in ordered
        if fact.code == Code.LEAD_STAGE_CHANGED
    ]
    line.sort(key=lambda moment: (moment.at, moment.asserted))
    for moment in sorted(derived, key=lambda m: (m.at, HEIGHTS.index(m.stage), m.event)):
        place = 0
        while place < len(line):
            other = line[place]
            later = other.at > moment.at
            higher = other.at == moment.at and HEIGHTS.index(other.stage) > HEIGHTS.index(moment.stage)
            if other.claimed and (later or higher):
                break
            place += 1
        line.insert(place, moment)
    return line


def _kind(path: list[str], stage: str) -> str:
    rungs = [RUNGS.index(passed) for passed in path if passed in RUNGS]
    before = rungs[-1] if rungs else -1
    if stage in BESIDE or RUNGS.index(stage) == before:
        return "beside"
    climbed = RUNGS.index(stage) - before
    return {True: "backward", False: "forward" if climbed == 1 else "skipped"}[climbed < 0]


def _history(line: list[Moment]) -> list[tuple[int, str, str, tuple[str, ...]]]:
    path: list[str] = []
    history = []
    entered: list[Moment] = []
    changed = False
    for moment in line:
        now = path[-1] if path else None
        change = moment.claimed and not moment.asserted
        if now == moment.stage:
            changed = changed or change
            continue
        if moment.asserted and not _is_news(path, moment.stage, changed=changed):
            continue
        if not moment.claimed and now is not None:
            held = now in RUNGS and RUNGS.index(now) >= HEIGHTS.index(moment.stage)
            if held or moment.stage == "inquiry":
                continue
        marks = ["looping"] if moment.stage in path else []
        history.append((moment.at, moment.stage, _kind(path, moment.stage), marks))
        entered.append(moment)
        path.append(moment.stage)
        changed = change
    edits = [moment for moment in entered if moment.claimed and not moment.asserted]
    for (_, _, _, marks), moment in zip(history, entered, strict=True):
        if moment not in edits:
            continue
        doubts = {
            "bulk": moment.bulk,
            "backdated": moment.late > timedelta(days=3),
            "same_second": len([other for other in edits if abs(other.at - moment.at) < 1_000_000]) > 1,
        }
        marks += [mark for mark, holds in doubts.items() if holds]
    return [(at, stage, kind, tuple(marks)) for at, stage, kind, marks in history]


def _is_news(path: list[str], stage: str, *, changed: bool) -> bool:
    """An assertion is news where it was never so before, is higher, and undoes no claim."""
    if stage in path:
        return False
    if path and path[-1] in BESIDE and changed:
        return False
    rungs = [RUNGS.index(passed) for passed in path if passed in RUNGS]
    top = rungs[-1] if rungs else -1
    if stage in BESIDE:
        return RUNGS[top] != "customer" if rungs else True
    return RUNGS.index(stage) > top or not path


@given(facts(LEAD_VALUES, max_size=30), deals_of_a_lead())
def test_history_is_what_the_slow_reference_writes(given_facts: list[Fact], deals: list[DealView]) -> None:
    ordered = union(given_facts)
    captured_at = _captured_at(ordered, deals)
    expected = _history(_in_time(ordered, _derived(captured_at, deals)))
    outcome = lead_outcome(given_facts, *deals)
    written = [(passed.at, passed.stage.value, passed.kind, passed.marks) for passed in outcome.transitions]
    assert written == expected
    assert outcome.captured_at == captured_at
    assert outcome.first_reached == {
        stage: min(at for at, reached, _, _ in expected if reached == stage) for _, stage, _, _ in expected
    }
    assert outcome.entries == {
        stage: len([1 for _, reached, _, _ in expected if reached == stage]) for _, stage, _, _ in expected
    }


@given(facts(LEAD_VALUES), deals_of_a_lead())
def test_a_lead_agrees_with_itself(given_facts: list[Fact], deals: list[DealView]) -> None:
    outcome = lead_outcome(given_facts, *deals)
    moments = [passed.at for passed in outcome.transitions]
    assert moments == sorted(moments)
    assert sum(outcome.entries.values()) >= len(outcome.first_reached)
    assert sum(outcome.entries.values()) == len(moments) + outcome.transitions_omitted
    assert list(outcome.entries) == list(outcome.first_reached)
    assert [stage.value for stage in outcome.entries] == [s for s in HEIGHTS if s in outcome.entries]
    assert (outcome.stage, outcome.stage_since) == _last(outcome)
    assert outcome.flags == tuple(sorted(outcome.flags))
    assert outcome.won_at is None or outcome.lost_at is None


def _last(outcome: LeadOutcome) -> tuple[object, int | None]:
    if not outcome.transitions:
        return None, None
    return outcome.transitions[-1].stage, outcome.transitions[-1].at


@given(facts(LEAD_VALUES))
def test_acquisition_is_the_first_touchs_or_the_captures(given_facts: list[Fact]) -> None:
    outcome = lead_outcome(given_facts)
    ordered = union(given_facts)
    touches = [fact for fact in ordered if fact.code == Code.TOUCHPOINT_RECORDED]
    assert outcome.touches == len(touches)
    assert (outcome.first_touch.at if outcome.first_touch else None) == min(
        (t.at for t in touches), default=None
    )
    assert (outcome.last_touch.at if outcome.last_touch else None) == max(
        (t.at for t in touches), default=None
    )
    captured_at = outcome.captured_at
    in_time = [touch for touch in touches if captured_at is None or touch.at <= captured_at]
    if in_time:
        assert outcome.first_touch is not None
        assert outcome.acquisition == outcome.first_touch.acquisition
        return
    capture = next((fact for fact in ordered if fact.code == Code.LEAD_CAPTURED), None)
    sources = [fact for fact in ordered if fact.code == Code.LEAD_UPDATED or fact is capture]
    for number, dimension in enumerate(outcome.acquisition.__struct_fields__):
        said = [fact.values[number] for fact in sources if len(fact.values) > number and fact.values[number]]
        assert getattr(outcome.acquisition, dimension) == (said[-1] if said else None)
