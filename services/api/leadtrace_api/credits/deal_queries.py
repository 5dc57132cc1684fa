"""One deal: as the api holds it, its journey and what each model gave of it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from leadtrace.domain.credits.model import PER_DEAL
from leadtrace_api.credits.models import LEVELS
from leadtrace_api.credits.queries import CreditSum
from leadtrace_api.reading import Reading

_NAMES = ", ".join(LEVELS)
_DEAL = text("""
select redirect_to, outcome_body from api.deals
where deal_id = :deal and definition_version = :version and outcome_body is not null
""")
_JOURNEY = text(f"""
select outcome, ended_on, touches, cut, missing, {", ".join(f"{name}s" for name in LEVELS)}
from attribution.pub_journeys where unit_id = :deal and kind = 'deal'
""")
_CREDITS = text(f"""
select attributed, counted_in, {_NAMES},
       {", ".join(f"sum(amounts[{place}])::bigint" for place, _ in enumerate(PER_DEAL, start=1))}
from attribution.pub_credits where deal_id = :deal group by attributed, counted_in, {_NAMES}
""")
_KEYS = slice(2, 2 + len(LEVELS))


async def deal(now: Reading, deal_id: UUID) -> Row[Any] | None:
    """The deal's outcome, or where it went."""
    given = {"deal": deal_id, "version": now.version}
    return (await now.connection.execute(_DEAL, given)).one_or_none()


async def journey(now: Reading, deal_id: UUID) -> Row[Any] | None:
    """The deal's journey, with an array for each dimension."""
    return (await now.connection.execute(_JOURNEY, {"deal": deal_id})).one_or_none()


async def deal_credits(now: Reading, deal_id: UUID) -> Sequence[CreditSum]:
    """What each of `PER_DEAL` gave to touches of the same dimensions."""
    rows = await now.connection.execute(_CREDITS, {"deal": deal_id})
    return [CreditSum(row[0], tuple(row[_KEYS]), row[1], tuple(row[_KEYS.stop :])) for row in rows]
