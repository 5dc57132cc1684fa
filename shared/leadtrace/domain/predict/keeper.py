"""Features out of what the scoring fold remembers of a lead, so that no set is read to predict.

A law says that at any moment not before the latest fact they are what `features_at` reads of the whole set.
"""

from collections.abc import Callable
from typing import Final

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.fact import Fact
from leadtrace.domain.predict.features import (
    AGE_DAYS,
    CHANNEL,
    COUNTED_TOUCHES,
    DAYS_SINCE_TOUCH,
    FIRST_CHANNEL,
    LAST_CHANNEL,
    LAST_SIGNAL,
    STAGE,
    TOUCHES,
    TOUCHES_OF_A_WEEK,
    WEEK_DAYS,
    Features,
    Plan,
    dimension,
    number_of,
    property_text,
    tags_in,
)
from leadtrace.domain.scoring.conditions import SIGNAL
from leadtrace.domain.scoring.memory import Memory
from leadtrace.domain.stages import ORDER
from leadtrace.events.catalogue import Code
from leadtrace.events.lead import LADDER, Stage

_WON: Final = ORDER[Stage.CUSTOMER.value]
_LOST: Final = (Stage.LOST.value, Stage.DISQUALIFIED.value)


class Keeper:
    """Keeps memories by one plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        names = plan.properties
        self._place_of = {name: place for place, name in enumerate(names)}
        self._texts = tuple((name, self._place_of[name]) for name in plan.texts)
        self._numbers = tuple((name, self._place_of[name]) for name in plan.numbers)
        self._tags = tuple(self._place_of[name] for name in plan.tags)
        self._takes: dict[int, Callable[[Memory, Fact], None]] = {
            Code.LEAD_CAPTURED: self._on_properties,
            Code.LEAD_UPDATED: self._on_properties,
            Code.LEAD_STAGE_CHANGED: _on_stage,
            Code.TOUCHPOINT_RECORDED: _on_touch,
        }

    def initial(self) -> Memory:
        """Nothing is known."""
        return Memory([""] * len(self._place_of), [])

    def take(self, memory: Memory, fact: Fact) -> None:
        """Take in one more fact that scoring reads, later in order than all before it."""
        if memory.first is None:
            memory.first = fact.at
        take = self._takes.get(fact.code)
        if take is not None:
            take(memory, fact)

    def features(self, memory: Memory, at: int) -> Features:
        """The features at a moment (µs) not before the latest fact."""
        known = memory.known
        texts = {name: text for name, place in self._texts if (text := known[place])}
        texts[STAGE] = LADDER[memory.rung].value
        numbers: dict[str, float] = {}
        for name, place in self._numbers:
            number = number_of(known[place])
            if number is not None:
                numbers[name] = number
        numbers[TOUCHES] = float(memory.touches)
        oldest = at // DAY_US - WEEK_DAYS
        numbers[TOUCHES_OF_A_WEEK] = float(sum([count for day, count in memory.week if day > oldest]))
        if memory.last_touch is not None:
            numbers[DAYS_SINCE_TOUCH] = (at - memory.last_touch) / DAY_US
        if memory.first_channel:
            texts[FIRST_CHANNEL] = memory.first_channel
        if memory.last_channel:
            texts[LAST_CHANNEL] = memory.last_channel
        if memory.last_signal:
            texts[LAST_SIGNAL] = memory.last_signal
        if memory.first is not None:
            numbers[AGE_DAYS] = (at - memory.first) / DAY_US
        return Features(texts, numbers, tags_in([known[place] for place in self._tags]))

    def _on_properties(self, memory: Memory, fact: Fact) -> None:
        values = fact.values
        for index in range(0, len(values) - 1, 2):
            place = self._place_of.get(str(values[index]))
            if place is not None:
                memory.known[place] = property_text(values[index + 1])


def _on_stage(memory: Memory, fact: Fact) -> None:
    if not fact.values:
        return
    stage = str(fact.values[0])
    rung = ORDER.get(stage, _WON)
    if rung < _WON:
        memory.rung = max(memory.rung, rung)
    memory.won = memory.won or stage == Stage.CUSTOMER.value
    memory.lost = stage in _LOST


def _on_touch(memory: Memory, fact: Fact) -> None:
    if memory.touches >= COUNTED_TOUCHES:
        return
    channel = dimension(fact.values, CHANNEL)
    if not memory.touches:
        memory.first_channel = channel
    memory.touches += 1
    memory.last_touch = fact.at
    memory.last_channel = channel
    memory.last_signal = dimension(fact.values, SIGNAL)
    _count(memory.week, fact.at // DAY_US)


def _count(week: list[tuple[int, int]], day: int) -> None:
    if week and week[-1][0] == day:
        week[-1] = (day, week[-1][1] + 1)
        return
    week.append((day, 1))
    while week[0][0] <= day - WEEK_DAYS:
        del week[0]
