"""The columns of a lead's row that say what it counts for in the funnel, whatever dimensions are asked for.

They are cut in days of the reporting time zone, like the rollups, and are counted anew together with the ages
of steps.
"""

import msgspec

from leadtrace.domain.calendar import DayOf
from leadtrace.events.lead import Stage
from leadtrace.events.snapshots import LeadOutcome
from leadtrace_api.projector.contribution import entered_of, recurring_of
from leadtrace_api.projector.step_ages import step_ages
from leadtrace_api.store.columns import INTS, JSON, Column, Row, integers

FACTS = (Column("entered", INTS), Column("recurring", JSON), Column("steps", INTS))
_UNCOUNTED: Row = (None, None, None)


def facts_of(outcome: LeadOutcome, day_of: DayOf) -> Row:
    """What fills these columns; nothing for a visitor and for an absorbed lead."""
    steps = step_ages(outcome, day_of)
    if steps is None:
        return _UNCOUNTED
    entered, recurring = entered_of(outcome), recurring_of(outcome)
    return (
        integers([entered.get(stage, 0) for stage in Stage]),
        msgspec.json.encode(recurring).decode() if recurring else None,
        integers(steps.codes),
    )
