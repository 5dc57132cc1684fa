"""The dimensions that a lead can be grouped by, as a tuple in one fixed order."""

from typing import TypeAlias

from leadtrace.events.snapshots import LeadOutcome

ACQUISITION = ("channel", "source", "medium", "campaign", "content", "outlet", "form", "partner")
CUSTODY = ("owner", "team")
DIMENSIONS = ACQUISITION + CUSTODY
# The dimension that stands for all leads together; its key is null.
TOTAL = ""

Keys: TypeAlias = tuple[str | None, ...]


def keys_of(outcome: LeadOutcome) -> Keys:
    """The lead's key in each of `DIMENSIONS`; None where it has none, an empty text counting as none."""
    origin = outcome.acquisition
    return (
        origin.channel or None,
        origin.source or None,
        origin.medium or None,
        origin.campaign or None,
        origin.content or None,
        origin.outlet or None,
        origin.form or None,
        origin.partner or None,
        outcome.owner or None,
        outcome.team or None,
    )
