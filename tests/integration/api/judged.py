"""Leads of chosen bands and fates, told relative to the database's now, since quality is judged as of it."""

from collections.abc import Iterator
from uuid import UUID

from leadtrace.bus.protocol import Record
from leadtrace.domain.calendar import DAY_US
from leadtrace.events.snapshots import LeadOutcome, LeadScore, LeadStatus, ScorePoint
from tests.unit.api.snapshots import DEFINITION, record

# (band, points, days since the capture, won so many days after the capture, how many)
Group = tuple[str, int, float, float | None, int]


def fate(number: int, now: int, group: Group) -> tuple[LeadScore, LeadOutcome]:
    """One lead: scored at its capture, and otherwise than that from its 60th day on."""
    band, points, age, won_after, _ = group
    captured = now - round(age * DAY_US)
    lead_id = str(UUID(int=number))
    later = ScorePoint(captured + 60 * DAY_US, 1_000, 0, "cold")
    score = LeadScore(
        lead_id=lead_id,
        definition=DEFINITION,
        at=captured,
        fit=points * 1_000,
        band=band,
        timeline=(ScorePoint(captured, points * 1_000, 0, band), later),
    )
    won_at = None if won_after is None else captured + round(won_after * DAY_US)
    outcome = LeadOutcome(
        lead_id=lead_id,
        definition=DEFINITION,
        status=LeadStatus.OPEN if won_at is None else LeadStatus.WON,
        captured_at=captured,
        won_at=won_at,
    )
    return score, outcome


def fates(now: int, *groups: Group, first: int = 1) -> Iterator[Record]:
    """The records of leads of several groups, numbered from `first` on."""
    number = first
    for group in groups:
        for _ in range(group[-1]):
            for body in fate(number, now, group):
                yield record(body, 1)
            number += 1
