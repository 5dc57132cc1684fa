"""Reads of `api.offers`: counts, reasons, how long answers and contacts take, and what is overdue."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Row,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)

from leadtrace.events.custody import Answer, Ending, OpenedBy
from leadtrace_api.handovers.schemas import MOST_LISTED
from leadtrace_api.handovers.selection import Selection

Rows = Sequence[Row[Any]]

# Days overdue, both ends inclusive; the last has no end.
AGES = ((0, 2), (3, 7), (8, 14), (15, 30), (31, None))
CLOCKS = ("accept", "contact")
TIMES = ("time", "business_time")
_DAY_S = 86_400
_MINUTE_S = 60
_REPORTED = (Ending.WON, Ending.LOST, Ending.DISQUALIFIED, Ending.RECYCLED, Ending.RETURNED)
_EXPLAINED = tuple(ending for ending in _REPORTED if ending is not Ending.WON)


async def counts(asked: Selection) -> Rows:
    """By group: everything that is only counted."""
    offer = asked.offers
    keys = asked.keys(offer)
    statement = select(
        asked.is_total(keys),
        *keys,
        func.count().label("offered"),
        *(func.count().filter(holds).label(name) for name, holds in _groups(asked).items()),
    ).group_by(asked.sets(keys))
    return await _all(asked, statement)


def _groups(asked: Selection) -> dict[str, ColumnElement[bool]]:
    o, now = asked.offers.c, asked.now.at
    accepted = o.answer == Answer.ACCEPTED
    ended = o.ended_as.is_not(None)
    reported = and_(accepted, o.ended_as.in_(_REPORTED))
    concluding = and_(accepted, ~ended, o.outcome_due_at < now)
    return {
        **{f"by_{by.value}": o.opened_by == by.value for by in OpenedBy},
        **{answer.value: o.answer == answer.value for answer in Answer},
        "taken": and_(accepted, o.opened_by != OpenedBy.IMPLIED),
        "returned": and_(accepted, o.ended_as == Ending.RETURNED),
        "won": and_(accepted, o.ended_as == Ending.WON),
        "reported": reported,
        "unreported": concluding,
        "never_concluded": and_(concluding, o.contact_at.is_not(None)),
        "without_reason": and_(accepted, o.ended_as.in_(_EXPLAINED), o.end_reason.is_(None)),
        "untouched": deep_sixed(asked),
        **{name: holds for clock in CLOCKS for name, holds in _kept(asked, clock).items()},
    }


def _kept(asked: Selection, clock: str) -> dict[str, ColumnElement[bool]]:
    """How a promise was kept; a void clock promises nothing."""
    o, now = asked.offers.c, asked.now.at
    since, stopped, due, risk = (o[f"{clock}_{name}"] for name in ("since", "at", "due_at", "risk_at"))
    counts_ = and_(since.is_not(None), ~o[f"{clock}_void"])
    waiting = o.answer == Answer.OPEN if clock == "accept" else o.ended_as.is_(None)
    running = and_(counts_, stopped.is_(None), waiting)
    return {
        f"{clock}_in_time": and_(counts_, stopped <= due),
        f"{clock}_due": and_(counts_, or_(stopped.is_not(None), due < now)),
        f"{clock}_overdue": and_(running, due < now),
        f"{clock}_at_risk": and_(running, risk < now, due >= now),
    }


def deep_sixed(asked: Selection) -> ColumnElement[bool]:
    """Accepted, not contacted, not concluded, and the time for it over."""
    o = asked.offers.c
    waiting = and_(o.answer == Answer.ACCEPTED, o.ended_as.is_(None), o.contact_at.is_(None))
    return and_(waiting, o.contact_due_at < asked.now.at)


async def reasons(asked: Selection) -> Rows:
    """By group: how often each reason was given for a rejection, and for giving back what was accepted."""
    offer = asked.offers
    keys = asked.keys(offer)
    rejected = offer.c.answer == Answer.REJECTED
    returned = offer.c.ended_as == Ending.RETURNED
    reason = case((rejected, offer.c.reason), else_=offer.c.end_reason)
    told = (
        select(*keys, rejected.label("rejected"), reason.label("reason"))
        .where(or_(rejected, returned))
        .cte("told")
    )
    keys = asked.keys(told)
    statement = (
        select(asked.is_total(keys), *keys, told.c.rejected, told.c.reason, func.count().label("n"))
        .group_by(told.c.rejected, told.c.reason, asked.sets(keys))
        .order_by(func.count().desc(), told.c.reason)
    )
    return await _all(asked, statement)


async def finished(asked: Selection) -> Rows:
    """By group, clock and time: how many took so many minutes."""
    offer = asked.offers
    parts = []
    for clock in CLOCKS:
        since, stopped = offer.c[f"{clock}_since"], offer.c[f"{clock}_at"]
        calendar_s = func.extract("epoch", stopped - since)
        for time, seconds in (("time", calendar_s), ("business_time", offer.c[f"{clock}_s"])):
            minutes = cast(func.floor(seconds / _MINUTE_S), BigInteger)
            parts.append(
                select(
                    *asked.keys(offer),
                    literal(clock).label("clock"),
                    literal(time).label("of"),
                    minutes.label("minutes"),
                ).where(stopped.is_not(None))
            )
    took = union_all(*parts).cte("took")
    keys = asked.keys(took)
    statement = select(
        asked.is_total(keys), *keys, took.c.clock, took.c.of, took.c.minutes, func.count().label("n")
    ).group_by(took.c.clock, took.c.of, took.c.minutes, asked.sets(keys))
    return await _all(asked, statement)


async def running(asked: Selection) -> Rows:
    """Every clock that was not stopped: its keys, by whose terms, since when, until when it was watched."""
    offer = asked.offers
    parts = [
        select(
            *asked.keys(offer),
            literal(clock).label("clock"),
            offer.c.team,
            offer.c.at,
            offer.c[f"{clock}_since"].label("since"),
            offer.c[over].label("until"),
        ).where(offer.c[f"{clock}_since"].is_not(None), offer.c[f"{clock}_at"].is_(None))
        for clock, over in (("accept", "answered_at"), ("contact", "ended_at"))
    ]
    rows: Rows = (await asked.now.connection.execute(union_all(*parts))).all()
    return rows


async def ages(asked: Selection) -> Rows:
    """By group: deep-sixed leads and what is at risk with them, by how long they are overdue."""
    offer = asked.offers
    days = cast(func.floor(func.extract("epoch", asked.now.at - offer.c.contact_due_at) / _DAY_S), Integer)
    place = case(
        *((days <= last, number) for number, (_, last) in enumerate(AGES) if last is not None),
        else_=len(AGES) - 1,
    )
    late = select(*asked.keys(offer), place.label("age"), offer.c.value).where(deep_sixed(asked)).cte("late")
    keys = asked.keys(late)
    statement = select(
        asked.is_total(keys),
        *keys,
        late.c.age,
        func.count().label("leads"),
        cast(func.sum(late.c.value), BigInteger).label("value"),
    ).group_by(late.c.age, asked.sets(keys))
    return await _all(asked, statement)


async def longest_overdue(asked: Selection) -> Rows:
    """The deep-sixed leads, longest overdue first."""
    o = asked.offers.c
    statement = (
        select(o.lead_id, o.team, o.owner, o.partner, o.answered_at, o.contact_due_at)
        .where(deep_sixed(asked))
        .order_by(o.contact_due_at, o.lead_id)
        .limit(MOST_LISTED)
    )
    return await _all(asked, statement)


async def _all(asked: Selection, statement: Select[Any]) -> Rows:
    rows: Rows = (await asked.now.connection.execute(statement)).all()
    return rows
