"""Leads of all ages and endings, and what a recount of their stored bodies in plain words comes to."""

from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from leadtrace.events.lead import LADDER, Stage
from leadtrace.events.snapshots import LeadOutcome, LeadStatus
from leadtrace.runtime.clock import SystemClock
from tests.unit.api.snapshots import DAY_US, START_US, at, outcome

# The database says what is now.
_NOW_DAYS = (SystemClock().now_us() - START_US) / DAY_US
_LADDER = [stage.value for stage in LADDER]
STEPS = [*pairwise(_LADDER), (_LADDER[0], _LADDER[-1])]
_DAY = 86_400
# Where bins of age begin, as docs/rates.md says.
BEGINS = [0, 60, 300, 900, 3_600, 14_400]
BEGINS += [_DAY * day for day in [*range(1, 14), *range(14, 91, 7), *range(91, 760, 30)]]
# Since midnight what is open is as old as at the last of these.
_TOLD = [*BEGINS[:6], *range(0, _DAY, 3_600)]
BODIES = "select outcome_body, channel from api.leads where captured_at is not null"
_ENDS = (None, None, Stage.LOST, Stage.DISQUALIFIED, LeadStatus.DELETED)


@st.composite
def leads(draw: st.DrawFn) -> list[LeadOutcome]:
    made = []
    for number in range(1, draw(st.integers(1, 25)) + 1):
        captured = day = _NOW_DAYS - draw(st.sampled_from((0.01, 0.4, 1.2, 9.0, 40.0, 100.0)))
        steps: list[tuple[Stage, float]] = []
        for stage in LADDER[: draw(st.integers(1, len(LADDER)))]:
            if stage is LADDER[0] or draw(st.integers(0, 3)):
                steps.append((stage, day))
            day += draw(st.sampled_from((0.0, 0.0001, 0.03, 0.9, 1.0, 3.5)))
        end = draw(st.sampled_from(_ENDS)) if steps[-1][0] is not LADDER[-1] else None
        fields: dict[str, Any] = {}
        if isinstance(end, Stage):
            steps.append((end, day))
        elif end is not None:
            fields |= {"status": end, "latest_at": at(day + 0.5)}
        if draw(st.integers(0, 2)) == 0:
            lived = draw(st.sampled_from((0.0, 0.0002, 0.5, 2.0, 8.0)))
            fields["watched_from"] = at(min(captured + lived, _NOW_DAYS - 0.001))
        channel = draw(st.sampled_from(("email", "fair", None)))
        made.append(outcome(number, *steps, captured=captured, channel=channel, **fields))
    return made


class Left(NamedTuple):
    """How old (s) a step was when the lead left it, how, and from which age on it was watched.

    If it is open, the age is the greatest one that it can have, and `youngest` the least, to the hour.
    """

    age: float
    how: str
    since: float = 0.0
    youngest: float = 0.0

    @property
    def seen(self) -> bool:
        """Whether it had not ended before it was watched."""
        return self.how == "open" or self.age >= self.since


def left_of(body: dict[str, Any], step: tuple[str, str], now: datetime) -> Left | None:
    """How the lead left the step; None if it never entered it."""
    left = _ended(body, step, now)
    if left is None:
        return None
    (age, how), low = left
    watched = body.get("watched_from")
    since = max(watched - low, 0) / 1e6 if watched is not None else 0.0
    return Left(age, how, since, max(age - _DAY, 0))


def _ended(
    body: dict[str, Any], step: tuple[str, str], now: datetime
) -> tuple[tuple[float, str], int] | None:
    first: dict[str, int] = body["first_reached"]
    low, high = (
        min((first[rung] for rung in _LADDER[_LADDER.index(one) :] if rung in first), default=None)
        for one in step
    )
    if low is None:
        return None
    if high is not None:
        return ((high - low) / 1e6, "won"), low
    if body["stage"] in {"lost", "disqualified"}:
        return ((body["stage_since"] - low) / 1e6, "lost"), low
    if body["status"] == "deleted":
        return ((body["latest_at"] - low) / 1e6, "gone"), low
    zone = ZoneInfo("Europe/Berlin")
    entered = datetime.fromtimestamp(low / 1e6, UTC).astimezone(zone)
    days = (now.astimezone(zone).date() - entered.date()).days
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    seconds = (now.astimezone(zone) - midnight).total_seconds()
    return (max(days * _DAY + max(one for one in _TOLD if one <= seconds), 0), "open"), low


class Share(NamedTuple):
    """What is won and lost by the end of a bin, of how many at risk in it."""

    bin: int
    at_risk: int
    won: Fraction
    lost: Fraction


def shares(left: Sequence[Left]) -> list[Share]:
    """Aalen-Johansen in the words of its definition; what shares a bin is simultaneous, ends before others.

    Who had ended before it was watched is not there; who came late is at risk from the bin of that age on.
    Who was watched for a part of a bin counts for that part of it; who was won or lost within it, wholly.
    In the last bin that anybody came to all do.
    """
    won = lost = Fraction(0)
    still = Fraction(1)
    seen = [one for one in left if one.seen]
    last = max((_bin(one.age) for one in seen), default=-1)
    made = []
    for tick in range(1 + last):
        there = [one for one in seen if _bin(one.since) <= tick <= _bin(one.age)]
        wins, losses = (
            sum(1 for one in there if (_bin(one.age), one.how) == (tick, how)) for how in ("won", "lost")
        )
        unseen = sum((_unseen(one, tick) for one in seen if tick < last), Fraction(0))
        watched = max(len(there) - unseen, Fraction(wins + losses))
        if wins or losses:
            won += still * wins / watched
            lost += still * losses / watched
            still *= 1 - (wins + losses) / watched
        made.append(Share(tick, len(there), won, lost))
    return made


def _unseen(one: Left, tick: int) -> Fraction:
    """For which part of a bin it was not, on average."""
    part = Fraction(0)
    if one.since and _bin(one.since) == tick:
        part += Fraction(1, 2)
    if one.how == "gone" and _bin(one.age) == tick:
        part += Fraction(1, 2)
    if one.how == "open" and _bin(one.age) >= tick:
        ages = Fraction(one.youngest), Fraction(one.age)
        part += 1 - _on_average(*ages, Fraction(BEGINS[tick]), Fraction(BEGINS[tick + 1]))
    return part


def _on_average(youngest: Fraction, oldest: Fraction, begin: Fraction, end: Fraction) -> Fraction:
    """Which part of a bin is watched of who is as old as any age between two, all alike."""
    if oldest == youngest:
        return Fraction(0)
    low, high = (min(max(one, youngest), oldest) for one in (begin, end))
    # Those younger than the bin saw nothing, those older all of it, those within up to their age.
    within = (high - low) * ((low + high) / 2 - begin)
    older = (oldest - high) * (end - begin)
    return (within + older) / ((oldest - youngest) * (end - begin))


def _bin(age: float) -> int:
    return max(place for place, begin in enumerate(BEGINS) if begin <= max(age, 0))
