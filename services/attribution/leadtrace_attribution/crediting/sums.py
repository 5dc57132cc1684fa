"""Sums by day of credits and journeys, kept by differences: what a unit gave goes as it gives anew."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from itertools import pairwise
from operator import add, sub
from typing import TypeAlias

import msgspec

from leadtrace.store.connection import Connection
from leadtrace_attribution.crediting.units import CreditRow

_KEY_BYTES = 16
_pack = msgspec.msgpack.Encoder().encode

Channels: TypeAlias = tuple[str | None, ...]
# What tells sums apart: of credits all but their amounts, of journeys end, outcome, currency and channels.
CreditKey: TypeAlias = tuple[date, date, str | None, bool, tuple[str | None, ...]]
JourneyKey: TypeAlias = tuple[date | None, str, str | None, Channels]
# Of steps the day on which their journeys ended, the outcome, the kind, from and to.
StepKey: TypeAlias = tuple[date, str, str, str | None, str | None]

_ADD_CREDITS = """
insert into attribution.credit_days as held
  (key, won_on, booked_on, counted_in, attributed, channel, source, medium, campaign, content, outlet,
   credits, amounts)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
on conflict (key) do update set
  credits = held.credits + excluded.credits,
  amounts = array(
    select a + b from unnest(held.amounts, excluded.amounts) with ordinality as u (a, b, n) order by n
  )
"""
_DROP_CREDITS = "delete from attribution.credit_days where key = any($1::bytea[]) and credits = 0"
_ADD_JOURNEYS = """
insert into attribution.journey_days as held
  (key, ended_on, outcome, counted_in, channels, journeys, amount)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (key) do update set
  journeys = held.journeys + excluded.journeys, amount = held.amount + excluded.amount
"""
_ADD_STEPS = """
insert into attribution.journey_steps as held (key, ended_on, outcome, kind, origin, target, journeys)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (key) do update set journeys = held.journeys + excluded.journeys
"""
_DROP_STEPS = "delete from attribution.journey_steps where key = any($1::bytea[]) and journeys = 0"
_DROP_JOURNEYS = "delete from attribution.journey_days where key = any($1::bytea[]) and journeys = 0"


@dataclass(slots=True)
class Sums:
    """By how much sums grow: of credits their number and amounts by model, of journeys number and amount."""

    credits: dict[CreditKey, tuple[int, tuple[int, ...]]] = field(default_factory=dict)
    journeys: dict[JourneyKey, tuple[int, int]] = field(default_factory=dict)
    steps: Counter[StepKey] = field(default_factory=Counter)

    def put_credits(self, rows: Iterable[CreditRow]) -> None:
        """Count credits in."""
        for row in rows:
            key = _credit_key(row)
            count, amounts = self.credits.get(key, (0, _nothing(row)))
            self.credits[key] = count + 1, tuple(map(add, amounts, row.amounts))

    def take_credits(self, rows: Iterable[CreditRow]) -> None:
        """Count credits out."""
        for row in rows:
            key = _credit_key(row)
            count, amounts = self.credits.get(key, (0, _nothing(row)))
            self.credits[key] = count - 1, tuple(map(sub, amounts, row.amounts))

    def add_journey(self, key: JourneyKey, amount: int, *, by: int) -> None:
        """Count a journey in (`by` is 1) or out (-1)."""
        count, held = self.journeys.get(key, (0, 0))
        self.journeys[key] = count + by, held + by * amount
        ended_on, outcome, _, channels = key
        if ended_on is not None:
            for step in _steps_of(channels):
                self.steps[ended_on, outcome, *step] += by

    async def write(self, connection: Connection) -> None:
        """Write what changed; sums of nothing go."""
        credited = sorted(
            (_digest(key), *key[:4], *key[4], count, list(amounts))
            for key, (count, amounts) in self.credits.items()
            if count or any(amounts)
        )
        if credited:
            await connection.executemany(_ADD_CREDITS, credited)
            await connection.execute(_DROP_CREDITS, [row[0] for row in credited])
        journeys = sorted(
            (_digest(key), *key[:3], list(key[3]), count, amount)
            for key, (count, amount) in self.journeys.items()
            if count or amount
        )
        if journeys:
            await connection.executemany(_ADD_JOURNEYS, journeys)
            await connection.execute(_DROP_JOURNEYS, [row[0] for row in journeys])
        steps = sorted((_digest(key), *key, by) for key, by in self.steps.items() if by)
        if steps:
            await connection.executemany(_ADD_STEPS, steps)
            await connection.execute(_DROP_STEPS, [row[0] for row in steps])


def _steps_of(channels: Channels) -> Iterator[tuple[str, str | None, str | None]]:
    """Each step of a journey as a chain counts it: kind, from and to."""
    if not channels:
        yield "none", None, None
        return
    yield "start", None, channels[0]
    for origin, target in pairwise(channels):
        yield "step", origin, target
    yield "end", channels[-1], None


def _credit_key(row: CreditRow) -> CreditKey:
    return row.won_on, row.booked_on, row.counted_in, row.attributed, row.dimensions


def _nothing(row: CreditRow) -> tuple[int, ...]:
    return (0,) * len(row.amounts)


def _digest(key: object) -> bytes:
    return blake2b(_pack(key), digest_size=_KEY_BYTES).digest()
