"""Every form in which an event may come: the same event is the same in each."""

import base64
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.item import Mapped, Refused
from tests.unit.ingest.deliveries import RECEIVED_AT, told
from tests.unit.ingest.event_items import (
    BATCH,
    JSON,
    LINES,
    STRUCTURED,
    binary_headers,
    cloud_event,
    event,
    mapped,
    posted,
    posted_binary,
    refused,
    without,
)

DATA = {"acquisition": {"channel": "ads", "campaign": "Grüße & 50%"}}
EVENT = cloud_event(data=DATA, sequence="7", correlationid="c", causationid="k", traceparent="00-1-2-01")
BODY = msgspec.json.encode(DATA)


def test_an_event_is_the_same_in_every_form() -> None:
    one = mapped(EVENT)
    assert told(one) == [("lead.captured", "contact/123", DATA)]
    assert (one.source, one.event_id) == ("app", "e-1")
    assert (one.correlation, one.causation, one.trace) == ("c", "k", "00-1-2-01")
    (draft,) = one.drafts
    assert (draft.time, draft.sequence) == (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "7".zfill(20))
    encoded = base64.b64encode(BODY).decode()
    same = [
        *posted(EVENT, STRUCTURED),
        *posted(EVENT, f"{STRUCTURED}; charset=UTF-8"),
        *posted([EVENT], BATCH),
        *posted([EVENT], JSON),
        *posted(without(EVENT, "specversion"), JSON),
        *posted(b"\n" + msgspec.json.encode(EVENT) + b"\r\n\n", LINES),
        *posted({**without(EVENT, "data"), "data_base64": encoded}, STRUCTURED),
        *posted({**EVENT, "datacontenttype": "application/json; charset=utf-8"}, STRUCTURED),
        posted_binary(BODY, binary_headers(EVENT)),
        posted_binary(BODY, {**binary_headers(EVENT), "content-type": "application/json;charset=utf-8"}),
        posted_binary(BODY, without(binary_headers(EVENT), "content-type")),
    ]
    assert same == [one] * len(same)


def test_an_empty_batch_holds_nothing() -> None:
    assert posted([], BATCH) == posted([], JSON) == posted(b"\n \n", LINES) == []


def test_each_element_and_each_line_is_an_item_of_its_own() -> None:
    batch = [EVENT, {**EVENT, "id": "e-2"}, 5]
    for results in (posted(batch, BATCH), posted(batch, JSON)):
        assert [type(one) for one in results] == [Mapped, Mapped, Refused]
        assert results[2] == Refused(
            results[2].identity,
            Reason.INVALID_ITEM,
            "must be an object, not a whole number",
            b"5",
            "",
            "Correct the value.",
        )
    lines = b'{"id":"e-1"}\n' + msgspec.json.encode(EVENT) + b"\n{"
    assert [type(one) for one in posted(lines, LINES)] == [Refused, Mapped, Refused]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("contact/J%C3%BCrgen", "contact/Jürgen"),
        ("contact/a%20b", "contact/a b"),
        ("contact/a%2520b", "contact/a%20b"),  # decoded once, never twice
        ('"contact/quo\\"ted"', 'contact/quo"ted'),
        ('"contact/J%C3%BCrgen"', "contact/Jürgen"),
        ("contact/50%", "contact/50%"),
        ("contact/%zz", "contact/%zz"),
        ("contact/J\u00c3\u00bcrgen", "contact/Jürgen"),  # raw UTF-8, as Latin-1 shows it
        ("contact/%F0%9F%98%80", "contact/😀"),
    ],
)
def test_headers_are_unquoted_and_percent_decoded_exactly_once(given: str, meant: str) -> None:
    result = posted_binary(BODY, {**binary_headers(EVENT), "ce-subject": given})
    assert [subject for _, subject, _ in told(result)] == [meant]


@pytest.mark.parametrize("given", ["contact/J%FCrgen", "contact/J\u00fcrgen", "contact/%C3", "%80/1"])
def test_a_header_that_is_not_utf_8_is_malformed(given: str) -> None:
    result = posted_binary(BODY, {**binary_headers(EVENT), "ce-subject": given})
    assert isinstance(result, Refused)
    assert (result.reason, result.field) == (Reason.MALFORMED_HEADER, "ce-subject")


def test_the_content_type_of_the_data_has_no_ce_header() -> None:
    result = posted_binary(BODY, {**binary_headers(EVENT), "ce-datacontenttype": JSON})
    assert isinstance(result, Refused)
    assert (result.reason, result.field) == (Reason.MALFORMED_HEADER, "ce-datacontenttype")


def test_kafka_spelling_and_unknown_extensions_say_nothing() -> None:
    odd = {"ce_subject": "contact/9", "ce-comexample": "x", "ce-not-an-attribute": "%FF", "ce-data": "{}"}
    assert posted_binary(BODY, {**binary_headers(EVENT), **odd}) == mapped(EVENT)
    unknown = {"comexample": {"a": 1}, "recordedtime": "1999", "partitionkey": "x", "dataschema": "y:z"}
    assert mapped({**EVENT, **unknown}) == mapped(EVENT)


def test_fields_of_a_header_are_named_as_headers() -> None:
    result = posted_binary(BODY, without(binary_headers(EVENT), "ce-subject"))
    assert isinstance(result, Refused)
    assert (result.field, result.detail) == ("ce-subject", "ce-subject: is missing")


def test_what_is_refused_in_binary_mode_is_kept_with_its_headers() -> None:
    first, second = (
        posted_binary(b"", {**binary_headers(EVENT), "ce-type": "x", "ce-id": one}) for one in ("1", "2")
    )
    assert isinstance(first, Refused)
    assert first.identity != second.identity
    assert first.raw.startswith(b"ce-causationid: k\nce-correlationid: c\nce-id: 1\n")


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/xml",
        "application/cloudevents+avro",
        "application/json; charset=iso-8859-1",
        "application/cloudevents+json; charset=latin1",
    ],
)
def test_another_content_type_is_not_taken(content_type: str) -> None:
    result = refused(EVENT, content_type)
    assert (result.reason, result.field) == (Reason.UNSUPPORTED_MEDIA_TYPE, "Content-Type")
    if not content_type.startswith("application/cloudevents+json") and content_type:
        binary = posted_binary(BODY, {**binary_headers(EVENT), "content-type": content_type})
        assert isinstance(binary, Refused)
        assert binary.reason is Reason.UNSUPPORTED_MEDIA_TYPE


@pytest.mark.parametrize("body", [b"", b"{", b"nonsense", b"[1", b'{"id":"\xff"}', b"[" * 5_000])
@pytest.mark.parametrize("content_type", [JSON, STRUCTURED, BATCH])
def test_what_is_not_json(body: bytes, content_type: str) -> None:
    assert refused(body, content_type).reason is Reason.NOT_JSON


STRICTER: dict[str, tuple[dict[str, Any], str]] = {
    "no version": (without(EVENT, "specversion"), "specversion"),
    "another version": ({**EVENT, "specversion": "0.3"}, "specversion"),
    "no source": (without(EVENT, "source"), "source"),
}


@pytest.mark.parametrize(("given", "field"), STRICTER.values(), ids=STRICTER)
def test_cloudevents_demand_version_and_source(given: dict[str, Any], field: str) -> None:
    assert refused(given, STRUCTURED).field == refused([given], BATCH).field == field
    result = posted_binary(BODY, binary_headers(given))
    assert isinstance(result, Refused)
    assert result.field == f"ce-{field}"


def test_plain_json_may_leave_the_source_to_the_sender() -> None:
    assert mapped(without(event(), "source")).source == "app"
    assert refused({**event(), "specversion": "0.3"}).field == "specversion"


def test_a_missing_time_is_that_of_the_receipt() -> None:
    for none in (without(EVENT, "time"), {**EVENT, "time": None}):
        (draft,) = mapped(none).drafts
        assert draft.time == RECEIVED_AT
