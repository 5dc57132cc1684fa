"""Companies whose deals have leads of many kinds, and whose deals they are, read off the raw snapshots."""

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from leadtrace.events.deal import DealCreated, DealLinked, DealLost, DealRefunded, DealUpdated, DealWon
from leadtrace.events.envelope import Event
from leadtrace.events.lead import Acquisition, LeadCaptured, LeadOwnerChanged
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace.store.connection import Pool
from leadtrace.testing.builders import DAY_ZERO, event, lead_ref

LED = ("owner", "team", "segment", "industry", "region", "partner", "form")
_CHANNELS = ("search", "email", "social", None)
# Of every deal, and of every lead that has none: keys by its principal lead, and what it brought.
_RAW = """
with lead as (
  select lead_id, convert_from(body, 'utf8')::jsonb as body from attribution.leads where body is not null
), deal as (
  select deal_id as unit_id, convert_from(body, 'utf8')::jsonb as body from attribution.deals
  where body is not null
), unit as (
  select unit_id, body, (
    select l.body from jsonb_array_elements(body -> 'leads') one
    join lead l on l.lead_id = (one ->> 'lead_id')::uuid
    order by coalesce((one ->> 'share')::bigint, 0) desc, (l.body ->> 'captured_at')::bigint nulls last,
             l.lead_id limit 1
  ) as principal from deal
  union all select lead_id, null, body from lead
), brought as (
  select unit_id, booking ->> 5 as counted_in, (booking ->> 4)::bigint as counted,
         (booking ->> 0)::bigint as at
  from deal, jsonb_array_elements(body -> 'bookings') booking
  union all
  select unit_id, body ->> 'currency', (body ->> 'amount')::bigint, (body ->> 'closed_at')::bigint
  from deal where not body ? 'bookings' and body ? 'amount'
), money as (
  select unit_id, jsonb_agg(jsonb_build_array(counted_in, counted, to_char(
           (timestamptz 'epoch' + at * interval '1 microsecond') at time zone 'Europe/Berlin', 'YYYY-MM-DD'
         ))) as booked
  from brought group by unit_id
)
select u.principal ->> 'owner', u.principal ->> 'team', u.principal -> 'profile' ->> 'segment',
       u.principal -> 'profile' ->> 'industry', u.principal -> 'profile' ->> 'region',
       u.principal -> 'acquisition' ->> 'partner', u.principal -> 'acquisition' ->> 'form',
       j.outcome, j.channels, m.booked
from attribution.journeys j join unit u on u.unit_id = j.unit_id left join money m on m.unit_id = j.unit_id
where j.outcome is not null
"""


@dataclass(frozen=True, slots=True)
class Led:
    """A journey with the keys of its lead; `booked` is money by currency and day, in minor units."""

    keys: Mapping[str, str | None]
    outcome: str
    channels: tuple[str | None, ...]
    booked: Sequence[tuple[str, int, str]]


@dataclass(slots=True)
class Company:
    """Events of leads that say who they are, and of deals of one to three of them, or of none."""

    chance: random.Random
    events: list[Event] = field(default_factory=list)

    def tell(self, data: msgspec.Struct, subject: str, at: datetime) -> None:
        number = len(self.events) + 1
        self.events.append(event(data, subject, number, at=at + timedelta(minutes=number)))

    def lead(self, number: int) -> None:
        # Some records are made at the sale, or after it.
        on = self.chance.choice((*range(10), 25, 35))
        subject, day = f"contact/{number}", DAY_ZERO + timedelta(days=on)
        for _ in range(self.chance.randint(0, 4)):
            at = DAY_ZERO + timedelta(days=self.chance.randint(0, 14))
            touch = TouchpointRecorded(channel=self.one(_CHANNELS), campaign=self.one(("brand", None)))
            self.tell(touch, subject, at)
        origin = Acquisition(
            channel=self.one(_CHANNELS), form=self.one(("demo", "trial", None)), partner=self.one(("p", None))
        )
        names = {"segment": ("smb", "large"), "industry": ("it", "ore"), "region": ("emea", "apac")}
        properties: dict[str, str | None] = {name: self.one((*keys, None)) for name, keys in names.items()}
        self.tell(LeadCaptured(acquisition=origin, properties=properties), subject, day)
        if self.chance.random() < 0.8:
            owner, team = self.one(("ann", "bob", None)), self.one(("north", "south", None))
            self.tell(LeadOwnerChanged(owner=owner, team=team), subject, day + timedelta(days=1))

    def deal(self, number: int, leads: Sequence[int]) -> None:
        subject, day = f"deal/{number}", DAY_ZERO + timedelta(days=self.chance.randint(12, 25))
        self.tell(DealCreated(), subject, day)
        if self.chance.random() < 0.8:
            amount, currency = f"{self.chance.randint(1, 99_999) / 100:.2f}", self.one(("EUR", "EUR", "BRL"))
            self.tell(DealUpdated(amount=amount, currency=currency), subject, day)
        for lead in leads:
            self.tell(DealLinked(lead_ref(f"contact/{lead}")), subject, day)
        ends = self.one((DealWon(claimed="won"), DealWon(claimed="won"), DealLost(claimed="lost"), None))
        if ends is not None:
            self.tell(ends, subject, day + timedelta(days=3))
        if isinstance(ends, DealWon) and self.chance.random() < 0.6:
            later = timedelta(days=self.chance.randint(4, 20))
            self.tell(DealRefunded(amount="0.99"), subject, day + later)

    def one(self, values: Sequence[Any]) -> Any:
        return self.chance.choice(values)


def company(seed: int, leads: int = 24, deals: int = 18) -> list[Event]:
    """A company of a seed."""
    made = Company(random.Random(seed))
    for number in range(1, leads + 1):
        made.lead(number)
    for number in range(1, deals + 1):
        made.deal(number, made.chance.sample(range(1, leads + 1), made.chance.choice((0, 1, 1, 2, 3))))
    return made.events


async def led_by_hand(owner: Pool) -> list[Led]:
    """Every journey, its keys from the snapshots of leads and deals alone."""
    return [
        Led(
            dict(zip(LED, row[: len(LED)], strict=True)),
            row[len(LED)],
            tuple(row[len(LED) + 1]),
            [tuple(one) for one in msgspec.json.decode(row[len(LED) + 2] or "[]")],
        )
        for row in await owner.fetch(_RAW)
    ]


def brought(led: Sequence[Led], passes: Callable[[Led], bool]) -> tuple[int, dict[str, int]]:
    """Won deals that pass, and their money by currency in minor units."""
    won = [one for one in led if one.outcome == "won" and passes(one)]
    money: Counter[str] = Counter()
    for one in won:
        for currency, amount, _ in one.booked:
            money[currency] += amount
    return len(won), {currency: amount for currency, amount in money.items() if amount}
