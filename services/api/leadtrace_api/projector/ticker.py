"""What the ticker tells of a batch: differences of the funnel, and notable events of leads and deals.

Pure functions of the newest snapshots and of those they replace: where these say the same, nothing is told.
Ids of leads and deals are all that is told of anybody.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from operator import attrgetter
from typing import Final, NamedTuple, TypeAlias

import msgspec

from leadtrace.events.custody import Answer, Offer
from leadtrace.events.lead import LADDER, Stage
from leadtrace.events.snapshots import DealOutcome, DealStatus, LeadOutcome, LeadScore, LeadStatus
from leadtrace.events.times import from_micros
from leadtrace_api.projector.contribution import METRIC_MEASURES, REVENUE_MEASURES, Basis, Cell, Measure
from leadtrace_api.projector.dimensions import DIMENSIONS, key_of

# One entry has at most so many rows: about ten kilobytes.
_ROWS_AN_ENTRY: Final = 100
_CHANNEL, _SEGMENT = DIMENSIONS.index("channel"), DIMENSIONS.index("segment")
_HOT: Final = "hot"
_TOLD_STAGES = LADDER[LADDER.index(Stage.MARKETING_QUALIFIED) :]


class Kind(StrEnum):
    """What an entry is; `reset` says that all numbers are to be asked for anew."""

    FUNNEL = "funnel"
    NOTABLE = "notable"
    RESET = "reset"


class Entry(NamedTuple):
    """An entry that has no number yet; `body` is JSON."""

    kind: Kind
    body: str


class FunnelRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What to add to one number of the funnel; money in minor units, what is missing is 0.

    Either `stage` or `currency` is there; without `channel` or `segment` the leads have none.
    """

    basis: Basis
    day: date
    stage: str | None = None
    currency: str | None = None
    channel: str | None = None
    segment: str | None = None
    entered: int = 0
    reached: int = 0
    current: int = 0
    customers: int = 0
    revenue: int = 0
    recurring_revenue: int = 0


class FunnelDelta(msgspec.Struct, frozen=True, gc=False):
    """Rows of one version of the definitions that came together."""

    definition_version: int
    rows: tuple[FunnelRow, ...]


class Event(StrEnum):
    """What happened."""

    STAGE_REACHED = "stage_reached"
    VERDICT_HOLDS = "verdict_holds"
    BECAME_HOT = "became_hot"
    HANDOVER_OPENED = "handover_opened"
    HANDOVER_ACCEPTED = "handover_accepted"
    HANDOVER_REJECTED = "handover_rejected"
    DEAL_WON = "deal_won"
    DEAL_LOST = "deal_lost"
    DEAL_REFUNDED = "deal_refunded"


class Notable(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One notable event; `at` is when it happened (RFC 3339), `amount` is in minor units of `currency`."""

    event: Event
    definition_version: int
    lead_id: str | None = None
    deal_id: str | None = None
    at: str | None = None
    stage: Stage | None = None
    team: str | None = None
    amount: int | None = None
    currency: str | None = None


def funnel_entries(increments: Mapping[Cell, int], version: int) -> list[Entry]:
    """The differences of the rollups by one version, by basis, day, stage or currency, channel, segment."""
    rows = list(_funnel_rows(increments, version))
    chunks = [rows[first : first + _ROWS_AN_ENTRY] for first in range(0, len(rows), _ROWS_AN_ENTRY)]
    return [Entry(Kind.FUNNEL, _text(FunnelDelta(version, tuple(chunk)))) for chunk in chunks]


# Basis, day, stage or currency, whether it is money, channel and segment.
_Group: TypeAlias = tuple[Basis, date, str, bool, str, str]


def _funnel_rows(increments: Mapping[Cell, int], version: int) -> Iterator[FunnelRow]:
    sums: dict[_Group, dict[Measure, int]] = {}
    for ((of_version, basis, day, name), keys, measure), amount in increments.items():
        if of_version == version and amount and measure in METRIC_MEASURES:
            money = measure in REVENUE_MEASURES
            group = (basis, day, name, money, keys[_CHANNEL] or "", keys[_SEGMENT] or "")
            amounts = sums.setdefault(group, {})
            amounts[measure] = amounts.get(measure, 0) + amount
    for group in sorted(sums):
        if any(sums[group].values()):
            yield _funnel_row(group, sums[group])


def _funnel_row(group: _Group, amounts: Mapping[Measure, int]) -> FunnelRow:
    basis, day, name, money, channel, segment = group
    return FunnelRow(
        basis=basis,
        day=day,
        stage=None if money else name,
        currency=name if money else None,
        channel=channel or None,
        segment=segment or None,
        **{measure.value: amount for measure, amount in amounts.items()},
    )


def lead_entries(outcome: LeadOutcome, held: LeadOutcome | None) -> list[Entry]:
    """What became of a lead: stages reached for the first time, verdicts that hold, handovers."""
    gone = outcome.redirect_to is not None or outcome.status is LeadStatus.DELETED
    if gone or outcome.captured_at is None:
        return []
    return [*map(_entry, _stages(outcome, held)), *map(_entry, _handovers(outcome, held))]


def _stages(outcome: LeadOutcome, held: LeadOutcome | None) -> Iterator[Notable]:
    reached_before = held.first_reached if held is not None else {}
    for stage in _TOLD_STAGES:
        at = outcome.first_reached.get(stage)
        if at is not None and stage not in reached_before:
            yield _of_lead(outcome, Event.STAGE_REACHED, at, stage=stage)
    held_before = _holding(held)
    for stage, at in _holding(outcome).items():
        if stage not in held_before:
            yield _of_lead(outcome, Event.VERDICT_HOLDS, at, stage=stage)


def _holding(outcome: LeadOutcome | None) -> dict[Stage, int]:
    """The stages whose clauses hold by the latest verdict, since when (µs)."""
    latest = (
        {one.stage: one for one in sorted(outcome.qualifications, key=attrgetter("at"))}
        if outcome is not None
        else {}
    )
    return {stage: one.at for stage, one in latest.items() if one.holds}


def _handovers(outcome: LeadOutcome, held: LeadOutcome | None) -> Iterator[Notable]:
    before = {_offer_key(one): one.answer for one in held.offers} if held is not None else {}
    answers = {Answer.ACCEPTED: Event.HANDOVER_ACCEPTED, Answer.REJECTED: Event.HANDOVER_REJECTED}
    for one in outcome.offers:
        key = _offer_key(one)
        if key not in before:
            yield _of_lead(outcome, Event.HANDOVER_OPENED, one.at, team=key_of(one.team))
        if one.answer in answers and before.get(key) is not one.answer:
            yield _of_lead(outcome, answers[one.answer], one.answered_at, team=key_of(one.team))


def _offer_key(one: Offer) -> tuple[int, str, str]:
    return one.at, one.event, one.opened_by


def score_entries(score: LeadScore, held_band: str | None) -> list[Entry]:
    """Whether a lead became hot."""
    if score.redirect_to is not None or score.band != _HOT or held_band == _HOT:
        return []
    return [
        _entry(
            Notable(
                event=Event.BECAME_HOT,
                definition_version=score.definition.version,
                lead_id=score.lead_id,
                at=_moment(score.at),
            )
        )
    ]


def deal_entries(deal: DealOutcome, held: DealOutcome | None) -> list[Entry]:
    """Whether a deal was won, lost or paid back, with the money."""
    if deal.redirect_to is not None:
        return []
    told = []
    was = held.status if held is not None else None
    if deal.status is DealStatus.WON and was is not DealStatus.WON:
        told.append(_of_deal(deal, Event.DEAL_WON, deal.closed_at, deal.amount))
    if deal.status is DealStatus.LOST and was is not DealStatus.LOST:
        told.append(_of_deal(deal, Event.DEAL_LOST, deal.closed_at, deal.amount))
    refunded = deal.refunded - (held.refunded if held is not None else 0)
    if refunded > 0:
        told.append(_of_deal(deal, Event.DEAL_REFUNDED, deal.latest_at, refunded))
    return [_entry(one) for one in told]


def reset_entry(reason: str) -> Entry:
    """All numbers are others: whoever added differences asks for them anew."""
    return Entry(Kind.RESET, _text({"reason": reason}))


def _of_lead(
    outcome: LeadOutcome, event: Event, at: int | None, *, stage: Stage | None = None, team: str | None = None
) -> Notable:
    return Notable(
        event=event,
        definition_version=outcome.definition.version,
        lead_id=outcome.lead_id,
        at=_moment(at),
        stage=stage,
        team=team,
    )


def _of_deal(deal: DealOutcome, event: Event, at: int | None, amount: int | None) -> Notable:
    return Notable(
        event=event,
        definition_version=deal.definition.version,
        deal_id=deal.deal_id,
        at=_moment(at),
        amount=amount,
        currency=deal.currency,
    )


def _moment(at: int | None) -> str | None:
    try:
        return from_micros(at).isoformat() if at is not None else None
    except OverflowError:
        # What is told beside the numbers must not keep a snapshot out of them.
        return None


def _entry(one: Notable) -> Entry:
    return Entry(Kind.NOTABLE, _text(one))


def _text(body: object) -> str:
    return msgspec.json.encode(body).decode()
