"""Hypothesis strategies of what attribution's folds read, and of the deals that a lead may have."""

from functools import partial
from uuid import UUID

import msgspec
from hypothesis import strategies as st

from leadtrace.domain.attribution.extract import extract_deal, extract_lead
from leadtrace.domain.attribution.views import DealView
from leadtrace.events.activity import ActivityKind, ActivityRecorded
from leadtrace.events.catalogue import Code
from leadtrace.events.deal import (
    DealLinked,
    DealLost,
    DealRefunded,
    DealReopened,
    DealStageChanged,
    DealUnlinked,
    DealUpdated,
    DealWon,
    RevenueKind,
    RevenueRecorded,
)
from leadtrace.events.handover import (
    HandoverAccepted,
    HandoverOffered,
    HandoverRejected,
    HandoverReturned,
)
from leadtrace.events.lead import (
    Acquisition,
    LeadCaptured,
    LeadOwnerChanged,
    LeadStageChanged,
    LeadUpdated,
    Stage,
)
from leadtrace.events.reference import LeadRef
from leadtrace.events.snapshots import DealStatus
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace.testing.strategies import Values, moments

LEAD_IDS = tuple(str(UUID(int=number)) for number in range(1, 4))

_words = st.sampled_from([None, "email", "paid_search", "é"])
_names = st.sampled_from([None, "user/1", "user/2"])
_acquisitions = st.builds(
    Acquisition, channel=_words, source=_words, campaign=_words, form=_words, partner=_words
)
_touches = st.builds(TouchpointRecorded, channel=_words, medium=_words, partner=_words, page=_words)
_teams = st.sampled_from([None, "north", "south", "partners"])
_reasons = st.sampled_from(["no_budget", "no_fit"])
_properties = st.dictionaries(
    st.sampled_from(["country", "segment", "seniority"]), st.sampled_from([None, "DE", "FR"]), max_size=2
)
_activities = st.builds(
    ActivityRecorded,
    kind=st.sampled_from(ActivityKind),
    automatic=st.sampled_from([None, False, True]),
    done=st.booleans(),
)
_mostly_seen = st.sampled_from([False, False, True])
_claims = st.builds(
    LeadStageChanged,
    stage=st.sampled_from(Stage),
    claimed=st.sampled_from(["a", "b"]),
    actor=_names,
    asserted=_mostly_seen,
    bulk=_mostly_seen,
)
_refs = st.builds(
    LeadRef,
    source=st.sampled_from(["hubspot", "site"]),
    subject=st.sampled_from(["contact/1", "contact/2"]),
    lead_id=st.sampled_from(LEAD_IDS),
    bindingrev=st.integers(1, 3),
)
_amounts = st.one_of(
    st.sampled_from([None, "", "twelve", "NaN", "1e30", "0.0", "-10.01"]),
    st.decimals(0, 10_000, places=2).map(str),
)
_told = st.one_of(
    st.sampled_from([None, "0", "-1", "many", "999999999999999"]), st.decimals(0, 9_000, places=2).map(str)
)
_told_in = st.sampled_from([None, "EUR", "EUR", "JPY"])
_currencies = st.sampled_from([None, None, "", "EUR", "JPY"])


def _of_lead(code: Code, data: st.SearchStrategy[msgspec.Struct]) -> tuple[Code, st.SearchStrategy[Values]]:
    return code, data.map(partial(extract_lead, code))


def _of_deal(code: Code, data: st.SearchStrategy[msgspec.Struct]) -> tuple[Code, st.SearchStrategy[Values]]:
    return code, data.map(partial(extract_deal, code))


LEAD_VALUES: dict[Code, st.SearchStrategy[Values]] = dict(
    [
        _of_lead(Code.LEAD_CAPTURED, st.builds(LeadCaptured, acquisition=_acquisitions)),
        _of_lead(Code.LEAD_STAGE_CHANGED, _claims),
        _of_lead(
            Code.LEAD_OWNER_CHANGED, st.builds(LeadOwnerChanged, owner=_names, team=_teams, actor=_names)
        ),
        _of_lead(Code.TOUCHPOINT_RECORDED, _touches),
        _of_lead(
            Code.LEAD_UPDATED, st.builds(LeadUpdated, acquisition=_acquisitions, properties=_properties)
        ),
        _of_lead(Code.ACTIVITY_RECORDED, _activities),
        _of_lead(Code.HANDOVER_OFFERED, st.builds(HandoverOffered, team=_teams, owner=_names, actor=_names)),
        _of_lead(
            Code.HANDOVER_ACCEPTED, st.builds(HandoverAccepted, team=_teams, owner=_names, actor=_names)
        ),
        _of_lead(Code.HANDOVER_REJECTED, st.builds(HandoverRejected, reason=_reasons, actor=_names)),
        _of_lead(Code.HANDOVER_RETURNED, st.builds(HandoverReturned, reason=_reasons, actor=_names)),
        (Code.LEAD_DELETED, st.just(())),
        (Code.LEAD_RESTORED, st.just(())),
        (Code.LEAD_ERASED, st.just(())),
        (Code.LEAD_WATCHED, st.just(())),
    ]
)

DEAL_VALUES: dict[Code, st.SearchStrategy[Values]] = dict(
    [
        (Code.DEAL_CREATED, st.just(())),
        (Code.DEAL_DELETED, st.just(())),
        (Code.DEAL_RESTORED, st.just(())),
        _of_deal(
            Code.DEAL_UPDATED,
            st.builds(DealUpdated, amount=_amounts, currency=_currencies, default_currency=_currencies),
        ),
        _of_deal(
            Code.DEAL_STAGE_CHANGED,
            st.builds(DealStageChanged, claimed=st.sampled_from(["open", "ajar"]), asserted=_mostly_seen),
        ),
        _of_deal(Code.DEAL_WON, st.builds(DealWon, claimed=st.just("won"), asserted=_mostly_seen)),
        _of_deal(
            Code.DEAL_LOST, st.builds(DealLost, claimed=st.just("lost"), reason=_names, asserted=_mostly_seen)
        ),
        _of_deal(Code.DEAL_LINKED, st.builds(DealLinked, lead=_refs, role=_names, primary=st.booleans())),
        _of_deal(Code.DEAL_UNLINKED, st.builds(DealUnlinked, lead=_refs)),
        _of_deal(Code.DEAL_REOPENED, st.builds(DealReopened, claimed=st.just("again"))),
        _of_deal(Code.DEAL_REFUNDED, st.builds(DealRefunded, amount=_told, currency=_told_in)),
        _of_deal(
            Code.REVENUE_RECORDED,
            st.builds(
                RevenueRecorded,
                kind=st.sampled_from(RevenueKind),
                amount=_told.map(lambda text: text or "1.00"),
                currency=_told_in.map(lambda text: text or "EUR"),
            ),
        ),
    ]
)


@st.composite
def _deal_view(draw: st.DrawFn) -> DealView:
    status = draw(st.sampled_from(DealStatus))
    closed_at = None if status == DealStatus.OPEN else draw(moments())
    created_at = draw(moments())
    return DealView(
        deal_id=draw(st.sampled_from([f"d{number}" for number in range(20)])),
        status=status,
        created_at=created_at,
        closed_at=closed_at,
        share=draw(st.integers(-500, 5_000)),
        currency=draw(st.sampled_from(["EUR", "JPY"])),
        latest_at=max(created_at, closed_at or 0),
        reason=draw(st.sampled_from([None, "price", "rival"])) if status == DealStatus.LOST else None,
    )


def deals_of_a_lead(*, max_size: int = 4) -> st.SearchStrategy[list[DealView]]:
    """Deals of distinct ids as a lead's row keeps them, in no particular order."""
    return st.lists(_deal_view(), max_size=max_size, unique_by=lambda deal: deal.deal_id)
