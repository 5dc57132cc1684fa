"""Single events: what is taken, what is refused by which rule, what makes two of them one."""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import msgspec
import pytest

from leadtrace.events.catalogue import BY_NAME, POSTED, EventType
from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.events.strict import LONGEST_VALUE, STRICT
from leadtrace_ingest.senders.item import Mapped
from leadtrace_ingest.senders.webhook import MAX_ITEM_BYTES
from tests.house.checkout import ROOT
from tests.unit.ingest.deliveries import delivery, told
from tests.unit.ingest.event_items import (
    JSON,
    event,
    events_adapter,
    mapped,
    refused,
    type_of,
    without,
)

EXAMPLES = ROOT / "shared/leadtrace/events/examples"
MERGED = {"absorbed": [{"subject": "contact/4"}, {"subject": "contact/5", "source": "app/eu"}]}


def as_sent(value: Any) -> Any:
    """The data of a published event as its sender wrote it: references without their bindings."""
    match value:
        case {"source": source, "subject": subject, "bindingrev": _}:
            return {"source": source, "subject": subject}
        case dict():
            return {name: as_sent(one) for name, one in value.items()}
        case list():
            return [as_sent(one) for one in value]
        case _:
            return value


def as_told(value: Any) -> Any:
    match value:
        case {"source": source, "subject": subject}:
            return f"{source} {subject}"
        case dict():
            return {name: as_told(one) for name, one in value.items()}
        case list():
            return [as_told(one) for one in value]
        case _:
            return value


@pytest.mark.parametrize("row", POSTED, ids=lambda row: row.name)
def test_every_event_of_the_catalogue_is_taken_as_its_example_shows_it(row: EventType) -> None:
    example = msgspec.json.decode((EXAMPLES / f"{row.name}.json").read_bytes())
    data = as_sent(example["data"])
    own = {"source": "app", "subject": example["subject"], "data": data}
    adapter = events_adapter(others=())
    given = {**event(), **own, "type": row.type}
    message = delivery(msgspec.json.encode(given), headers={"content-type": JSON})
    (item,) = adapter.split(message)
    result = adapter.map_item(item, message)
    assert told(result) == [(row.name, example["subject"], as_told(data))]
    assert isinstance(result, Mapped)
    corrects = data.get("corrects")
    assert result.drafts[0].topic == (BY_NAME[corrects] if corrects else row).topic.value


class TestOthersRecords:
    """An operator's tool may say that two CRMs mean one person; a website may not."""

    GIVEN: ClassVar[dict[str, dict[str, object]]] = {
        "lead.merged": {"absorbed": [{"subject": "lead/2", "source": "crm"}]},
        "lead.split": {"apart": [{"subject": "lead/2", "source": "crm"}]},
        "event.corrected": {"event": "e", "corrects": "lead.captured", "declaration": "did_not_occur"},
    }

    @pytest.mark.parametrize("name", GIVEN)
    def test_who_is_trusted_may_speak_of_them(self, name: str) -> None:
        given = event(name, self.GIVEN[name], subject="contact/1", subjectsource="hubspot/33")
        message = delivery(msgspec.json.encode(given), headers={"content-type": JSON})
        adapter = events_adapter(trusted=True)
        (item,) = adapter.split(message)
        result = adapter.map_item(item, message)
        assert isinstance(result, Mapped), result
        (draft,) = result.drafts
        assert (result.source, draft.subject_source, draft.kind) == ("app", "hubspot/33", "contact")

    @pytest.mark.parametrize("name", GIVEN)
    def test_others_may_not(self, name: str) -> None:
        result = refused(event(name, self.GIVEN[name], subject="contact/1", subjectsource="hubspot/33"))
        assert (result.field, result.reason) == ("subjectsource", Reason.FOREIGN_SOURCE)

    def test_what_happened_happened_to_ones_own(self) -> None:
        result = refused(event("lead.deleted", {}, subjectsource="mine/too"))
        assert (result.field, result.reason) == ("subjectsource", Reason.INVALID_ITEM)

    def test_a_correction_names_a_type_that_is_posted(self) -> None:
        wrong = {**self.GIVEN["event.corrected"], "corrects": "lead.rebound"}
        assert refused(event("event.corrected", wrong)).field == "data.corrects"


class TestReferences:
    def test_records_of_other_senders_may_be_linked(self) -> None:
        lead = {"subject": "contact/501", "source": "hubspot/33"}
        linked = event("deal.linked", {"lead": lead, "role": "buyer", "primary": True}, subject="deal/1")
        assert told(mapped(linked)) == [
            ("deal.linked", "deal/1", {"lead": "hubspot/33 contact/501", "role": "buyer", "primary": True})
        ]

    def test_an_account_is_linked_with_one_record(self) -> None:
        for name in ("account.linked", "account.unlinked"):
            lead, deal = {"lead": {"subject": "contact/1"}}, {"deal": {"subject": "deal/2"}}
            assert told(mapped(event(name, lead)))[0][2] == {"lead": "app contact/1"}
            assert told(mapped(event(name, deal)))[0][2] == {"deal": "app deal/2"}
            for wrong in ({}, {**lead, **deal}):
                assert "exactly one of lead and deal" in refused(event(name, wrong)).detail

    def test_records_are_merged_into_the_subject(self) -> None:
        for name in ("lead.merged", "deal.merged", "account.merged"):
            ((_, _, data),) = told(mapped(event(name, {**MERGED, "actor": "x"})))
            assert data == {"absorbed": ["app contact/4", "app/eu contact/5"], "actor": "x"}

    @pytest.mark.parametrize(
        ("absorbed", "field", "reason"),
        [
            ([], "data.absorbed", Reason.INVALID_ITEM),
            ([{"subject": "contact/123"}], "data.absorbed[0].subject", Reason.INVALID_ITEM),
            ([{"subject": "contact/1"}, {"subject": "x"}], "data.absorbed[1].subject", Reason.INVALID_ITEM),
            (
                [{"subject": "contact/1", "source": "hubspot/33"}],
                "data.absorbed[0].source",
                Reason.FOREIGN_SOURCE,
            ),
            ([{"subject": f"contact/{n}"} for n in range(501, 1002)], "data.absorbed", Reason.INVALID_ITEM),
            ([{"subject": "contact/1", "lead_id": "x"}], "data.absorbed[0].lead_id", Reason.INVALID_ITEM),
        ],
    )
    def test_but_not_into_itself_nor_those_of_others(
        self, absorbed: object, field: str, reason: Reason
    ) -> None:
        result = refused(event("lead.merged", {"absorbed": absorbed}))
        assert (result.field, result.reason) == (field, reason)


DATA: dict[str, tuple[str, object, str, str]] = {
    "unknown field": ("lead.captured", {"property": {}}, "data.property", "Did you mean properties?"),
    "nested unknown": (
        "lead.captured",
        {"acquisition": {"chanel": "x"}},
        "data.acquisition.chanel",
        "Leave it out",
    ),
    "missing": ("lead.stage_changed", {"stage": "mql"}, "data.claimed", "Add the field."),
    "wrong word": ("lead.stage_changed", {"stage": "hot@x.de", "claimed": "x"}, "data.stage", "Correct"),
    "number": ("lead.captured", {"properties": {"a": 1}}, "data.properties[...]", "Correct"),
    "a list": ("lead.captured", [], "data", "Correct"),
    "text": ("lead.captured", "x", "data", "Correct"),
    "empty name": ("touchpoint.recorded", {"channel": ""}, "data.channel", "Correct"),
    "long name": ("touchpoint.recorded", {"channel": "x" * 256}, "data.channel", "Correct"),
    "long page": ("touchpoint.recorded", {"page": "x" * 2_049}, "data.page", "Correct"),
    "long value": (
        "lead.updated",
        {"properties": {"a": "x" * (LONGEST_VALUE + 1)}},
        "data.properties[...]",
        "C",
    ),
    "comma": ("deal.refunded", {"amount": "12,5", "currency": "EUR"}, "data.amount", "Correct"),
    "line break": ("deal.refunded", {"amount": "12\n", "currency": "EUR"}, "data.amount", "Correct"),
    "nothing refunded": ("deal.refunded", {"amount": "", "currency": "EUR"}, "data.amount", "Correct"),
    "exponent": ("deal.updated", {"amount": "1e5"}, "data.amount", "Correct"),
    "currency": ("deal.updated", {"currency": "eur"}, "data.currency", "Correct"),
    "currency and more": ("deal.updated", {"currency": "EUR\n"}, "data.currency", "Correct"),
    "NUL": ("lead.captured", {"properties": {"a": "\x00"}}, "data", "Take it out."),
}


@pytest.mark.parametrize(("name", "data", "field", "remedy"), DATA.values(), ids=DATA)
def test_data_that_do_not_fit_name_field_and_remedy(name: str, data: object, field: str, remedy: str) -> None:
    result = refused(event(name, data))
    assert (result.reason, result.field) == (Reason.INVALID_ITEM, field)
    assert result.detail.startswith(f"{field}: ")
    assert remedy in result.remedy
    assert "hot@x.de" not in result.detail + result.remedy  # whatever a sender writes may be a person's


def test_a_written_escape_is_no_nul() -> None:
    assert told(mapped(event(data={"properties": {"a": "\\u0000"}})))[0][2] == {
        "properties": {"a": "\\u0000"}
    }


def test_a_refund_without_an_amount_is_one_of_all() -> None:
    assert told(mapped(event("deal.refunded", {"reason": "recalled"})))[0][2] == {"reason": "recalled"}


def test_a_cleared_amount_is_an_update() -> None:
    assert told(mapped(event("deal.updated", {"amount": ""})))[0][2] == {"amount": ""}


ATTRIBUTES: dict[str, tuple[dict[str, Any], str, Reason]] = {
    "no id": (without(event(), "id"), "id", Reason.INVALID_ITEM),
    "empty id": (event(id=""), "id", Reason.INVALID_ITEM),
    "number as id": (event(id=5), "id", Reason.INVALID_ITEM),
    "endless id": (event(id="x" * 256), "id", Reason.INVALID_ITEM),
    "NUL in an id": (event(id="a\x00b"), "id", Reason.INVALID_ITEM),
    "no type": (without(event(), "type"), "type", Reason.INVALID_ITEM),
    "typing error": (event(type=type_of("lead.stagechanged")), "type", Reason.UNKNOWN_TYPE),
    "no subject": (without(event(), "subject"), "subject", Reason.INVALID_ITEM),
    "no kind": (event(subject="/5"), "subject", Reason.INVALID_ITEM),
    "kind alone": (event(subject="contact/"), "subject", Reason.INVALID_ITEM),
    "long kind": (event(subject="x" * 65 + "/1"), "subject", Reason.INVALID_ITEM),
    "long external id": (event(subject="contact/" + "1" * 256), "subject", Reason.INVALID_ITEM),
    "line break": (event(subject="contact/1\n"), "subject", Reason.INVALID_ITEM),
    "another's source": (event(source="hubspot"), "source", Reason.FOREIGN_SOURCE),
    "a part of another's": (event(source="crm/5"), "source", Reason.FOREIGN_SOURCE),
    "no offset": (event(time="2026-01-02T03:04:05"), "time", Reason.BAD_TIME),
    "no moment": (event(time="yesterday"), "time", Reason.BAD_TIME),
    "no such day": (event(time="2026-02-30T00:00:00Z"), "time", Reason.BAD_TIME),
    "long ago": (event(time="1999-12-31T23:59:59Z"), "time", Reason.BAD_TIME),
    "beyond the calendar": (event(time="9999-12-31T23:59:59-10:00"), "time", Reason.BAD_TIME),
    "number as time": (event(time=1_767_312_000), "time", Reason.INVALID_ITEM),
    "long sequence": (event(sequence="x" * 65), "sequence", Reason.INVALID_ITEM),
    "long correlation": (event(correlationid="x" * 256), "correlationid", Reason.INVALID_ITEM),
    "data twice": (event(data_base64="e30="), "data_base64", Reason.INVALID_ITEM),
    "no base64": (without(event(data_base64="?"), "data"), "data_base64", Reason.INVALID_ITEM),
    "base64 of no JSON": (without(event(data_base64="eHg="), "data"), "data", Reason.NOT_JSON),
    "data of another type": (event(datacontenttype="text/xml"), "datacontenttype", Reason.INVALID_ITEM),
    "too large": (event(extra="x" * MAX_ITEM_BYTES), "", Reason.TOO_LARGE),
}


@pytest.mark.parametrize(("given", "field", "reason"), ATTRIBUTES.values(), ids=ATTRIBUTES)
def test_attributes_that_do_not_fit(given: dict[str, Any], field: str, reason: Reason) -> None:
    result = refused(given)
    assert (result.field, result.reason) == (field, reason)


def test_an_unknown_type_is_answered_with_the_nearest() -> None:
    assert refused(event(type=type_of("lead.stagechanged"))).remedy == (
        "Did you mean io.leadtrace.lead.stage_changed.v1?"
    )
    assert "io.leadtrace.spend.recorded.v1" in refused(event(type="?")).remedy


@pytest.mark.parametrize("source", ["app", "app/eu", "https://shop.example/till", "hubspotter", "urn:x"])
def test_any_source_that_no_other_sender_is_named_after(source: str) -> None:
    assert mapped(event(source=source)).source == source


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("2026-01-02T03:04:05.1234569Z", datetime(2026, 1, 2, 3, 4, 5, 123456, tzinfo=UTC)),
        ("2026-01-02T03:04:05.9999999Z", datetime(2026, 1, 2, 3, 4, 5, 999999, tzinfo=UTC)),
        ("2026-01-02T03:04:05.1+01:00", datetime(2026, 1, 2, 2, 4, 5, 100_000, tzinfo=UTC)),
        ("2026-01-02t03:04:05z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
    ],
)
def test_times_are_utc_and_cut_to_microseconds(given: str, meant: datetime) -> None:
    (draft,) = mapped(event(time=given)).drafts
    assert draft.time == meant
    assert draft.time.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("given", "meant"), [(7, "7".zfill(20)), ("7", "7".zfill(20)), ("a-7", "a-7"), (None, ""), (-7, "-7")]
)
def test_the_senders_own_order(given: object, meant: str) -> None:
    assert mapped(event(sequence=given)).drafts[0].sequence == meant


SPEND = {
    "account": "ads-1",
    "from": "2026-01-01",
    "to": "2026-01-31",
    "rows": [{"from": "2026-01-01", "to": "2026-01-31", "amount": "5.00", "currency": "EUR"}],
}


def test_spend_is_an_event_of_its_account() -> None:
    posting = event("spend.recorded", SPEND, subject="spend/ads-1")
    assert told(mapped(posting)) == [("spend.recorded", "spend/ads-1", SPEND)]
    assert refused({**posting, "subject": "spend/other"}).field == "subject"
    backwards = {**SPEND, "from": "2026-02-01"}
    assert refused({**posting, "data": backwards}).field == "data.from"
    outside = {**SPEND, "to": "2026-01-30"}
    assert refused({**posting, "data": outside}).field == "data.rows[0]"
    row = {**SPEND, "rows": [{**SPEND["rows"][0], "from": "2026-02-01"}]}  # type: ignore[dict-item]
    assert refused({**posting, "data": row}).field == "data.rows[0].from"
    assert refused({**posting, "data": {**SPEND, "from": "January"}}).field == "data.from"


def test_strict_types_are_those_of_the_catalogue() -> None:
    assert set(STRICT) == {row.type for row in POSTED}
