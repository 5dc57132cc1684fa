"""The last day on which something became known of a lead: while it is plain, no row keeps its chain."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from leadtrace.domain.calendar import DayOf
from leadtrace.events.snapshots import LeadOutcome
from leadtrace.store.connection import Connection
from leadtrace_api.projector.contribution import cells
from leadtrace_api.projector.kept import Chain, packed
from leadtrace_api.projector.knowing import cause_of
from leadtrace_api.store import known, leads


def last_day(
    held: LeadOutcome, day_of: DayOf, kept: Sequence[tuple[date, Chain]]
) -> tuple[date, Chain] | None:
    """The chain that was booked for the last day of a held outcome, unless the kept ones have it."""
    if held.known is None:
        return None
    day = day_of(held.known.latest)
    if kept and kept[-1][0] >= day:
        return None
    return day, [(cause_of(held.known), cells(held, day_of))]


async def keep_last_days(
    day_of: DayOf, live: Connection, beside: Connection, concerned: Sequence[UUID]
) -> None:
    """Keep the last days of leads beside the others, for a generation that has no outcomes of them yet."""
    held = await leads.outcomes(live, concerned)
    kept = await known.chains(live, held)
    rows = []
    for key, outcome in sorted(held.items(), key=lambda one: one[0]):
        last = last_day(outcome, day_of, kept[key])
        if last is not None:
            rows.append((key, last[0], packed(last[1])))
    await known.keep(beside, rows)
