"""Sums of postings up to a moment, in a state of knowledge."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, text

from leadtrace_api.reading import Reading

_SUMS = """
select account, {names} sum(amount)::bigint as balance
from api.postings
where definition_version = :version and at <= :at {known}
group by account {grouped}
having sum(amount) <> 0
"""


async def balances(now: Reading, at: datetime, as_of: date | None, by: Sequence[str]) -> Sequence[Row[Any]]:
    """Every account that is not empty; `by` are columns."""
    known = "and known_day <= :as_of" if as_of is not None else ""
    names = "".join(f"nullif({name}, '') as {name}, " for name in by)
    grouped = "".join(f", {name}" for name in by)
    statement = text(_SUMS.format(names=names, known=known, grouped=grouped))
    given: dict[str, object] = {"version": now.version, "at": at}
    if as_of is not None:
        given["as_of"] = as_of
    return (await now.connection.execute(statement, given)).all()
