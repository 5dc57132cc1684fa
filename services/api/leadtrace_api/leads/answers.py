"""The answers about one lead, out of its score and outcome as known now or as of a moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from leadtrace.domain.scoring.frozen import as_frozen
from leadtrace.events.snapshots import DefinitionRef, FrozenPeriod, LeadOutcome, LeadScore
from leadtrace.events.times import from_micros, to_micros
from leadtrace_api.leads import queries
from leadtrace_api.leads.current import (
    Concluded,
    deal_of,
    dimensions_of,
    earned,
    moment,
    score_of,
    stage_entry,
)
from leadtrace_api.leads.hands import hands_of, offer_of
from leadtrace_api.leads.schemas import Lead
from leadtrace_api.leads.trace import StoredEvent, trace_entries
from leadtrace_api.leads.trace_schemas import Trace
from leadtrace_api.personal.schemas import PersonalFields
from leadtrace_api.projector.contribution import revenue_of, start_of
from leadtrace_api.reading import Reading

_UNJUDGED = DefinitionRef(id="", version=0, hash="")


@dataclass(frozen=True, slots=True)
class Snapshots:
    """The snapshots of a lead and the outcomes of its deals, as known at `as_of`; None: now."""

    outcome: LeadOutcome | None
    score: LeadScore | None
    concluded: Concluded
    as_of: datetime | None = None


def lead_answer(now: Reading, lead_id: UUID, known: Snapshots, personal: PersonalFields) -> Lead:
    """What is or was known of a lead; of one with only a score it is told as of a visitor."""
    score = known.score
    outcome = known.outcome or LeadOutcome(lead_id=str(lead_id), definition=_UNJUDGED)
    return Lead(
        snapshot_at=now.at,
        definition_version=now.version,
        as_of=known.as_of,
        lead_id=lead_id,
        status=outcome.status,
        captured_at=moment(outcome.captured_at),
        dimensions=dimensions_of(outcome),
        stage=outcome.stage,
        stage_since=moment(outcome.stage_since),
        entries={stage.value: count for stage, count in outcome.entries.items()},
        first_reached={stage.value: from_micros(at) for stage, at in outcome.first_reached.items()},
        transitions=tuple(map(stage_entry, outcome.transitions)),
        transitions_omitted=outcome.transitions_omitted,
        touches=outcome.touches,
        score=score_of(score) if score is not None else None,
        account=score.account if score is not None else None,
        won_at=moment(outcome.won_at),
        lost_at=moment(outcome.lost_at),
        revenue=earned(revenue_of(outcome)),
        deals=tuple(deal_of(deal, known.concluded, start_of(outcome)) for deal in outcome.deals),
        hands=hands_of(outcome.holdings[-1]) if outcome.holdings else None,
        offers=tuple(map(offer_of, outcome.offers)),
        offers_omitted=outcome.offers_omitted,
        flags=outcome.flags,
        trace=f"/v1/leads/{lead_id}/trace",
        personal=personal,
    )


def trace_answer(
    now: Reading,
    lead_id: UUID,
    events: Sequence[StoredEvent],
    known: Snapshots,
    lapsed_before: datetime | None = None,
) -> Trace:
    """The journey of a lead as known now or as of a moment."""
    return Trace(
        snapshot_at=now.at,
        definition_version=now.version,
        as_of=known.as_of,
        lead_id=lead_id,
        entries=trace_entries(
            events[: queries.MOST_EVENTS], known.outcome, _scored(now, known), known.concluded
        ),
        lapsed_before=lapsed_before,
        truncated=len(events) > queries.MOST_EVENTS,
    )


def _scored(now: Reading, known: Snapshots) -> list[FrozenPeriod]:
    """The score as each version told it while it was in force, as far as that was known."""
    if known.score is None:
        return []
    schedule = now.schedule if known.as_of is None else now.schedule.as_of(to_micros(known.as_of))
    return as_frozen(known.score, schedule.since or 0)
