"""A lead's outcome: its fold, its deals and its score's verdicts, written as one complete snapshot."""

from collections.abc import Sequence

import msgspec

from leadtrace.domain.attribution.derived import capture_of, derive_entries, losses_of
from leadtrace.domain.attribution.history import in_ladder_order, write_history
from leadtrace.domain.attribution.lead_state import LeadState, TouchMark, acquisition_of
from leadtrace.domain.attribution.presence import is_gone
from leadtrace.domain.attribution.recorded import together
from leadtrace.domain.attribution.standing import Standing
from leadtrace.domain.attribution.views import DealView, QualificationView
from leadtrace.domain.credits.grouping import ChannelOf, senders_word
from leadtrace.domain.custody.custody import Captured, Custody, custody_of
from leadtrace.domain.custody.happenings import Verdicts
from leadtrace.domain.custody.terms import TermsSchedule
from leadtrace.domain.definitions.attribution import DIMENSIONS
from leadtrace.domain.stages import STAGES
from leadtrace.events.known import Known
from leadtrace.events.lead import Acquisition, Stage
from leadtrace.events.snapshots import (
    DealShare,
    DealStatus,
    DefinitionRef,
    LeadOutcome,
    LeadStatus,
    Profile,
    Touch,
)

# About 200 bytes each, 260 with every mark, so that a body stays well below 256 KiB.
TRANSITION_LIMIT = 500

_CUSTOMER = Stage.CUSTOMER.value
_ENDED = (Stage.LOST.value, Stage.DISQUALIFIED.value)
_WON = DealStatus.WON
_UNJUDGED = QualificationView()
_USUAL_TERMS = TermsSchedule()


def render_lead(
    state: LeadState,
    *,
    lead_id: str,
    deals: Sequence[DealView],
    qualification: QualificationView | None,
    definition: DefinitionRef,
    terms: TermsSchedule = _USUAL_TERMS,
    channel_of: ChannelOf = senders_word,
) -> LeadOutcome:
    """The body of a lead's snapshot; `deals` in any order, also former ones; `state` is left as it is.

    `channel_of` says what the channel of a touch or a capture is called.
    """
    kept = sorted(deals, key=lambda deal: deal.deal_id)
    deals = [deal for deal in kept if deal.linked]
    judged = qualification or _UNJUDGED
    capture = capture_of(state, deals)
    captured_at = capture.at if capture else None
    standing, transitions = write_history(state.past, state.claims, derive_entries(capture, deals))
    won_at, lost_at = _ends(standing, deals)
    acquisition = _named(_acquisition(state, captured_at), channel_of)
    custody = Custody()
    if capture is not None:
        captured = Captured(capture.at, capture.event, acquisition, losses_of(deals))
        verdicts = Verdicts(judged.qualifications, terms.since, judged.frozen)
        custody = custody_of(captured, transitions, state.own, verdicts, terms)
    return LeadOutcome(
        lead_id=lead_id,
        definition=definition,
        status=_status(state, captured_at, won_at, lost_at),
        captured_at=captured_at,
        acquisition=acquisition,
        first_touch=_touch(state.first_touch, channel_of),
        last_touch=_touch(state.last_touch, channel_of),
        touches=state.touches + sum(state.further.values()),
        stage=STAGES[standing.stage] if standing.stage else None,
        stage_since=standing.since,
        transitions=tuple(transitions[-TRANSITION_LIMIT:]),
        transitions_omitted=standing.count - min(len(transitions), TRANSITION_LIMIT),
        entries=in_ladder_order(standing.entries),
        first_reached=in_ladder_order(standing.first),
        owner=state.owner,
        team=state.team,
        deals=tuple(_share(deal) for deal in deals),
        won_at=won_at,
        lost_at=lost_at,
        band=judged.band,
        qualifications=judged.qualifications,
        frozen_qualifications=judged.frozen,
        flags=_flags(state, captured_at, standing),
        latest_at=_latest(state, deals, judged),
        known=together([state.recorded, *(deal.recorded for deal in kept)]),
        holdings=custody.holdings,
        holdings_omitted=custody.holdings_omitted,
        offers=custody.offers,
        offers_omitted=custody.offers_omitted,
        watched_from=_watched_from(state),
        profile=Profile(*map(state.own.value_of, Profile.__struct_fields__)),
    )


def absorbed_lead(
    *, lead_id: str, redirect_to: str, definition: DefinitionRef, known: Known | None = None
) -> LeadOutcome:
    """The body of a lead whose record belongs to another one now."""
    return LeadOutcome(lead_id=lead_id, definition=definition, redirect_to=redirect_to, known=known)


def _watched_from(state: LeadState) -> int | None:
    """From when on the lead is watched; None: for as long as there is one, as of who was told of before."""
    begins = state.watched_from
    return None if begins is None or 0 < state.told_at < begins else begins


def _ends(standing: Standing, deals: Sequence[DealView]) -> tuple[int | None, int | None]:
    """When the lead was won and when it was lost; at most one of them."""
    closings = [deal.closed_at for deal in deals if deal.status == _WON and deal.closed_at is not None]
    if closings:
        return min(closings), None
    if standing.stage == _CUSTOMER:
        return standing.since, None
    return None, standing.since if standing.stage in _ENDED else None


def _status(state: LeadState, captured_at: int | None, won_at: int | None, lost_at: int | None) -> LeadStatus:
    if captured_at is None:
        return LeadStatus.VISITOR
    if is_gone(state.records):
        return LeadStatus.DELETED
    if won_at is not None:
        return LeadStatus.WON
    return LeadStatus.OPEN if lost_at is None else LeadStatus.LOST


def _acquisition(state: LeadState, captured_at: int | None) -> Acquisition:
    """All dimensions of the first touch if it is not after the capture, else all those of the capture."""
    first = state.first_touch
    if first is not None and (captured_at is None or first.at <= captured_at):
        return acquisition_of(first.dimensions)
    return acquisition_of(state.origin)


def _touch(mark: TouchMark | None, channel_of: ChannelOf) -> Touch | None:
    return None if mark is None else Touch(mark.at, _named(acquisition_of(mark.dimensions), channel_of))


def _named(said: Acquisition, channel_of: ChannelOf) -> Acquisition:
    """The same with its channel by the name that both teams gave it."""
    channel = channel_of(msgspec.structs.astuple(said)[: len(DIMENSIONS)])
    return said if channel == said.channel else msgspec.structs.replace(said, channel=channel)


def _share(deal: DealView) -> DealShare:
    return DealShare(deal.deal_id, deal.status, deal.share, deal.currency, deal.closed_at, deal.bookings)


def _flags(state: LeadState, captured_at: int | None, standing: Standing) -> tuple[str, ...]:
    won = standing.first.get(_CUSTOMER)
    raised = {
        "bot": bool(state.further),
        "clock_skew": state.skewed,
        "history_truncated": state.past is not None or state.own.hands_omitted > 0,
        "unhydrated": captured_at is not None and state.captured is None,
        "won_before_capture": won is not None and captured_at is not None and won < captured_at,
    }
    return tuple(flag for flag, holds in raised.items() if holds)


def _latest(state: LeadState, deals: Sequence[DealView], judged: QualificationView) -> int:
    latest = state.latest_at
    for deal in deals:
        latest = max(latest, deal.latest_at)
    for qualification in judged.qualifications:
        latest = max(latest, qualification.at)
    return latest
