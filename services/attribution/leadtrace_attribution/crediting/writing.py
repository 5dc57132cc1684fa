"""Writes journeys and credits over what was there, and the differences into the sums by day."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias
from uuid import UUID

import asyncpg

from leadtrace.domain.definitions.attribution import DIMENSIONS
from leadtrace.store.connection import Connection
from leadtrace_attribution.crediting.due import Kind
from leadtrace_attribution.crediting.sums import JourneyKey, Sums
from leadtrace_attribution.crediting.tables import LEVELS
from leadtrace_attribution.crediting.units import CreditRow, Journey

_LEVELS = tuple(LEVELS.values())
_COLUMNS = (
    "kind",
    "revision",
    "judged_by",
    "outcome",
    "ended_on",
    "touches",
    "cut",
    "leads",
    "amount",
    "counted_in",
    "missing",
    *_LEVELS,
    "entered_on",
)
# What answers about journeys are made of: who changes none of it changes no answer.
_TOLD = ("outcome", "ended_on", "counted_in", "amount", "leads", *_LEVELS, "entered_on")
_HELD = f"""
select unit_id, {", ".join(_TOLD)}
from attribution.journeys where unit_id = any($1::uuid[])
"""
_JOURNEY = f"""
insert into attribution.journeys (unit_id, {", ".join(_COLUMNS)})
values ($1, {", ".join(f"${n}" for n in range(2, len(_COLUMNS) + 2))})
on conflict (unit_id) do update set {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS)}
"""
_TOUCH = ", ".join(DIMENSIONS)
_HELD_CREDITS = f"""
select deal_id, won_on, booked_on, counted_in, attributed, {_TOUCH}, amounts from attribution.credits
where deal_id = any($1::uuid[]) order by deal_id, place
"""
_FORGET_CREDITS = "delete from attribution.credits where deal_id = any($1::uuid[])"
_CREDIT = f"""
insert into attribution.credits
  (deal_id, place, won_on, booked_on, counted_in, attributed, {_TOUCH}, amounts)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""

# A token of its own for each change: a number would name two states once a backup was put back.
_CHANGED = """
insert into attribution.credit_state (part, token) select part, gen_random_uuid() from unnest($1::text[]) part
on conflict (part) do update set token = excluded.token
"""
_ENDED, _OPEN = "ended", "open"

_Credits: TypeAlias = Mapping[UUID, Sequence[CreditRow]]


async def write(connection: Connection, journeys: Iterable[Journey], judged_by: int) -> None:
    """Write journeys as they are now; whoever calls is the only one who writes."""
    ordered = sorted(journeys, key=lambda journey: journey.unit_id)
    sums, changed = Sums(), set[str]()
    await _write_journeys(connection, ordered, judged_by, sums, changed)
    await _write_credits(connection, [one for one in ordered if one.kind is Kind.DEAL], sums, changed)
    await sums.write(connection)
    if changed:
        await connection.execute(_CHANGED, sorted(changed))


async def write_stuck(connection: Connection, kind: Kind, unit_id: UUID, judged_by: int) -> None:
    """Have a unit give nothing, as one that was never judged."""
    await write(connection, [Journey(unit_id, kind, 0)], judged_by)


async def _write_journeys(
    connection: Connection, journeys: Sequence[Journey], judged_by: int, sums: Sums, changed: set[str]
) -> None:
    held = {row[0]: row for row in await connection.fetch(_HELD, [one.unit_id for one in journeys])}
    for row in held.values():
        if row["outcome"] is not None:
            sums.add_journey(_held_key(row), row["amount"] or 0, by=-1)
    for journey in journeys:
        if journey.outcome is not None:
            sums.add_journey(_key(journey, journey.outcome), journey.amount or 0, by=1)
    written = {one.unit_id: _values(one, judged_by) for one in journeys}
    for unit_id, values in written.items():
        changed |= _parts_changed(held.get(unit_id), dict(zip(_COLUMNS, values[1:], strict=True)))
    await connection.executemany(_JOURNEY, list(written.values()))


def _parts_changed(held: asyncpg.Record | None, told: Mapping[str, object]) -> set[str]:
    """Which journeys are others than they were: those that ended, open ones, or both as one ends."""
    before = held["outcome"] if held is not None else None
    if held is not None and all(held[name] == told[name] for name in _TOLD):
        return set()
    return {_OPEN if one == _OPEN else _ENDED for one in (before, told["outcome"]) if one is not None}


async def _write_credits(
    connection: Connection, deals: Sequence[Journey], sums: Sums, changed_parts: set[str]
) -> None:
    if not deals:
        return
    held = await _held_credits(connection, [deal.unit_id for deal in deals])
    changed = [deal for deal in deals if list(deal.credits) != held.get(deal.unit_id, [])]
    if changed:
        changed_parts.add(_ENDED)
    for deal in changed:
        sums.take_credits(held.get(deal.unit_id, ()))
        sums.put_credits(deal.credits)
    await connection.execute(_FORGET_CREDITS, [deal.unit_id for deal in changed if deal.unit_id in held])
    rows = [
        (deal.unit_id, place, *_credit_values(one))
        for deal in changed
        for place, one in enumerate(deal.credits)
    ]
    if rows:
        await connection.executemany(_CREDIT, rows)


async def _held_credits(connection: Connection, deals: Sequence[UUID]) -> _Credits:
    found: dict[UUID, list[CreditRow]] = {}
    for row in await connection.fetch(_HELD_CREDITS, deals):
        dimensions = tuple(row[name] for name in DIMENSIONS)
        amounts = tuple(row["amounts"])
        found.setdefault(row["deal_id"], []).append(
            CreditRow(
                row["won_on"], row["booked_on"], row["counted_in"], row["attributed"], dimensions, amounts
            )
        )
    return found


def _credit_values(one: CreditRow) -> tuple[object, ...]:
    return (
        one.won_on,
        one.booked_on,
        one.counted_in,
        one.attributed,
        *one.dimensions,
        list(one.amounts),
    )


def _values(journey: Journey, judged_by: int) -> tuple[object, ...]:
    shown = journey.shown
    return (
        journey.unit_id,
        journey.kind.value,
        journey.revision,
        judged_by,
        journey.outcome,
        journey.ended_on,
        len(journey.path),
        journey.cut,
        list(journey.leads),
        journey.amount,
        journey.counted_in,
        list(journey.missing),
        *([dimensions[n] for dimensions in shown] for n in range(len(_LEVELS))),
        journey.entered_on,
    )


def _key(journey: Journey, outcome: str) -> JourneyKey:
    channels = tuple(dimensions[0] for dimensions in journey.shown)
    return journey.ended_on, outcome, journey.counted_in, channels


def _held_key(row: asyncpg.Record) -> JourneyKey:
    return row["ended_on"], row["outcome"], row["counted_in"], tuple(row[_LEVELS[0]])
