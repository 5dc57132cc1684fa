"""Reads of accounts out of `api.leads`: which add most, and who they are.

They are ordered by points in double precision, each person's rounded to whole thousandths before they are
summed: the same leads at the same moment are ordered alike on every page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from leadtrace.domain.definitions.bounds import ACCOUNT_PEOPLE, BANDS
from leadtrace.domain.scoring.account import PreparedAccount
from leadtrace_api.accounts.members import active_since
from leadtrace_api.reading import Reading

MOST_LEADS = 20
MOST_PEOPLE = 100
_SECOND_US = 1_000_000

_RANKED = text("""
with active as (
  select account, touched_at,
         row_number() over (partition by account order by touched_at desc nulls last, lead_id) as place
  from api.leads
  where definition_version = :version and account is not null and redirect_to is null
    and touched_at > :since and touched_at <= :at
), ranked as (
  select account, count(*) as active_people,
         case when count(*) < :least then 0 else least(:cap, sum(
           round(:points * power(0.5, cast(extract(epoch from :at - touched_at) as float8) / :half_life_s))
         ) filter (where place <= :most)) end as points
  from active group by account
)
select account, active_people, cast(points as bigint) as points from ranked
where points >= :at_least
  and (cast(:after_name as text) is null or points < :after_points
       or points = :after_points and account collate "C" > :after_name)
order by points desc, account collate "C"
limit :limit
""")
_STANDING = text("""
select a.account, s.people, s.active_people, s.hottest, s.open_value, array(
  select l.lead_id from api.leads l
  where l.definition_version = :version and l.account = a.account and l.redirect_to is null
  order by l.touched_at desc nulls last, l.lead_id limit :most
) as leads
from unnest(cast(:names as text[])) a (account)
cross join lateral (
  select count(*) as people,
         count(*) filter (where touched_at > :since and touched_at <= :at) as active_people,
         max(array_position(cast(:bands as text[]), band)) as hottest,
         sum(cast(open_amounts ->> :currency as bigint)) as open_value
  from api.leads
  where definition_version = :version and account = a.account and redirect_to is null
) s
where s.people > 0
""")
_PEOPLE = text("""
select lead_id, status, stage, owner, team, fit, intent, band, touched_at from api.leads
where definition_version = :version and account = :name and redirect_to is null
order by touched_at desc nulls last, lead_id
limit :most
""")
_COUNT = text("""
select count(*) from api.leads
where definition_version = :version and account = :name and redirect_to is null
  and touched_at > :since and touched_at <= :at
""")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the moment that points are of, in thousandths of them, and the account's name."""

    at: datetime
    points: int
    name: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of accounts: at which moment, and from how many thousandths of a point on."""

    at: datetime
    at_least: int
    after: Place | None
    limit: int


async def ranked(now: Reading, prepared: PreparedAccount, asked: Asked) -> Sequence[Row[Any]]:
    """Accounts of which somebody is active: those that add most first."""
    given = {
        **_window(now, prepared, asked.at),
        "least": prepared.rule.people_at_least,
        "cap": float(prepared.cap),
        "points": float(prepared.points),
        "half_life_s": prepared.half_life_us / _SECOND_US,
        "most": ACCOUNT_PEOPLE,
        "at_least": float(asked.at_least),
        "after_points": float(asked.after.points) if asked.after is not None else None,
        "after_name": asked.after.name if asked.after is not None else None,
        "limit": asked.limit,
    }
    return (await now.connection.execute(_RANKED, given)).all()


async def standing(
    now: Reading, prepared: PreparedAccount, names: Sequence[str], *, at: datetime, currency: str
) -> dict[str, Row[Any]]:
    """How accounts stand by name: their leads, the hottest band of them, what their open deals are worth."""
    given = {
        **_window(now, prepared, at),
        "names": list(names),
        "currency": currency,
        "bands": list(BANDS),
        "most": MOST_LEADS,
    }
    return {row.account: row for row in await now.connection.execute(_STANDING, given)}


async def people(now: Reading, name: str) -> Sequence[Row[Any]]:
    """The leads of an account, who was active last first."""
    given = {"version": now.version, "name": name, "most": MOST_PEOPLE}
    return (await now.connection.execute(_PEOPLE, given)).all()


async def count_active(now: Reading, prepared: PreparedAccount, name: str) -> int:
    """How many leads of an account are active now."""
    given = {**_window(now, prepared, now.at), "name": name}
    counted: int = (await now.connection.execute(_COUNT, given)).scalar_one()
    return counted


def _window(now: Reading, prepared: PreparedAccount, at: datetime) -> dict[str, object]:
    return {"version": now.version, "since": active_since(prepared, at), "at": at}
