"""What the api shows to dashboards: sums of the version in force, in whole units of each currency."""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal

import asyncpg
import pytest

from leadtrace.domain.money import to_decimal
from leadtrace.store.engine import connect
from leadtrace.store.roles import READONLY_ROLE, role_of

CURRENCIES = ["BIF", "CLP", "JPY", "XPF", "BHD", "TND", "CLF", "UYW", "EUR", "USD", "ZWL"]
DAY = date(2026, 3, 1)
_SPEND = """
insert into api.spend_days (event_no, place, day, account_id, kind, currency, amount, counted, counted_in)
select row_number() over (), 0, $1, gen_random_uuid(), 'media', c, 1234567, 1234567, c
from unnest($2::text[]) c
"""
_FUNNEL = """
insert into api.funnel_daily (definition_version, basis, dimension, day, key, stage, reached)
values (1, 'cohort', '', $1, '', 'mql', 5), (2, 'cohort', '', $1, '', 'mql', 7),
       (2, 'cohort', 'channel', $1, 'ada@example.com', 'mql', 7)
"""
_IN_FORCE = """
insert into api.in_force (ordinal, version, hash, activated_at) values
  (1, 1, '', now() - interval '2 days'), (2, 2, '', now() - interval '1 day')
"""
_CALENDAR = """
insert into api.projections (name, contribution_version, timezone) values ('rollups', 1, 'Europe/Berlin')
"""
_LEAD = """
insert into api.leads (lead_id, definition_version, redirect_to) values ($1::uuid, 1, $2::uuid)
"""
# Accepted and never contacted; the promise to answer was kept, that to contact is over for 9 days.
_OFFER = """
insert into api.offers
  (lead_id, definition_version, place, at, opened_by, terms_version, event, team, owner, answer,
   accept_since, accept_risk_at, accept_due_at, accept_at, accept_void,
   contact_since, contact_risk_at, contact_due_at, contact_void)
values ($1::uuid, 1, $2, '2026-03-01T23:30:00Z', 'claim', 1, 'e', 'sales', 'Ada Lovelace', 'accepted',
        '2026-03-01', '2026-03-02', '2026-03-03', '2026-03-02', false,
        now() - interval '11 days', now() - interval '10 days', now() - interval '9 days 1 hour', false)
"""
ONE, TAKEN_IN = (f"00000000-0000-0000-0000-00000000000{number}" for number in (1, 2))


@pytest.fixture
async def owner(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await connect(database_url, role_of("api"))
    yield connection
    await connection.close()


@pytest.fixture
async def reader(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await connect(database_url, READONLY_ROLE)
    yield connection
    await connection.close()


async def test_money_is_in_whole_units_of_each_currency(
    owner: asyncpg.Connection, reader: asyncpg.Connection
) -> None:
    await owner.execute(_SPEND, DAY, CURRENCIES)
    expected: dict[str, Decimal] = {one: to_decimal(1_234_567, one) for one in CURRENCIES}
    for asked in (
        "currency, amount from api.pub_stats_spend",
        "currency, counted from api.pub_stats_spend_balance",
    ):
        assert {row[0]: row[1] for row in await reader.fetch(f"select {asked}")} == expected


async def test_only_the_version_in_force_counts_and_no_key_is_told(
    owner: asyncpg.Connection, reader: asyncpg.Connection
) -> None:
    await owner.execute(_FUNNEL, DAY)
    await owner.execute(_IN_FORCE)
    rows = await reader.fetch("select * from api.pub_stats_funnel")
    assert [(row["stage"], row["reached"]) for row in rows] == [("mql", 7)]
    assert "key" not in rows[0]


async def test_handovers_are_counted_once_and_on_the_day_of_reports(
    owner: asyncpg.Connection, reader: asyncpg.Connection
) -> None:
    await owner.execute(_CALENDAR)
    await owner.execute(_LEAD, ONE, None)
    await owner.execute(_LEAD, TAKEN_IN, ONE)
    await owner.execute(_OFFER, ONE, 0)
    await owner.execute(_OFFER, ONE, 1)
    await owner.execute(_OFFER, TAKEN_IN, 0)
    row = await reader.fetchrow("select * from api.pub_stats_handovers")
    assert row is not None
    counted = {name: value for name, value in row.items() if value}
    assert counted == {
        "day": date(2026, 3, 2),
        "team": "sales",
        "offered": 2,
        "accepted": 2,
        "accept_due": 2,
        "accept_in_time": 2,
        "contact_due": 2,
    }
    (alone,) = await reader.fetch("select * from api.pub_stats_untouched")
    assert tuple(alone) == ("sales", 9, 2)
