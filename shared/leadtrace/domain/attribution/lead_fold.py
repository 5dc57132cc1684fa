"""The fold of a lead's own events: capture, touches, claims, holder."""

from collections.abc import Callable, Sequence
from itertools import islice, zip_longest
from typing import cast

from leadtrace.domain.attribution.extract import ASSERTED, BULK, DIMENSIONS
from leadtrace.domain.attribution.lead_state import LeadState, TouchMark
from leadtrace.domain.attribution.presence import is_gone, note_deletion, note_record, note_restoration
from leadtrace.domain.attribution.recorded import MARKS
from leadtrace.domain.attribution.standing import Entry, Standing
from leadtrace.domain.calendar import DAY_US, UTC_DAYS, Days
from leadtrace.domain.custody.hand import Hand
from leadtrace.domain.fact import Fact, Value
from leadtrace.events.catalogue import Code
from leadtrace.events.lead import Stage

# Beyond this many in folding order a lead is a bot, and its touches count by day only.
TOUCH_LIMIT = 10_000
FURTHER_DAYS = 366
# More stage changes than any person makes of one lead; older claims are summed up.
CLAIM_LIMIT = 1_000

_CODE_VERSION = 6
_INQUIRY = Stage.INQUIRY.value


class LeadFold:
    """Attribution's view of a lead's set; deals and qualifications join when it is rendered."""

    def __init__(self, days: Days = UTC_DAYS) -> None:
        self._days = days
        self.version = days.version(_CODE_VERSION)

    def initial(self) -> LeadState:
        """A lead of which nothing is known."""
        return LeadState()

    def reads(self, fact: Fact) -> bool:
        """Whether a fact can change anything."""
        return fact.code in _STEPS or fact.code in MARKS

    def pass_over(self, state: LeadState, fact: Fact) -> None:
        """Count when a fact was recorded."""
        if self.reads(fact):
            state.recorded.take(fact, self._days)

    def step(self, state: LeadState, fact: Fact) -> None:
        """Take the next fact in folding order; a type that is not read changes nothing."""
        self.pass_over(state, fact)
        take = _STEPS.get(fact.code)
        if take is None:
            return
        state.latest_at = fact.at
        if fact.skewed:
            state.skewed = True
        if take not in _FOUND_NOBODY:
            note_record(state.records, fact)
            if state.captured is None and state.record is None:
                state.record, state.told_at = _inquiry(fact), fact.recorded
        take(state, fact)
        if take is not _take_touch and state.records:
            state.own.take_presence(fact.at, identity_of(fact), gone=is_gone(state.records))


def identity_of(fact: Fact) -> str:
    """What outcomes call the event behind something: its source and id."""
    return f"{fact.source} {fact.id}"


def _inquiry(fact: Fact) -> Entry:
    return Entry(fact.at, _INQUIRY, identity_of(fact))


def overlay(below: tuple[Value, ...], above: tuple[Value, ...]) -> tuple[Value, ...]:
    """Dimension by dimension what `above` says, else what `below` does."""
    if not below or not above:
        return above or below
    return tuple(old if new is None else new for old, new in zip_longest(below, above))


def _take_capture(state: LeadState, fact: Fact) -> None:
    # Only the earliest capture says where the lead came from; a later one is a return.
    if state.captured is None:
        state.captured, state.record, state.told_at = _inquiry(fact), None, fact.recorded
        state.origin = overlay(state.origin, fact.values[:DIMENSIONS])
    _take_properties(state, fact)


def _take_update(state: LeadState, fact: Fact) -> None:
    state.origin = overlay(state.origin, fact.values[:DIMENSIONS])
    _take_properties(state, fact)


def _take_properties(state: LeadState, fact: Fact) -> None:
    for name, value in zip(fact.values[DIMENSIONS::2], fact.values[DIMENSIONS + 1 :: 2], strict=True):
        state.own.take_property(fact.at, str(name), None if value is None else str(value))


def _take_claim(state: LeadState, fact: Fact) -> None:
    stage, claimed, actor, *said = cast("tuple[str, str, str | None, *tuple[int, ...]]", fact.values)
    bits = sum(said)
    entry = Entry(
        fact.at,
        stage,
        identity_of(fact),
        claimed,
        actor,
        asserted=bool(bits & ASSERTED),
        bulk=bool(bits & BULK),
        recorded=fact.recorded,
    )
    state.claims.insert(_place_of(entry, state.claims), entry)
    if len(state.claims) > CLAIM_LIMIT:
        oldest = state.claims.pop(0)
        state.past = state.past or Standing()
        state.past.enter(oldest)
        state.past.until = oldest.at


def _place_of(entry: Entry, claims: Sequence[Entry]) -> int:
    """At the end; at one moment changes come before what was only asserted."""
    place = len(claims)
    while not entry.asserted and place and claims[place - 1].asserted and claims[place - 1].at == entry.at:
        place -= 1
    return place


def _take_holder(state: LeadState, fact: Fact) -> None:
    owner, team, *by = cast("tuple[str | None, str | None, *tuple[str | None, ...]]", fact.values)
    state.owner, state.team = owner, team
    hand = Hand(fact.at, fact.code, identity_of(fact), team, owner, actor=by[0] if by else None)
    state.own.take_hand(hand)


def _take_handover(state: LeadState, fact: Fact) -> None:
    # Sets that were kept before handovers were read hold no values of them.
    named = cast("tuple[str | None, ...]", fact.values)
    state.own.take_hand(Hand(fact.at, fact.code, identity_of(fact), *named))


def _take_activity(state: LeadState, fact: Fact) -> None:
    if fact.values:
        state.own.take_contact(fact.at)


def _take_erasure(state: LeadState, fact: Fact) -> None:
    if state.own.erased is None:
        state.own.erased = (fact.at, identity_of(fact))


def _take_deletion(state: LeadState, fact: Fact) -> None:
    note_deletion(state.records, fact)


def _take_restoration(state: LeadState, fact: Fact) -> None:
    note_restoration(state.records, fact)


def _take_watch(state: LeadState, fact: Fact) -> None:
    if state.watched_from is None:
        state.watched_from = fact.at


def _take_touch(state: LeadState, fact: Fact) -> None:
    if state.touches >= TOUCH_LIMIT:
        _count_further(state.further, fact.at // DAY_US)
        return
    state.touches += 1
    state.last_touch = TouchMark(fact.at, fact.values)
    if state.first_touch is None:
        state.first_touch = state.last_touch


def _count_further(further: dict[int, int], day: int) -> None:
    further[day] = further.get(day, 0) + 1
    if len(further) > FURTHER_DAYS:
        # The days come in order, so the first is the oldest: it joins the next, and the sum stays true.
        oldest, following = islice(further, 2)
        further[following] += further.pop(oldest)


_STEPS: dict[int, Callable[[LeadState, Fact], None]] = {
    Code.LEAD_CAPTURED: _take_capture,
    Code.LEAD_UPDATED: _take_update,
    Code.LEAD_STAGE_CHANGED: _take_claim,
    Code.LEAD_OWNER_CHANGED: _take_holder,
    Code.LEAD_DELETED: _take_deletion,
    Code.LEAD_RESTORED: _take_restoration,
    Code.LEAD_ERASED: _take_erasure,
    Code.LEAD_WATCHED: _take_watch,
    Code.TOUCHPOINT_RECORDED: _take_touch,
    Code.ACTIVITY_RECORDED: _take_activity,
    Code.HANDOVER_OFFERED: _take_handover,
    Code.HANDOVER_ACCEPTED: _take_handover,
    Code.HANDOVER_REJECTED: _take_handover,
    Code.HANDOVER_RETURNED: _take_handover,
}
# What shows interest or work is no record of anybody, nor is it that somebody looks from now on.
_FOUND_NOBODY = (_take_touch, _take_activity, _take_erasure, _take_watch)
