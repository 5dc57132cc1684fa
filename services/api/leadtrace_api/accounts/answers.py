"""From rows to what is said of accounts, in JSON and as CSV."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import Row

from leadtrace.domain.definitions.bounds import BANDS
from leadtrace.domain.definitions.said import AccountSaid
from leadtrace.domain.definitions.telling import tell
from leadtrace.domain.scoring.account import AccountPoints, Part, PreparedAccount
from leadtrace.events.times import from_micros
from leadtrace_api.accounts.schemas import AccountGroup, AccountPerson, AccountRow, PersonPart
from leadtrace_api.leads.current import numbers
from leadtrace_api.priorities.reason import span
from leadtrace_api.reading import Reading
from leadtrace_api.schemas import money, points
from leadtrace_api.spreadsheet import cell

PATH = "/v1/accounts"
_COLUMNS = ("account", "people", "active_people", "points", "band", "open_value", "currency", "leads")


def rule_of(now: Reading) -> AccountSaid | None:
    """The account rule in values and words."""
    return tell(now.schedule.current).account


def group(
    name: str, found: AccountPoints, prepared: PreparedAccount, at: datetime, active: int
) -> AccountGroup:
    """What an account adds, explained; `active` is how many people are, those beyond the bound among them."""
    exact = replace(found, people=active, untold=active - len(found.parts) if found.untold else 0)
    return AccountGroup(
        name=name,
        people=exact.people,
        millipoints=exact.millipoints,
        parts=tuple(_part(one, at) for one in exact.parts),
        over_cap=exact.over_cap,
        untold=exact.untold,
        because=prepared.rule.because,
    )


def _part(part: Part, at: datetime) -> PersonPart:
    touched_at = from_micros(part.person.touched_at)
    return PersonPart(
        lead_id=UUID(part.person.lead_id),
        touched_at=touched_at,
        millipoints=part.millipoints,
        because=f"last active {span((at - touched_at).total_seconds())} ago",
    )


def standing_fields(row: Row[Any], found: AccountPoints, currency: str) -> dict[str, Any]:
    """The fields of `AccountStanding`."""
    return {
        "account": row.account,
        "people": row.people,
        "active_people": row.active_people,
        "points": points(found.millipoints),
        # PostgreSQL counts the elements of an array from 1.
        "band": BANDS[row.hottest - 1] if row.hottest is not None else None,
        "open_value": money(int(row.open_value), currency) if row.open_value is not None else None,
        "href": f"{PATH}/{quote(row.account, safe='')}",
    }


def person(row: Row[Any]) -> AccountPerson:
    """A lead of an account."""
    return AccountPerson(
        lead_id=row.lead_id,
        status=row.status,
        stage=row.stage,
        owner=row.owner,
        team=row.team,
        score=numbers(row.fit, row.intent, row.band) if row.band is not None else None,
        touched_at=row.touched_at,
        href=f"/v1/leads/{row.lead_id}",
    )


def table_rows(told: Sequence[AccountRow]) -> Iterator[Sequence[object]]:
    """A line an account, below the headings; what is not known is empty."""
    yield _COLUMNS
    for one in told:
        yield (
            cell(one.account),
            one.people,
            one.active_people,
            one.points,
            one.band or "",
            one.open_value.amount if one.open_value is not None else "",
            one.open_value.currency if one.open_value is not None else "",
            " ".join(map(str, one.leads)),
        )
