"""Rows of imports: mapped by what came with them, the same row the same item, whatever the sender's kind."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.imported.adapter import ImportAdapter, Imports, UnusableImport
from leadtrace_ingest.senders.imported.header import (
    ImportFormat,
    ImportHeader,
    ImportHeaderError,
    body_of,
    hash_of,
    read_header,
)
from leadtrace_ingest.senders.item import Ignored, Item, Mapped, Refused
from leadtrace_ingest.senders.mapping.file import MappingError
from leadtrace_ingest.senders.sender import IMPORT, Sender, SignatureError, SignedRequest
from tests.unit.ingest.deliveries import RECEIVED_AT, delivery, results_of, told
from tests.unit.ingest.hubspot_items import shipped_adapter

MAPPING: dict[str, Any] = {
    "name": "crm-export",
    "version": 1,
    "kind": "generic",
    "objects": {"contact": {"is": "lead", "fields": {"Stage": {"means": "stage"}}}},
    "lifecycle_stages": [{"id": "MQL", "is": "mql"}],
    "time": "Modified",
    "ignore": "Kind == 'test'",
    "rules": [
        {"record": {"object": "contact", "id": "Id", "tells": "state", "created": "Created", "fields": "@"}}
    ],
}
ROW = {"Id": "7", "Stage": "MQL", "Created": "2026-01-01", "Modified": "2026-01-01 10:00"}


def header_of(
    mapping: dict[str, Any] = MAPPING, account: str = "33", *, survivors: bool = False
) -> ImportHeader:
    content = msgspec.json.encode(mapping)
    rows = ImportFormat(file=hash_of(b"export.csv"), format="csv", first_row=1)
    return ImportHeader(msgspec.Raw(content), hash_of(content), rows, account, survivors=survivors)


def body(*rows: object, mapping: dict[str, Any] = MAPPING, account: str = "33") -> bytes:
    return body_of(header_of(mapping, account), [msgspec.json.encode(row) for row in rows])


def results(*rows: object, mapping: dict[str, Any] = MAPPING, account: str = "33") -> list[Any]:
    content = body(*rows, mapping=mapping, account=account)
    return results_of(Imports("hubspot", "EUR").usable(content), content)


def test_leads_of_a_file_of_survivors_are_watched_from_the_import_on() -> None:
    content = body_of(header_of(survivors=True), [msgspec.json.encode(ROW)])
    (result,) = results_of(Imports("hubspot", "EUR").usable(content), content)
    assert isinstance(result, Mapped)
    (plain,) = results(ROW)
    assert result.drafts[:-1] == plain.drafts
    watched = result.drafts[-1]
    assert (watched.type, watched.kind, watched.external_id) == (
        "io.leadtrace.lead.watched.v1",
        "contact",
        "7",
    )
    assert (watched.time, watched.data) == (RECEIVED_AT, b"{}")
    assert result.identity.key != plain.identity.key, "imported again as such, it says something new"
    assert len({draft.suffix for draft in result.drafts}) == len(result.drafts)


def test_a_row_becomes_the_record_that_webhooks_tell_of() -> None:
    (result,) = results(ROW)
    assert result.source == "hubspot/33"
    assert [name for name, subject, _ in told(result) if subject == "contact/7"] == [
        "lead.captured",
        "lead.updated",
        "lead.stage_changed",
    ]
    assert {draft.suffix for draft in result.drafts} == {"", ".v", ".v.s"}
    claim = told(result)[-1][2]
    assert claim == {"stage": "mql", "claimed": "MQL", "asserted": True}
    assert result.drafts[0].time == datetime(2026, 1, 1, 23, 59, 59, 999_999, tzinfo=UTC)
    assert result.drafts[-1].time == datetime(2026, 1, 1, 10, 0, 59, 999_999, tzinfo=UTC)


def test_without_an_account_the_sender_is_the_source() -> None:
    (result,) = results(ROW, account="")
    assert result.source == "hubspot"


def test_the_end_of_a_day_that_is_not_over_is_the_moment_of_the_import() -> None:
    today = f"{RECEIVED_AT:%Y-%m-%d}"
    (result,) = results({**ROW, "Created": today, "Modified": today})
    assert {draft.time for draft in result.drafts if draft.time > RECEIVED_AT} == set()
    far = f"{RECEIVED_AT + timedelta(days=30):%Y-%m-%d}"
    (result,) = results({**ROW, "Modified": far})
    assert any(draft.time > RECEIVED_AT for draft in result.drafts)


def test_an_unchanged_row_is_the_same_item_in_any_export() -> None:
    (one,), (other,) = results(ROW), results(dict(reversed(ROW.items())))
    assert one.identity == other.identity
    newer = {**MAPPING, "version": 2}
    assert results(ROW, mapping=newer)[0].identity == one.identity
    assert results({**ROW, "Stage": "MQL "}, ROW)[0].identity != one.identity
    assert results(ROW, account="34")[0].identity != one.identity
    assert results(ROW, mapping={**MAPPING, "name": "another"})[0].identity != one.identity


@pytest.mark.parametrize(
    ("row", "kind"), [({**ROW, "Stage": "SQL"}, Refused), ({**ROW, "Kind": "test"}, Ignored)]
)
def test_what_a_mapping_got_nothing_out_of_is_tried_again_by_another_version(
    row: dict[str, str], kind: type
) -> None:
    one, again = results(row)[0], results(row)[0]
    assert [type(one)] == [kind]
    assert one.identity == again.identity
    stages = [*MAPPING["lifecycle_stages"], {"id": "SQL", "is": "sql"}]
    mended = {**MAPPING, "version": 2, "lifecycle_stages": stages, "ignore": "Kind == 'x'"}
    (result,) = results(row, mapping=mended)
    assert isinstance(result, Mapped)
    assert result.identity != one.identity


def test_a_row_that_is_no_json_is_broken_and_its_neighbours_are_not() -> None:
    content = body(ROW) + b'\n{"Id": \n' + msgspec.json.encode({**ROW, "Id": "8"}) + b"\n"
    broken: list[Any] = results_of(Imports("hubspot", "EUR").usable(content), content)
    assert [type(one) for one in broken] == [Mapped, Refused, Mapped]
    assert broken[1].reason is Reason.BROKEN_ROW


def test_only_deliveries_that_the_import_route_marked_bring_their_own_mapping() -> None:
    sender = Sender("hubspot", 100, b"", shipped_adapter(), imports=Imports("hubspot", "EUR"))
    assert isinstance(sender.adapter_for(delivery(body(ROW), headers={IMPORT: "x"})), ImportAdapter)
    assert sender.adapter_for(delivery(body(ROW), route="import")) is sender.adapter


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[1]\n{}",
        body(ROW).replace(b'"mapping_hash":"', b'"mapping_hash":"0', 1),
        body(ROW).replace(b"MQL", b"mql", 1),
    ],
)
def test_a_delivery_without_a_sound_header_is_refused_as_a_whole(content: bytes) -> None:
    with pytest.raises(ImportHeaderError):
        read_header(content)
    adapter = Imports("hubspot", "EUR")(delivery(content))
    assert isinstance(adapter, UnusableImport)
    assert all(isinstance(one, Refused) for one in results_of(adapter, content))


def test_a_mapping_that_the_code_takes_no_more_sends_its_rows_to_quarantine() -> None:
    content = body(ROW, mapping={**MAPPING, "rules": []})
    with pytest.raises(MappingError):
        Imports("hubspot", "EUR").usable(content)
    adapter = Imports("hubspot", "EUR")(delivery(content))
    (result,) = results_of(adapter, content)
    assert isinstance(result, Refused)
    assert result.reason is Reason.MAPPING_FAILED
    assert adapter.mapping_label == "unusable@0"


def test_nobody_posts_an_import_as_a_webhook() -> None:
    adapter = Imports("hubspot", "EUR").usable(body(ROW))
    with pytest.raises(SignatureError, match="no webhooks"):
        adapter.verify(SignedRequest(b"POST", b"", {}, b"", 0))


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_any_bytes_give_exactly_one_result_each(rows: list[bytes]) -> None:
    content = body_of(header_of(), rows)
    adapter = Imports("hubspot", "EUR").usable(content)
    found = results_of(adapter, content)
    assert [one.identity for one in found] == [one.identity for one in results_of(adapter, content)]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.dictionaries(st.sampled_from([*ROW, "other"]), inner),
    )
)
def test_any_json_gives_a_result_and_never_raises(value: object) -> None:
    adapter = Imports("hubspot", "EUR").usable(body(ROW))
    raw = msgspec.json.encode(value)
    assert isinstance(adapter.map_item(Item(raw), delivery(body(value))), Mapped | Ignored | Refused)


def test_a_header_survives_being_written_and_read() -> None:
    assert read_header(body(ROW)) == header_of()
