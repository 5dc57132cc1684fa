"""Generated worlds: a few leads and deals with everything that can happen to them, as canonical events."""

from collections.abc import Sequence
from datetime import timedelta

import msgspec
from hypothesis import strategies as st

from leadtrace.events.activity import ActivityKind, ActivityRecorded
from leadtrace.events.deal import (
    DealCreated,
    DealDeleted,
    DealLinked,
    DealLost,
    DealRefunded,
    DealRestored,
    DealStageChanged,
    DealUnlinked,
    DealUpdated,
    DealWon,
    RevenueKind,
    RevenueRecorded,
)
from leadtrace.events.envelope import Event
from leadtrace.events.handover import (
    HandoverAccepted,
    HandoverOffered,
    HandoverRejected,
    HandoverReturned,
)
from leadtrace.events.lead import (
    Acquisition,
    LeadCaptured,
    LeadDeleted,
    LeadOwnerChanged,
    LeadRestored,
    LeadStageChanged,
    LeadUpdated,
    LeadWatched,
    Stage,
)
from leadtrace.events.touchpoint import TouchpointRecorded
from leadtrace.testing.builders import DAY_ZERO, event, lead_ref

_LEADS = ("contact/1", "contact/2", "contact/3")
_DEALS = ("deal/1", "deal/2")
_CHANNELS = st.sampled_from((None, "paid_search", "organic_search", "email"))
# Mostly changes that were seen, now and then a record that was read as it stands.
_READ = st.sampled_from((False, False, False, True))
_OWNERS = st.sampled_from((None, "anna", "ben"))
_TEAMS = st.sampled_from((None, None, "sales", "partners"))
_AMOUNTS = st.sampled_from(("0", "100.00", "99.99", "1234.5"))

_LEAD_DATA: tuple[st.SearchStrategy[msgspec.Struct], ...] = (
    st.builds(LeadCaptured, acquisition=st.builds(Acquisition, channel=_CHANNELS)),
    st.builds(
        LeadUpdated,
        acquisition=st.builds(Acquisition, channel=_CHANNELS),
        properties=st.dictionaries(
            st.sampled_from(("country", "segment", "region", "seniority", "company_size")),
            st.sampled_from((None, "DE", "c_level")),
            max_size=2,
        ),
    ),
    st.builds(
        LeadStageChanged,
        stage=st.sampled_from(Stage),
        claimed=st.just("claimed"),
        actor=st.none(),
        asserted=_READ,
        bulk=_READ,
    ),
    st.builds(LeadOwnerChanged, owner=_OWNERS, team=_TEAMS, actor=_OWNERS),
    st.builds(HandoverOffered, team=_TEAMS, owner=_OWNERS, actor=st.none()),
    st.builds(HandoverAccepted, team=_TEAMS, owner=_OWNERS, actor=_OWNERS),
    st.builds(HandoverRejected, reason=st.just("no_fit"), actor=st.none()),
    st.builds(HandoverReturned, reason=st.just("no_budget"), actor=st.none()),
    st.builds(
        ActivityRecorded,
        kind=st.sampled_from((ActivityKind.CALL, ActivityKind.EMAIL)),
        automatic=st.sampled_from((None, True)),
    ),
    st.builds(LeadDeleted, actor=st.none()),
    st.builds(LeadRestored, actor=st.none()),
    st.builds(LeadWatched, actor=st.none()),
    st.builds(TouchpointRecorded, channel=_CHANNELS, signal=st.sampled_from((None, "demo_request"))),
)
_DEAL_DATA: tuple[st.SearchStrategy[msgspec.Struct], ...] = (
    st.builds(DealCreated),
    st.builds(
        DealUpdated, amount=_AMOUNTS, currency=st.sampled_from(("EUR", "USD")), default_currency=st.none()
    ),
    st.builds(DealStageChanged, claimed=st.just("open"), actor=st.none(), asserted=_READ),
    st.builds(DealWon, claimed=st.just("closedwon"), actor=st.none(), asserted=_READ),
    st.builds(
        DealLost,
        claimed=st.just("closedlost"),
        reason=st.sampled_from((None, "price")),
        actor=st.none(),
        asserted=_READ,
    ),
    st.builds(DealDeleted, actor=st.none()),
    st.builds(DealRestored, actor=st.none()),
    st.builds(DealLinked, lead=st.sampled_from(_LEADS).map(lead_ref), role=st.none(), primary=st.booleans()),
    st.builds(DealUnlinked, lead=st.sampled_from(_LEADS).map(lead_ref), role=st.none()),
    st.builds(DealRefunded, amount=st.sampled_from((None, "40.00", "5000")), currency=st.none()),
    st.builds(
        RevenueRecorded,
        kind=st.sampled_from(RevenueKind),
        amount=st.sampled_from(("10.01", "100")),
        currency=st.sampled_from(("EUR", "USD")),
    ),
)


@st.composite
def worlds(
    draw: st.DrawFn, *, max_events: int = 30, hours_late: Sequence[int] = (0, 0, 1, -1), hours: int = 48
) -> list[Event]:
    """Events of three leads and two deals that may share leads; equal moments and odd orders are common.

    `hours_late` are how long after it happened an event may be recorded; all happen within `hours`.
    """
    made: list[Event] = []
    for number in range(1, draw(st.integers(1, max_events)) + 1):
        of_lead = draw(st.integers(0, 2)) > 0
        subject = draw(st.sampled_from(_LEADS if of_lead else _DEALS))
        data = draw(st.one_of(_LEAD_DATA if of_lead else _DEAL_DATA))
        happened = DAY_ZERO + timedelta(hours=draw(st.integers(0, hours)))
        late = timedelta(hours=draw(st.sampled_from(hours_late)))
        made.append(event(data, subject, number, at=happened, recorded=happened + late))
    return made
