"""The columns of a lead's row that say what it counts for in the funnel, whatever dimensions are asked for.

They are cut in days of the reporting time zone, like the rollups, and are counted anew together with the ages
of steps.
"""

from struct import pack

import msgspec

from leadtrace.domain.calendar import DayOf
from leadtrace.events.snapshots import LeadOutcome
from leadtrace_api.projector.contribution import recurring_of
from leadtrace_api.projector.step_ages import step_ages
from leadtrace_api.store.columns import BYTES, JSON, Column, Row

FACTS = (Column("recurring", JSON), Column("steps", BYTES))
_UNCOUNTED: Row = (None, None)


def facts_of(outcome: LeadOutcome, day_of: DayOf) -> Row:
    """What fills these columns; nothing for a visitor and for an absorbed lead."""
    steps = step_ages(outcome, day_of)
    if steps is None:
        return _UNCOUNTED
    recurring = recurring_of(outcome)
    return (
        msgspec.json.encode(recurring).decode() if recurring else None,
        pack(f">{len(steps.codes)}I", *steps.codes),
    )
