"""Times of a generic mapping: what is written names an interval, and a reading undoes nothing."""

import pytest

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.drafting import RefusedError
from leadtrace_ingest.senders.generic.file import Precision, TimeSpec
from leadtrace_ingest.senders.generic.moment import Moment
from leadtrace_ingest.senders.item import Ignored, Mapped
from leadtrace_ingest.senders.mapping.file import MappingError
from tests.unit.ingest.deliveries import RECEIVED_AT
from tests.unit.ingest.generic_items import AT, event, result_of, times, told

BERLIN = "Europe/Berlin"


def read(value: object, **given: object) -> tuple[str, str]:
    """The ends of the interval that a time names, without their offset."""
    spec = TimeSpec(expression="t", **given)  # type: ignore[arg-type]
    interval = Moment("time", spec).interval({"t": value})
    assert interval is not None
    start, end = (one.isoformat().removesuffix("+00:00") for one in interval)
    return start, end


@pytest.mark.parametrize(
    ("value", "start", "end"),
    [
        ("2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05.678000", "2026-01-02T03:04:05.678000"),
        ("2026-01-02T03:04:05.1234567+01:00", "2026-01-02T02:04:05.123456", "2026-01-02T02:04:05.123456"),
        ("2026-01-02 03:04:05 UTC", "2026-01-02T03:04:05", "2026-01-02T03:04:05.999999"),
        ("2026-01-02T03:04+0100", "2026-01-02T02:04:00", "2026-01-02T02:04:59.999999"),
        ("2026-01-02", "2026-01-02T00:00:00", "2026-01-02T23:59:59.999999"),
        (1767323045, "2026-01-02T03:04:05", "2026-01-02T03:04:05.999999"),
        ("1767323045", "2026-01-02T03:04:05", "2026-01-02T03:04:05.999999"),
        (1767323045.5, "2026-01-02T03:04:05.500000", "2026-01-02T03:04:05.500000"),
        (1767323045678, "2026-01-02T03:04:05.678000", "2026-01-02T03:04:05.678000"),
    ],
)
def test_auto(value: object, start: str, end: str) -> None:
    assert read(value) == (start, end)


@pytest.mark.parametrize(
    ("value", "day", "start", "end"),
    [
        ("2026-01-02", "%Y-%m-%d", "2026-01-01T23:00:00", "2026-01-02T22:59:59.999999"),
        ("02.07.2026 14:30", "%d.%m.%Y %H:%M", "2026-07-02T12:30:00", "2026-07-02T12:30:59.999999"),
        ("7/2/26 2 PM", "%m/%d/%y %I %p", "2026-07-02T12:00:00", "2026-07-02T12:59:59.999999"),
        # Days on which clocks change have 23 and 25 hours.
        ("2026-03-29", "iso", "2026-03-28T23:00:00", "2026-03-29T21:59:59.999999"),
        ("2026-10-25", "iso", "2026-10-24T22:00:00", "2026-10-25T22:59:59.999999"),
    ],
)
def test_a_zone_and_a_pattern(value: str, day: str, start: str, end: str) -> None:
    assert read(value, format=day, zone=BERLIN) == (start, end)


def test_several_formats_are_tried_in_turn() -> None:
    formats = ["%d.%m.%Y", "epoch_ms"]
    assert read("02.01.2026", format=formats)[0] == "2026-01-02T00:00:00"
    assert read(1767323045678, format=formats)[0] == "2026-01-02T03:04:05.678000"


@pytest.mark.parametrize(
    ("precision", "end"),
    [
        (Precision.EXACT, "2026-01-02T03:04:05"),
        (Precision.HOUR, "2026-01-02T03:59:59.999999"),
        (Precision.DAY, "2026-01-02T22:59:59.999999"),
    ],
)
def test_a_precision_that_the_file_states(precision: Precision, end: str) -> None:
    assert read("2026-01-02T03:04:05Z", precision=precision, zone=BERLIN)[1] == end


@pytest.mark.parametrize(
    "value",
    ["yesterday", "1999-12-31", 5, -1, "2026-13-01", "2026-01-02T25:00", "9999-12-31", True, [1], {"a": 1},
     "1e400", "NaN", 10**17, "1" * 65, "2026-01-02T03:04:05+99:99"],
)  # fmt: skip
def test_what_is_no_time_is_refused(value: object) -> None:
    with pytest.raises(RefusedError, match="time: the time at 't'") as refused:
        read(value)
    assert refused.value.reason is Reason.BAD_TIME


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"format": "%d.%m."}, "names no year, month and day"),
        ({"format": "%H:%M"}, "names no year, month and day"),
        ({"format": "%Q"}, "no pattern"),
        ({"format": "unix"}, "none of auto, iso, epoch_s, epoch_ms"),
        ({"format": []}, "the list is empty"),
        ({"zone": "Mars/Olympus"}, "no IANA time zone"),
    ],
)
def test_a_format_or_zone_that_cannot_be(given: dict[str, object], rule: str) -> None:
    with pytest.raises(MappingError, match=rule):
        read("2026-01-02", **given)


def test_without_a_time_the_receipt_stands_in() -> None:
    value = event("person.binned", data={"id": 7}) | {"created_at": None}
    assert times(value) == {"lead.deleted": RECEIVED_AT.isoformat()}


EXPORT = """
name: export
version: 1
time: {column: Last Modified, format: "%d.%m.%Y", zone: Europe/Berlin}
rules:
  - record:
      object: person
      id: {column: Record ID}
      tells: state
      created: {column: Created, format: "%d.%m.%Y %H:%M"}
      fields: "@"
  - time: {column: Became MQL}
    stage: {object: person, id: {column: Record ID}, stage: hot}
objects:
  person:
    is: lead
    fields:
      Record ID: {means: ignored}
      E-Mail: {means: personal, as: email}
      Source: {means: acquisition, as: channel, touchpoint: true}
      Stage: {means: stage}
      Created: {means: ignored}
      Last Modified: {means: ignored}
      Became MQL: {means: ignored}
lifecycle_stages: [{id: hot, is: mql}, {id: won, is: customer}]
"""
ROW = {
    "Record ID": "7",
    "E-Mail": "",
    "Source": "Ads",
    "Stage": "won",
    "Created": "02.01.2026 09:15",
    "Last Modified": "05.02.2026",
    "Became MQL": "20.01.2026",
}


class TestState:
    def test_a_record_as_it_was_read(self) -> None:
        assert told(ROW, EXPORT) == [
            ("lead.captured", "person/7", {}),
            ("lead.updated", "person/7", {"acquisition": {"channel": "ads"}}),
            ("lead.stage_changed", "person/7", {"stage": "customer", "claimed": "won", "asserted": True}),
            ("lead.stage_changed", "person/7", {"stage": "mql", "claimed": "hot", "asserted": True}),
        ]

    def test_its_events_have_ids_of_their_own(self) -> None:
        result = result_of(ROW, EXPORT)
        assert isinstance(result, Mapped)
        assert [draft.suffix for draft in result.drafts] == ["", ".v", ".v.s", ".r1"]

    def test_made_and_staged_at_the_end_of_its_times_and_valued_at_the_start(self) -> None:
        assert times(ROW | {"Became MQL": ""}, EXPORT) == {
            "lead.captured": "2026-01-02T08:15:59.999999+00:00",
            "lead.updated": "2026-02-04T23:00:00+00:00",
            "lead.stage_changed": "2026-02-05T22:59:59.999999+00:00",
        }
        assert times(ROW | {"Stage": ""}, EXPORT)["lead.stage_changed"] == "2026-01-20T22:59:59.999999+00:00"

    def test_without_its_creation_nothing_is_made(self) -> None:
        row = {"Record ID": "7", "Stage": "won", "Created": ""}
        assert [name for name, *_ in told(row, EXPORT)] == ["lead.stage_changed"]
        assert isinstance(result_of({"Record ID": "7"}, EXPORT), Ignored)

    def test_a_change_that_was_seen_may_be_a_stage_rule_too(self) -> None:
        text = EXPORT.replace("stage: hot}", "stage: hot, asserted: false}")
        row = {"Record ID": "7", "Became MQL": "20.01.2026"}
        assert told(row, text)[-1][2] == {"stage": "mql", "claimed": "hot"}
        assert times(row, text)["lead.stage_changed"] == "2026-01-19T23:00:00+00:00"


def test_a_deal_as_it_was_read() -> None:
    text = """
name: deals
version: 1
time: at
rules: [{record: {object: deal, id: id, tells: state, created: made, fields: {stage: stage, amount: amount}}}]
objects: {deal: {is: deal, fields: {stage: {means: stage}, amount: {means: amount}}}}
deal_stages: [{id: won, is: won}]
"""
    value = {"id": 1, "at": AT[:10], "made": "2026-01-01", "stage": "won", "amount": "5"}
    assert times(value, text) == {
        "deal.created": "2026-01-01T23:59:59.999999+00:00",
        "deal.updated": "2026-01-02T00:00:00+00:00",
        "deal.won": "2026-01-02T23:59:59.999999+00:00",
    }
    assert told(value, text)[-1][2] == {"claimed": "won", "asserted": True}
