"""Snapshots for the tests of the projection: builders, and strategies that provoke ties and merges."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from hypothesis import strategies as st

from leadtrace.bus.protocol import Record
from leadtrace.events.codec import encode
from leadtrace.events.envelope import SPEC_VERSION, Snapshot
from leadtrace.events.lead import LADDER, Acquisition, Stage
from leadtrace.events.money import Booking, MoneyKind
from leadtrace.events.snapshots import (
    DEAL_CONCLUDED,
    LEAD_CONCLUDED,
    LEAD_SCORED,
    DealOutcome,
    DealShare,
    DealStatus,
    DefinitionRef,
    LeadOutcome,
    LeadScore,
    LeadStatus,
    LinkedLead,
    Profile,
    SnapshotType,
    Transition,
)
from leadtrace.events.times import from_micros

DEFINITION = DefinitionRef(id="default", version=1, hash="h")
DAY_US = 86_400_000_000
START_US = 1_767_225_600_000_000  # 2026-01-01T00:00:00Z

KINDS: dict[type[msgspec.Struct], SnapshotType] = {
    LeadScore: LEAD_SCORED,
    LeadOutcome: LEAD_CONCLUDED,
    DealOutcome: DEAL_CONCLUDED,
}


def lead_id(number: int) -> str:
    """The id of a lead by number."""
    return str(UUID(int=number))


def deal_id(number: int) -> str:
    """The id of a deal by number."""
    return str(UUID(int=1_000_000 + number))


def at(days: float) -> int:
    """The moment so many days into 2026, UTC."""
    return START_US + round(days * DAY_US)


def record(body: LeadScore | LeadOutcome | DealOutcome, revision: int, *, offset: int = 0) -> Record:
    """A snapshot as its owner publishes it."""
    kind = KINDS[type(body)]
    entity = body.deal_id if isinstance(body, DealOutcome) else body.lead_id
    snapshot = Snapshot(
        specversion=SPEC_VERSION,
        id=f"{entity}:{body.definition.version}:{revision}",
        source=kind.source,
        type=kind.type,
        subject=entity,
        time=from_micros(START_US),
        partitionkey=entity,
        revision=str(revision),
        data=msgspec.Raw(encode(body)),
    )
    return Record(kind.topic.value, 0, offset, entity.encode(), encode(snapshot))


def outcome(
    number: int,
    *steps: tuple[Stage, float],
    channel: str | None = "paid_search",
    captured: float | None = 0.0,
    deals: Sequence[DealShare] = (),
    **fields: object,
) -> LeadOutcome:
    """A lead captured `captured` days into 2026 that entered each stage so many days into it."""
    transitions = tuple(Transition(at(day), stage, "forward", "crm 1") for stage, day in steps)
    entries: dict[Stage, int] = {}
    first: dict[Stage, int] = {}
    for stage, day in steps:
        entries[stage] = entries.get(stage, 0) + 1
        first.setdefault(stage, at(day))
    made = LeadOutcome(
        lead_id=lead_id(number),
        definition=DEFINITION,
        status=LeadStatus.OPEN if captured is not None else LeadStatus.VISITOR,
        captured_at=at(captured) if captured is not None else None,
        acquisition=Acquisition(channel=channel),
        transitions=transitions,
        entries=entries,
        first_reached=first,
        stage=steps[-1][0] if steps else None,
        stage_since=at(steps[-1][1]) if steps else None,
        deals=tuple(deals),
    )
    return msgspec.structs.replace(made, **fields)


def won(number: int, share: int, day: float, currency: str = "EUR") -> DealShare:
    """A lead's part of a deal won so many days into 2026."""
    return DealShare(deal_id(number), DealStatus.WON, share=share, currency=currency, closed_at=at(day))


def deal(number: int, amount: int, *leads: tuple[int, int], **fields: object) -> DealOutcome:
    """A won deal with (lead, share) pairs; none means unlinked."""
    made = DealOutcome(
        deal_id=deal_id(number),
        definition=DEFINITION,
        status=DealStatus.WON,
        created_at=at(1),
        closed_at=at(9),
        amount=amount,
        currency="EUR",
        leads=tuple(LinkedLead(lead_id(lead), share) for lead, share in leads),
    )
    return msgspec.structs.replace(made, **fields)


_KEYS = st.sampled_from((None, "", "email", "paid_search", "ünïcode", "null"))
_MOMENTS = st.one_of(
    st.integers(0, 5).map(at),
    st.integers(at(85), at(90)),  # across the change to summer time
)
_STAGES = st.sampled_from(Stage)
_TRANSITIONS = st.lists(
    st.builds(Transition, _MOMENTS, _STAGES, st.just("forward"), st.just("crm 1")), max_size=5
).map(tuple)
_BOOKINGS = st.lists(
    st.builds(
        Booking,
        _MOMENTS,
        st.sampled_from(MoneyKind),
        st.integers(-500, 100_000),
        st.sampled_from(("EUR", "USD")),
        st.integers(-500, 100_000),
        st.sampled_from(("EUR", "USD")),
    ),
    max_size=3,
).map(tuple)
_SHARES = st.lists(
    st.builds(
        DealShare,
        st.integers(1, 3).map(deal_id),
        st.sampled_from(DealStatus),
        share=st.integers(-500, 100_000),
        currency=st.sampled_from((None, "EUR", "BRL", "JPY")),
        closed_at=st.one_of(st.none(), _MOMENTS),
        bookings=st.one_of(st.just(()), _BOOKINGS),
    ),
    max_size=3,
    unique_by=lambda share: share.deal_id,
).map(tuple)


def outcomes(number: int) -> st.SearchStrategy[LeadOutcome]:
    """Any outcome of one lead: visitors, merged and deleted ones, with and without everything."""
    return st.builds(
        LeadOutcome,
        lead_id=st.just(lead_id(number)),
        definition=st.sampled_from((DEFINITION, DefinitionRef("default", 2, "g"))),
        redirect_to=st.sampled_from((None, None, None, lead_id(99))),
        status=st.sampled_from(LeadStatus),
        captured_at=st.one_of(st.none(), _MOMENTS, _MOMENTS),
        acquisition=st.builds(Acquisition, channel=_KEYS, campaign=_KEYS),
        stage=st.one_of(st.none(), _STAGES),
        stage_since=st.one_of(st.none(), _MOMENTS),
        transitions=_TRANSITIONS,
        entries=st.dictionaries(_STAGES, st.integers(1, 4), max_size=4),
        first_reached=st.dictionaries(st.sampled_from(LADDER), _MOMENTS, max_size=4),
        owner=_KEYS,
        profile=st.builds(Profile, segment=_KEYS, region=_KEYS),
        deals=_SHARES,
        lost_at=st.one_of(st.none(), _MOMENTS),
        latest_at=_MOMENTS,
        watched_from=st.one_of(st.none(), st.none(), _MOMENTS),
        flags=st.lists(st.sampled_from(("clock_skew", 'odd "quoted", \\ flag', "bot")), max_size=2).map(
            tuple
        ),
    )
