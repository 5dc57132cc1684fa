"""The columns that work lists and accounts are read by, as one score and one outcome fill them.

Change what they hold and `VERSION` rises: the projector then fills them anew.
"""

from math import isfinite

import msgspec

from leadtrace.events.snapshots import DealStatus, LeadOutcome, LeadScore
from leadtrace.events.times import from_micros
from leadtrace_api.projector.contribution import current_since, current_stage
from leadtrace_api.store.columns import FLOAT, JSON, LARGEST_AMOUNT, MOMENT, TEXT, Column, Row

VERSION = 2

WORK_OF_OUTCOMES = (Column("stage_since", MOMENT), Column("open_amounts", JSON))
WORK_OF_SCORES = (
    Column("band_since", MOMENT),
    Column("predicted", FLOAT),
    Column("account", TEXT),
    Column("touched_at", MOMENT),
)


def work_of_outcome(outcome: LeadOutcome) -> Row:
    """Since when the lead stands where it stands, and what its open deals are worth.

    Raises:
        OverflowError: a moment is beyond what a calendar holds.
    """
    since = current_since(outcome) if current_stage(outcome) is not None else None
    return _on_a_calendar(since), _open_amounts(outcome)


def work_of_score(score: LeadScore) -> Row:
    """When the lead last entered its band, P(won) where a model may speak, its account and its last touch.

    Raises:
        OverflowError: a moment is beyond what a calendar holds.
    """
    predicted = score.predicted.probability if score.predicted is not None else None
    known = predicted is not None and isfinite(predicted) and 0.0 <= predicted <= 1.0
    since, touched_at = _on_a_calendar(band_since(score)), _on_a_calendar(score.touched_at)
    return since, predicted if known else None, score.account, touched_at


def band_since(score: LeadScore) -> int | None:
    """The moment (µs) from which on all points of the timeline have the band of now; None without any."""
    since = None
    for point in reversed(score.timeline):
        if point.band != score.band:
            break
        since = point.at
    return since


def _open_amounts(outcome: LeadOutcome) -> str | None:
    """The lead's parts of open deals by currency; what is worth nothing or more than any money is none."""
    totals: dict[str, int] = {}
    for deal in outcome.deals:
        if deal.status is DealStatus.OPEN and deal.currency is not None and abs(deal.share) <= LARGEST_AMOUNT:
            totals[deal.currency] = totals.get(deal.currency, 0) + deal.share
    kept = {currency: minor for currency, minor in totals.items() if minor}
    return msgspec.json.encode(kept).decode() if kept else None


def _on_a_calendar(moment: int | None) -> int | None:
    if moment is not None:
        from_micros(moment)
    return moment
