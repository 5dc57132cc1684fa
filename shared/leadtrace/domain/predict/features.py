"""What a lead looked like at a moment: texts, numbers and tags, from what had happened and was known by then.

What is not known is left out, and models treat its absence as a value of its own. A fact that lies after the
moment, or was recorded after the state of knowledge that is asked for, cannot be seen from here.
"""

import hashlib
import math
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.corrections import effective
from leadtrace.domain.definitions.bounds import SCORED_TOUCHES
from leadtrace.domain.fact import Fact, Value, union
from leadtrace.domain.scoring.conditions import SIGNAL, folded
from leadtrace.domain.stages import ORDER
from leadtrace.events.catalogue import Code
from leadtrace.events.lead import Stage

# Property names have no colon in any mapping, so that these collide with none.
STAGE: Final = "lead:stage"
TEAM: Final = "lead:team"
AGE_DAYS: Final = "lead:age_days"
FIRST_CHANNEL: Final = "touch:first_channel"
LAST_CHANNEL: Final = "touch:last_channel"
LAST_SIGNAL: Final = "touch:last_signal"
TOUCHES: Final = "touch:count"
TOUCHES_OF_A_WEEK: Final = "touch:count_7_days"
DAYS_SINCE_TOUCH: Final = "touch:days_since_last"

DERIVED_TEXTS: Final = (STAGE, TEAM, FIRST_CHANNEL, LAST_CHANNEL, LAST_SIGNAL)
DERIVED_NUMBERS: Final = (AGE_DAYS, TOUCHES, TOUCHES_OF_A_WEEK, DAYS_SINCE_TOUCH)

CHANNEL: Final = 0
# Days of UTC, so that a count by day is all that has to be remembered of a week.
WEEK_DAYS: Final = 7
# Those beyond, of what is no person, count for nothing here.
COUNTED_TOUCHES: Final = SCORED_TOUCHES
_READ: Final = frozenset(
    {
        Code.LEAD_CAPTURED,
        Code.LEAD_UPDATED,
        Code.LEAD_STAGE_CHANGED,
        Code.LEAD_OWNER_CHANGED,
        Code.LEAD_DELETED,
        Code.LEAD_RESTORED,
        Code.TOUCHPOINT_RECORDED,
    }
)
_LONGEST_TEXT: Final = 1_000
_WON: Final = ORDER[Stage.CUSTOMER.value]
# A float holds every text of this length or less that a person would write as a number.
_LONGEST_NUMBER: Final = 32

_ENCODER = msgspec.json.Encoder(order="deterministic")


class Plan(msgspec.Struct, frozen=True):
    """Which properties are read as texts, as numbers, and as tags between semicolons."""

    texts: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def properties(self) -> tuple[str, ...]:
        """Every property that is read, once."""
        return tuple(dict.fromkeys((*self.texts, *self.numbers, *self.tags)))

    @property
    def digest(self) -> str:
        """SHA-256 of the names, in hexadecimal: features by another plan are others."""
        return hashlib.sha256(_ENCODER.encode(self)).hexdigest()

    @property
    def all_texts(self) -> tuple[str, ...]:
        """The names under which texts may stand in the features of a lead."""
        return (*self.texts, *DERIVED_TEXTS)

    @property
    def all_numbers(self) -> tuple[str, ...]:
        """The names under which numbers may stand in the features of a lead."""
        return (*self.numbers, *DERIVED_NUMBERS)


class Features(msgspec.Struct, frozen=True, omit_defaults=True):
    """A lead at a moment: `texts` without regard to case, `numbers` finite; what is not known is absent."""

    texts: dict[str, str] = {}
    numbers: dict[str, float] = {}
    tags: tuple[str, ...] = ()


def known_facts(facts: Iterable[Fact], *, at: int, as_of: int) -> Sequence[Fact]:
    """The facts that scoring reads, not after `at` (µs) and recorded by `as_of` (µs), without corrected ones.

    They come in folding order. A fact that was kept before moments of recording were counts as recorded when
    it happened. Corrections count by when they were recorded, so one made in hindsight takes nothing out of
    what was known then.
    """
    seen = [fact for fact in facts if (fact.recorded or fact.at) <= as_of]
    return [fact for fact in effective(union(seen)) if fact.at <= at and fact.code in _READ]


def features_at(
    facts: Iterable[Fact], plan: Plan, *, at: int, as_of: int | None = None, team: str | None = None
) -> Features:
    """The features of a lead at `at` (µs), from facts as scoring keeps them (`domain.scoring.extract`).

    `as_of` is the state of knowledge (µs), that of `at` itself if left out: the only one that a model may be
    trained on, since it is the one that it will be asked in. `team` is who held the lead then.
    """
    known = known_facts(facts, at=at, as_of=at if as_of is None else as_of)
    properties = _properties(known)
    texts = {name: text for name in plan.texts if (text := properties.get(name))}
    numbers = {}
    for name in plan.numbers:
        number = number_of(properties.get(name))
        if number is not None:
            numbers[name] = number
    if team is not None and folded(team):
        texts[TEAM] = folded(team)
    _add_stage(texts, known)
    touches = [fact for fact in known if fact.code == Code.TOUCHPOINT_RECORDED]
    _add_touches(texts, numbers, touches[:COUNTED_TOUCHES], at)
    if known:
        numbers[AGE_DAYS] = (at - known[0].at) / DAY_US
    return Features(texts, numbers, tags_in([properties.get(name, "") for name in plan.tags]))


def number_of(text: str | None) -> float | None:
    """A finite number, or None for a text that is none."""
    if text is None or len(text) > _LONGEST_NUMBER:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def property_text(value: Value) -> str:
    """How the value of a property compares; the empty text where it is not known."""
    return "" if value is None else folded(str(value)[:_LONGEST_TEXT])


def dimension(values: Sequence[Value], place: int) -> str:
    """A dimension of a touchpoint as it compares; the empty text where it has none."""
    value = values[place] if place < len(values) else None
    return folded(value) if isinstance(value, str) else ""


def tags_in(texts: Iterable[str]) -> tuple[str, ...]:
    """The tags of texts with semicolons between them, each once."""
    parts = (part.strip() for text in texts if text for part in text.split(";"))
    return tuple(sorted({part for part in parts if part}))


def _properties(facts: Sequence[Fact]) -> dict[str, str]:
    """The latest value of each property; one that was emptied is the empty text."""
    properties: dict[str, str] = {}
    for fact in facts:
        if fact.code in (Code.LEAD_CAPTURED, Code.LEAD_UPDATED):
            for place in range(0, len(fact.values) - 1, 2):
                properties[str(fact.values[place])] = property_text(fact.values[place + 1])
    return properties


def _add_stage(texts: dict[str, str], facts: Sequence[Fact]) -> None:
    """The highest rung claimed so far; `customer` and the places beside the ladder are outcomes."""
    claims = [str(fact.values[0]) for fact in facts if fact.code == Code.LEAD_STAGE_CHANGED and fact.values]
    rungs = [claim for claim in claims if ORDER.get(claim, _WON) < _WON]
    texts[STAGE] = max(rungs, key=ORDER.__getitem__, default=Stage.INQUIRY.value)


def _add_touches(texts: dict[str, str], numbers: dict[str, float], touches: Sequence[Fact], at: int) -> None:
    numbers[TOUCHES] = float(len(touches))
    oldest = at // DAY_US - WEEK_DAYS
    numbers[TOUCHES_OF_A_WEEK] = float(sum(fact.at // DAY_US > oldest for fact in touches))
    if not touches:
        return
    numbers[DAYS_SINCE_TOUCH] = (at - touches[-1].at) / DAY_US
    first, last = touches[0].values, touches[-1].values
    told = {
        FIRST_CHANNEL: dimension(first, CHANNEL),
        LAST_CHANNEL: dimension(last, CHANNEL),
        LAST_SIGNAL: dimension(last, SIGNAL),
    }
    texts.update({name: text for name, text in told.items() if text})
