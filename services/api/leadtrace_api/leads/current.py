"""The current state of a lead, out of its newest score and outcome."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from leadtrace.events.money import Booking
from leadtrace.events.snapshots import (
    Contribution,
    DealOutcome,
    DealShare,
    LeadOutcome,
    LeadScore,
    Qualification,
    Transition,
)
from leadtrace.events.times import from_micros
from leadtrace_api.leads.schemas import (
    DealMoney,
    Dimensions,
    LeadDeal,
    LeadRow,
    Score,
    ScoreNumbers,
    ScoreReason,
    StageEntry,
    Verdict,
)
from leadtrace_api.personal.schemas import PersonalFields
from leadtrace_api.projector.contribution import bookings_of
from leadtrace_api.projector.dimensions import DIMENSIONS, keys_of
from leadtrace_api.schemas import Money, money, points

Concluded = Mapping[UUID, DealOutcome]


def moment(micros: int | None) -> datetime | None:
    """Microseconds since the epoch as an aware moment."""
    return from_micros(micros) if micros is not None else None


def dimensions_of(outcome: LeadOutcome) -> Dimensions:
    """Where the lead came from and who holds it."""
    return Dimensions(**dict(zip(DIMENSIONS, keys_of(outcome), strict=True)))


def numbers(fit: int, intent: int, band: str) -> ScoreNumbers:
    """A score in points; fit and intent come in thousandths."""
    return ScoreNumbers(fit=points(fit), intent=points(intent), total=points(fit + intent), band=band)


def verdicts(told: Iterable[Qualification]) -> tuple[Verdict, ...]:
    """Each change of what the clauses of a stage say, oldest first."""
    return tuple(
        Verdict(stage=one.stage, at=from_micros(one.at), holds=one.holds, failed=one.failed) for one in told
    )


def score_of(score: LeadScore) -> Score:
    """The score with its explanation."""
    return Score(
        **dict(numbers(score.fit, score.intent, score.band)),
        at=from_micros(score.at),
        grade=score.grade,
        fit_reasons=tuple(map(_reason, score.fit_contributions)),
        intent_reasons=tuple(map(_reason, score.intent_contributions)),
        qualifications=verdicts(score.qualifications),
    )


def _reason(contribution: Contribution) -> ScoreReason:
    return ScoreReason(
        rule=contribution.rule, points=points(contribution.millipoints), because=contribution.because
    )


def stage_entry(transition: Transition) -> StageEntry:
    """A recorded entry to a stage."""
    return StageEntry(
        stage=transition.stage,
        at=from_micros(transition.at),
        kind=transition.kind,
        claimed=transition.claimed,
        actor=transition.actor,
        marks=transition.marks,
    )


def deal_of(share: DealShare, concluded: Concluded, otherwise_at: int) -> LeadDeal:
    """A deal as its lead sees it, with what the deal's own outcome says beside the lead's part.

    `otherwise_at` (µs) dates what nobody dated.
    """
    deal_id = UUID(share.deal_id)
    own = concluded.get(deal_id)
    amount, currency = (own.amount, own.currency) if own is not None else (None, None)
    return LeadDeal(
        deal_id=deal_id,
        status=share.status,
        share=money(share.share, share.currency) if share.currency is not None else None,
        amount=money(amount, currency) if amount is not None and currency is not None else None,
        closed_at=moment(share.closed_at),
        money=tuple(map(_deal_money, bookings_of(share, otherwise_at))),
        reason=own.reason if own is not None else None,
        flags=own.flags if own is not None else (),
    )


def earned(totals: Mapping[str, int]) -> tuple[Money, ...]:
    """Minor units by currency as money."""
    return tuple(money(minor, currency) for currency, minor in sorted(totals.items()))


def _deal_money(one: Booking) -> DealMoney:
    return DealMoney(
        kind=one.kind,
        at=from_micros(one.at),
        amount=money(one.amount, one.currency),
        counted=money(one.counted, one.counted_in),
    )


def lead_row(row: Row[Any], personal: PersonalFields | None) -> LeadRow:
    """A row of `api.leads` as the list shows it."""
    stored = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for it
    revenue: dict[str, int] = stored["revenue"] or {}
    fit, intent, band = stored["fit"], stored["intent"], stored["band"]
    return LeadRow(
        lead_id=stored["lead_id"],
        status=stored["status"],
        captured_at=stored["captured_at"],
        stage=stored["stage"],
        dimensions=Dimensions(**{name: stored[name] for name in DIMENSIONS}),
        score=numbers(fit, intent, band) if band is not None else None,
        account=stored["account"],
        won_at=stored["won_at"],
        lost_at=stored["lost_at"],
        revenue=earned(revenue),
        flags=tuple(stored["flags"]),
        href=f"/v1/leads/{stored['lead_id']}",
        personal=personal,
    )
