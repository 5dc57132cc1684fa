"""What attribution keeps of an event: what its folds read, and never a personal field."""

import msgspec
import pytest

from leadtrace.domain.attribution.extract import extract_deal, extract_lead
from leadtrace.events.activity import ActivityKind, ActivityRecorded
from leadtrace.events.catalogue import BY_DATA, Code
from leadtrace.events.deal import (
    DealCreated,
    DealDeleted,
    DealLinked,
    DealLost,
    DealStageChanged,
    DealUnlinked,
    DealUpdated,
    DealWon,
)
from leadtrace.events.handover import HandoverAccepted, HandoverRejected
from leadtrace.events.lead import (
    Acquisition,
    LeadCaptured,
    LeadDeleted,
    LeadOwnerChanged,
    LeadStageChanged,
    LeadUpdated,
    Stage,
)
from leadtrace.events.personal import Personal
from leadtrace.events.reference import LeadRef
from leadtrace.events.touchpoint import TouchpointRecorded

PERSON = Personal(email="a@b.example", first_name="Ada")
REF = LeadRef("hubspot", "contact/1", "1d32ee03-bd54-5003-ae86-3c7d4580b7ca", 4)


@pytest.mark.parametrize(
    ("data", "values"),
    [
        (LeadCaptured(Acquisition(channel="email", form="demo"), {"a": "b"}, PERSON),
         ("email", None, None, None, None, None, "demo")),
        (LeadUpdated(personal=PERSON), ()),
        (LeadUpdated(Acquisition(partner="acme")), (None, None, None, None, None, None, None, "acme")),
        (TouchpointRecorded(channel="email", page="/pricing", signal="pricing"), ("email",)),
        (LeadStageChanged(Stage.SALES_QUALIFIED, "Qualified", "user/1"), ("sql", "Qualified", "user/1")),
        (LeadOwnerChanged("owner/1", None, "user/1"), ("owner/1", None, "user/1")),
            (LeadOwnerChanged("owner/1", "sales"), ("owner/1", "sales")),
            (LeadUpdated(properties={"country": "DE", "x": "y"}), (*[None] * 8, "country", "DE")),
            (HandoverAccepted("sales", "owner/1", None, "user/1"), ("sales", "owner/1", None, "user/1")),
            (HandoverRejected("no_fit", "sales"), ("sales", None, None, None, "no_fit")),
            (ActivityRecorded(ActivityKind.CALL), (1,)),
            (ActivityRecorded(ActivityKind.EMAIL, automatic=True), ()),
            (ActivityRecorded(ActivityKind.EMAIL, bulk=True), ()),
            (ActivityRecorded(ActivityKind.MEETING, done=False), ()),
            (ActivityRecorded(ActivityKind.NOTE), ()),
        (LeadDeleted("user/1"), ()),
    ],
)  # fmt: skip
def test_lead_events_keep_what_the_lead_fold_reads(data: msgspec.Struct, values: tuple[object, ...]) -> None:
    assert extract_lead(BY_DATA[type(data)].code, data) == values


@pytest.mark.parametrize(
    ("data", "values"),
    [
        (DealCreated({"a": "b"}, PERSON), ()),
        (DealUpdated(personal=PERSON), ()),
        (DealUpdated(amount=""), ("", None, None)),
        (DealUpdated(currency="EUR"), (None, "EUR", None)),
        (DealUpdated(default_currency="BRL"), (None, None, "BRL")),
        (DealStageChanged("Proposal", "user/1"), ("Proposal",)),
        (DealWon("closedwon"), ("closedwon",)),
        (DealLost("closedlost", "price"), ("closedlost", "price")),
        (DealDeleted(), ()),
        (DealLinked(REF, "buyer", primary=True), (*msgspec.structs.astuple(REF), "buyer", 1)),
        (DealUnlinked(REF, "buyer"), msgspec.structs.astuple(REF)),
    ],
)
def test_deal_events_keep_what_the_deal_fold_reads(data: msgspec.Struct, values: tuple[object, ...]) -> None:
    assert extract_deal(BY_DATA[type(data)].code, data) == values


def test_neither_reads_the_others_events() -> None:
    assert extract_lead(Code.DEAL_WON, DealWon("closedwon")) == ()
    assert extract_deal(Code.LEAD_UPDATED, LeadUpdated(Acquisition(channel="email"))) == ()


def test_a_touchpoint_begins_with_the_acquisition_dimensions() -> None:
    dimensions = Acquisition.__struct_fields__
    assert TouchpointRecorded.__struct_fields__[: len(dimensions)] == dimensions
