"""Who of an account was active, and what these people add: one statement for all accounts of a page."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import text

from leadtrace.domain.definitions.bounds import ACCOUNT_PEOPLE
from leadtrace.domain.scoring.account import AccountPoints, Person, PreparedAccount
from leadtrace.events.times import from_micros, to_micros
from leadtrace_api.reading import Reading

# One more than count, so that it is seen when some are left out.
_MOST = ACCOUNT_PEOPLE + 1
_ACTIVE = text("""
select a.account, l.lead_id, l.touched_at
from unnest(cast(:names as text[])) a (account)
cross join lateral (
  select lead_id, touched_at from api.leads
  where definition_version = :version and account = a.account and redirect_to is null
    and touched_at > :since and touched_at <= :at
  order by touched_at desc nulls last, lead_id
  limit :most
) l
""")


def prepared_account(now: Reading) -> PreparedAccount | None:
    """The account rule of the definitions in force; None if they tell no accounts."""
    rule = now.schedule.current.scorecard.account
    return None if rule is None else PreparedAccount(rule)


def active_since(prepared: PreparedAccount, at: datetime) -> datetime:
    """Who was last active then, or earlier, is active no more."""
    return from_micros(to_micros(at) - prepared.active_us)


async def points_of(
    now: Reading, prepared: PreparedAccount, names: Collection[str], at: datetime | None = None
) -> Mapping[str, AccountPoints]:
    """What each account adds at a moment, else now, by the touches that are known now.

    Of more people than count one is left out as `untold`, however many there are.
    """
    moment = at or now.at
    people: dict[str, list[Person]] = {name: [] for name in names}
    if not people:
        return {}
    given = {
        "names": sorted(people),
        "version": now.version,
        "since": active_since(prepared, moment),
        "at": moment,
        "most": _MOST,
    }
    for account, lead_id, touched_at in await now.connection.execute(_ACTIVE, given):
        people[account].append(Person(str(lead_id), to_micros(touched_at)))
    micros = to_micros(moment)
    return {name: prepared.points_of(some, micros) for name, some in people.items()}
