"""Leads on their ways through the stages, and a slow count of what these ways come to, from stored bodies."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import strategies as st

from leadtrace.events.lead import Acquisition, Stage
from leadtrace.events.snapshots import LeadOutcome, LeadStatus, Transition
from tests.unit.api.snapshots import DEFINITION, START_US, at, lead_id

BERLIN = ZoneInfo("Europe/Berlin")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
KINDS = ("forward", "skipped", "backward", "beside")
MARKS = ("looping", "bulk", "backdated", "same_second")
WORKED = ("inquiry", "lead", "mql", "sal", "sql", "opportunity")
STAGES = [stage.value for stage in Stage]

_DAY_S = 86_400
_SECONDS = st.one_of(
    st.integers(0, 6).map(lambda days: days * _DAY_S),
    st.integers(0, 90 * _DAY_S),
    st.integers(85 * _DAY_S, 90 * _DAY_S),  # across the change to summer time
)
_KEYS = st.sampled_from((None, "email", "ünïcode"))


@st.composite
def ways(draw: st.DrawFn) -> LeadOutcome:
    """A lead that may be of any number: its entries in time order, of any kind and with any marks."""
    moments = sorted(draw(st.lists(_SECONDS, max_size=5)))
    stages: list[Stage] = []
    for _ in moments:
        stages.append(draw(st.sampled_from([one for one in Stage if not stages or one is not stages[-1]])))
    claimed = st.sampled_from((None, "said"))
    entries = tuple(
        Transition(
            START_US + seconds * 1_000_000 + draw(st.sampled_from((0, 0, 7))),
            stage,
            draw(st.sampled_from(KINDS)),
            "crm 1",
            draw(claimed),
            draw(st.sampled_from((None, "user/1"))),
            tuple(mark for mark in MARKS if draw(st.booleans())),
        )
        for seconds, stage in zip(moments, stages, strict=True)
    )
    entries = tuple(sorted(entries, key=lambda entry: entry.at))
    return LeadOutcome(
        lead_id=lead_id(0),
        definition=DEFINITION,
        redirect_to=draw(st.sampled_from((None, None, None, lead_id(999)))),
        status=draw(st.sampled_from((LeadStatus.OPEN, LeadStatus.WON, LeadStatus.DELETED))),
        captured_at=draw(st.sampled_from((at(0), at(2), at(40), None))),
        acquisition=Acquisition(channel=draw(_KEYS)),
        owner=draw(_KEYS),
        stage=entries[-1].stage if entries else None,
        stage_since=entries[-1].at if entries else None,
        transitions=entries,
        transitions_omitted=draw(st.sampled_from((0, 0, 3))),
        latest_at=START_US + draw(_SECONDS) * 1_000_000,
    )


def crowd(templates: Iterable[tuple[LeadOutcome, int]]) -> list[LeadOutcome]:
    """So many leads of each way, numbered from 1 on."""
    alike = [one for one, times in templates for _ in range(times)]
    return [
        msgspec.structs.replace(one, lead_id=lead_id(number)) for number, one in enumerate(alike, start=1)
    ]


@dataclass(frozen=True)
class Stay:
    """A visit as counted here; moments in µs."""

    lead: str
    stage: str
    kind: str
    marks: tuple[str, ...]
    actor: str | None
    entered: int
    left: int | None
    gone: int | None
    captured: int
    keys: tuple[tuple[str, str | None], ...]

    @property
    def open(self) -> bool:
        return self.left is None and self.gone is None


def stays_of(body: dict[str, Any]) -> Iterator[Stay]:
    """The visits that a stored body tells of."""
    if body.get("captured_at") is None or body.get("redirect_to") is not None:
        return
    entries = body.get("transitions", [])
    for place, entry in enumerate(entries):
        left = entries[place + 1]["at"] if place + 1 < len(entries) else None
        before = [one["stage"] for one in entries[:place]]
        looping = ["looping"] if entry["stage"] in before or "looping" in entry.get("marks", ()) else []
        deleted = left is None and body.get("status") == "deleted"
        yield Stay(
            lead=body["lead_id"],
            stage=entry["stage"],
            kind=entry["kind"],
            marks=(*looping, *(mark for mark in entry.get("marks", ()) if mark != "looping")),
            actor=entry.get("actor") if entry.get("claimed") is not None else None,
            entered=entry["at"],
            left=left,
            gone=max(entry["at"], body.get("latest_at", 0)) if deleted else None,
            captured=body["captured_at"],
            keys=(
                ("channel", body.get("acquisition", {}).get("channel")),
                ("owner", body.get("owner")),
            ),
        )


def moment_of(micros: int) -> datetime:
    """A moment (µs), aware."""
    return EPOCH + timedelta(microseconds=micros)


def day_of(micros: int) -> str:
    """The day in Berlin."""
    return moment_of(micros).astimezone(BERLIN).date().isoformat()


def _holidays(year: int) -> set[date]:
    """The days on which all of Germany has a holiday, Easter by the rule of the anonymous Gregorian."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), g = divmod(b, 4), (b - (b + 8) // 25 + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    last = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * last) // 451
    month, day = divmod(h + last - 7 * m + 114, 31)
    easter = date(year, month, day + 1)
    fixed = ((1, 1), (5, 1), (10, 3), (12, 25), (12, 26))
    moving = {easter + timedelta(days=days) for days in (-2, 1, 39, 50)}
    return {date(year, *one) for one in fixed} | moving


def _is_open(day: date) -> bool:
    """As the shipped definitions say: closed on holidays and, for two years, on two more days."""
    further = day.year in {2026, 2027} and (day.month, day.day) in {(12, 24), (12, 31)}
    return day.weekday() < 5 and day not in _holidays(day.year) and not further


def opened(start: int, end: int) -> int:
    """Office time (µs) between two moments, day by day."""
    total, day = timedelta(0), moment_of(start).astimezone(BERLIN).date()
    while day <= moment_of(end).astimezone(BERLIN).date():
        if _is_open(day):
            opens, closes = (datetime.combine(day, time(hour), BERLIN).astimezone(UTC) for hour in (9, 17))
            total += max(timedelta(0), min(closes, moment_of(end)) - max(opens, moment_of(start)))
        day = date.fromordinal(day.toordinal() + 1)
    return total // MICROSECOND


def quantile(ended: list[tuple[int, bool]], share: Fraction) -> int | None:
    """The first time by which so many have left, by Kaplan-Meier in fractions; (time, whether it left)."""
    staying = Fraction(1)
    lasted = sorted(one for one, _ in ended)
    left = Counter(one for one, finished in ended if finished)
    for one in sorted(left):
        at_risk = len(lasted) - bisect_left(lasted, one)
        staying *= 1 - Fraction(left[one], at_risk)
        if staying <= 1 - share:
            return one
    return None


def masses(stays: list[Stay]) -> set[tuple[str, int]]:
    """Who edited at least ten leads in which second."""
    edited: dict[tuple[str, int], set[str]] = defaultdict(set)
    for one in stays:
        if one.actor is not None:
            edited[one.actor, one.entered // 1_000_000].add(one.lead)
    return {edit for edit, leads in edited.items() if len(leads) >= 10}
