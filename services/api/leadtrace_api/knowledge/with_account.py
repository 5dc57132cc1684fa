"""What the account of a lead adds to its score, told beside it and never part of it."""

from leadtrace.domain.scoring.account import AccountPoints
from leadtrace.events.snapshots import LeadScore
from leadtrace_api.accounts import queries
from leadtrace_api.accounts.answers import group
from leadtrace_api.accounts.members import points_of, prepared_account
from leadtrace_api.accounts.schemas import AccountGroup
from leadtrace_api.knowledge.parameters import ScoreQuery
from leadtrace_api.reading import Reading

Told = tuple[AccountGroup | None, str | None]

_PAST = "Who is of an account is kept as it is known now: ask without as_of and at for what its people add."
_NO_ACCOUNTS = "The definitions in force tell no accounts."
_OF_NONE = "Nothing names an account of this lead, or it is ruled out."


async def account_then(now: Reading, found: LeadScore, query: ScoreQuery) -> Told:
    """What the account adds now, or why none is told."""
    if query.as_of is not None or query.at is not None:
        return None, _PAST
    prepared = prepared_account(now)
    if prepared is None:
        return None, _NO_ACCOUNTS
    name = found.account
    if name is None:
        return None, _OF_NONE
    points: AccountPoints = (await points_of(now, prepared, [name]))[name]
    active = await queries.count_active(now, prepared, name) if points.untold else points.people
    return group(name, points, prepared, now.at, active), None
