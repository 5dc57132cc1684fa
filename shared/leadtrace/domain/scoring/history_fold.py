"""The fold that scoring keeps: by the version in force, and by those before it for as long as they were.

An earlier version folds only what happened before its end, so that a late event of its time still changes
what it said, and nothing later does.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from leadtrace.domain.calendar import UTC_DAYS, Days
from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.domain.fact import Fact
from leadtrace.domain.predict.features import Plan
from leadtrace.domain.predict.telling import Teller
from leadtrace.domain.scoring.fold import ScoreFold, version_of
from leadtrace.domain.scoring.frozen import bounded, period
from leadtrace.domain.scoring.state import ScoreState
from leadtrace.events.snapshots import FrozenPeriod, LeadScore


class HistoryState(msgspec.Struct, array_like=True):
    """The state by the version in force, and one by each other version that ever was."""

    current: ScoreState
    past: list[ScoreState]


@dataclass(frozen=True, slots=True)
class _Past:
    """A version that was in force, and the end (µs) of the last time that it was; None while it is."""

    fold: ScoreFold
    until: int | None

    def reads(self, at: int) -> bool:
        return self.until is None or at < self.until


@dataclass(frozen=True, slots=True)
class _Period:
    """A time in force; `place` is that of its state among the past ones, None for the current version's."""

    fold: ScoreFold
    place: int | None
    since: int
    until: int | None


class HistoryFold:
    """`domain.fold.Fold` over the facts of a lead, by a schedule of definitions.

    With a `plan` it remembers what features are made of by it, so that models of that plan can be asked.
    """

    def __init__(self, schedule: Schedule, days: Days = UTC_DAYS, plan: Plan | None = None) -> None:
        self.schedule = schedule
        self.days = days
        self.plan = plan
        self.current = ScoreFold(schedule.current, days, plan)
        self.definition = self.current.definition
        self._past, self._periods = self._earlier(schedule, days)
        self.version = version_of(schedule.label, days, plan)

    def _earlier(self, schedule: Schedule, days: Days) -> tuple[list[_Past], list[_Period]]:
        ends = {
            reign.definitions.version: schedule.until(place)
            for place, reign in enumerate(schedule.before)
            if reign.definitions.version != schedule.version
        }
        folds = {
            reign.definitions.version: ScoreFold(reign.definitions, days)
            for reign in schedule.before
            if reign.definitions.version in ends
        }
        places = {version: place for place, version in enumerate(ends)}
        periods = [
            _Period(
                folds.get(reign.definitions.version, self.current),
                places.get(reign.definitions.version),
                reign.since,
                schedule.until(place),
            )
            for place, reign in enumerate(schedule.before)
        ]
        return [_Past(folds[version], until) for version, until in ends.items()], periods

    def initial(self) -> HistoryState:
        """The state of the empty set."""
        return HistoryState(self.current.initial(), [one.fold.initial() for one in self._past])

    def step(self, state: HistoryState, fact: Fact) -> None:
        """Take one more fact, later in order than all before it, into `state`."""
        self.current.step(state.current, fact)
        for past, held in zip(self._past, state.past, strict=True):
            if past.reads(fact.at):
                past.fold.step(held, fact)

    def pass_over(self, state: HistoryState, fact: Fact) -> None:
        """Nothing: what was corrected scores nothing."""

    def judged(self, state: HistoryState, now: int) -> tuple[HistoryState, int | None]:
        """The state as judged at the midnights up to a moment (µs), a copy where that changes it.

        Beside it a midnight after that moment before which none judges otherwise though nothing happens; None
        where none ever does.
        """
        current, due = self.current.judged(state.current, now)
        past = []
        for one, held in zip(self._past, state.past, strict=True):
            judged, following = one.fold.judged(held, now if one.until is None else min(now, one.until - 1))
            past.append(judged)
            if following is not None and one.reads(following):
                due = following if due is None else min(due, following)
        return HistoryState(current, past), due

    def render(self, state: HistoryState, *, lead_id: str, model: Teller | None = None) -> LeadScore:
        """The body that the state amounts to; with a `model` of the fold's plan also what that predicts."""
        body = self.current.render(state.current, lead_id=lead_id, model=model)
        if not self._periods:
            return body
        frozen, omitted = bounded(list(self._frozen(state)))
        return msgspec.structs.replace(body, frozen=frozen, frozen_omitted=omitted)

    def absorbed(self, *, lead_id: str, redirect_to: str) -> LeadScore:
        """The body of a lead whose record belongs to another one now."""
        return self.current.absorbed(lead_id=lead_id, redirect_to=redirect_to)

    def _frozen(self, state: HistoryState) -> Iterator[FrozenPeriod]:
        for one in self._periods:
            held = state.current if one.place is None else state.past[one.place]
            yield period(
                one.fold.definition,
                one.fold.renderer.timeline(held),
                one.fold.renderer.qualifications(held),
                since=one.since,
                until=one.until,
            )


def fold_by(definitions: Definitions, days: Days = UTC_DAYS, plan: Plan | None = None) -> HistoryFold:
    """The fold by definitions that are in force since ever."""
    return HistoryFold(Schedule(definitions), days, plan)


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(HistoryState)


def encode_history(state: HistoryState) -> bytes:
    """The state as stored; equal states give equal bytes."""
    return _ENCODER.encode(state)


def decode_history(stored: bytes) -> HistoryState:
    """The state of `encode_history`.

    Raises:
        msgspec.DecodeError: the bytes are of another shape.
    """
    return _DECODER.decode(stored)
