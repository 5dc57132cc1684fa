"""Pipedrive's adapter around the records: proof, identity, what is ignored and refused, values of fields."""

import base64
from pathlib import Path
from typing import Any

import pytest

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.auth.basic import Basic
from leadtrace_ingest.senders.item import Ignored, Mapped, Refused
from leadtrace_ingest.senders.mapping.compiled import load_mapping
from leadtrace_ingest.senders.pipedrive.map import PipedriveAdapter
from leadtrace_ingest.senders.sender import SignatureError, SignedRequest
from leadtrace_ingest.senders.webhook import MAX_ITEM_BYTES
from tests.unit.ingest.deliveries import RECEIVED_AT, map_raw, results_of, told
from tests.unit.ingest.pipedrive_items import (
    DEAL,
    PASSWORD,
    USERNAME,
    deal_change,
    drafts_of,
    first,
    raw,
    result_of,
    second,
    shipped_adapter,
)

SAMPLE = Path(__file__).resolve().parents[4] / "shared/data/webhooks/pipedrive_v2_create_deal.json"
WON = deal_change({"status": "won"}, {"status": "open"})
OLD_WON = first("updated", "deal", DEAL | {"status": "won"}, DEAL)


def credentials(user: str, password: str) -> dict[bytes, bytes]:
    return {b"authorization": b"Basic " + base64.b64encode(f"{user}:{password}".encode())}


def verify(headers: dict[bytes, bytes]) -> None:
    shipped_adapter(passwords=(b"next", PASSWORD.encode())).verify(
        SignedRequest(b"POST", b"https://hooks.example/x", headers, b"{}", 0)
    )


@pytest.mark.parametrize("password", [PASSWORD, "next"])
def test_either_live_password_will_do(password: str) -> None:
    verify(credentials(USERNAME, password))


@pytest.mark.parametrize(
    "headers",
    [{}, credentials(USERNAME, "wrong"), credentials("other", PASSWORD), {b"authorization": b"Basic !"}],
)
def test_refuses_wrong_credentials(headers: dict[bytes, bytes]) -> None:
    with pytest.raises(SignatureError) as refused:
        verify(headers)
    assert PASSWORD not in f"{refused.value}{refused.value.remedy}"


class TestIdentity:
    """Trap 8: with `attempt` in the key every retry would count again."""

    @pytest.mark.parametrize("attempt", [1, 2, 3, 4])
    def test_all_attempts_are_one(self, attempt: int) -> None:
        again = WON | {"meta": WON["meta"] | {"attempt": attempt}}
        assert result_of(again) == result_of(WON)
        assert result_of(OLD_WON | {"retry": attempt - 1}) == result_of(OLD_WON)

    @pytest.mark.parametrize(
        "elsewhere",
        [
            {"webhook_id": "8"},
            {"webhook_owner_id": "4"},
            {"host": "b.example"},
            {"permitted_user_ids": ["1"]},
        ],
    )
    def test_a_second_hook_of_the_account_tells_the_same(self, elsewhere: dict[str, Any]) -> None:
        for one in (WON, OLD_WON):
            assert result_of(one | {"meta": one["meta"] | elsewhere}) == result_of(one)

    @pytest.mark.parametrize("key", ["company_id", "entity_id", "timestamp", "id", "entity", "action"])
    def test_another_change_is_another_item(self, key: str) -> None:
        other = {"company_id": 7, "timestamp": 1_767_312_001, "entity": "person", "action": "create"}.get(
            key, "77"
        )
        changed = WON | {"meta": WON["meta"] | {key: other}}
        assert result_of(changed).identity.key != result_of(WON).identity.key

    def test_version_1_has_no_id_and_so_the_content_decides(self) -> None:
        other = OLD_WON | {"current": DEAL | {"status": "won", "value": 7}}
        assert result_of(other).identity.key != result_of(OLD_WON).identity.key

    def test_the_same_id_with_other_content_is_a_conflict(self) -> None:
        other = result_of(deal_change({"status": "lost"}, {"status": "open"})).identity
        assert other.key == result_of(WON).identity.key
        assert other.comparable != result_of(WON).identity.comparable

    def test_ids_are_the_same_as_numbers_and_as_texts(self) -> None:
        meta = WON["meta"]
        numbers = WON | {"meta": meta | {"company_id": int(meta["company_id"]), "entity_id": 42}}
        assert result_of(numbers).identity.key == result_of(WON).identity.key


IGNORED = {
    entity: second("create", entity, {"id": 1})
    for entity in ("user", "note", "product", "pipeline", "stage", "project", "deal_product", "board")
} | {"user of version 1": first("updated", "user", [{"id": 1}], [{"id": 1}])}


@pytest.mark.parametrize("item", IGNORED.values(), ids=IGNORED)
def test_other_objects_are_ignored(item: object) -> None:
    result = result_of(item)
    assert isinstance(result, Ignored)
    assert result.reason is Reason.OBJECT_IGNORED


def without(item: dict[str, Any], *keys: str) -> dict[str, Any]:
    return item | {"meta": {key: value for key, value in item["meta"].items() if key not in keys}}


REFUSED: dict[str, tuple[object, Reason, str]] = {
    "a list": ([WON], Reason.INVALID_ITEM, "Expected `object`"),
    "no meta": ({"data": {}}, Reason.INVALID_ITEM, "`meta`"),
    "no action": (without(WON, "action"), Reason.INVALID_ITEM, "meta"),
    "another action": (second("teleport", "deal", DEAL), Reason.UNKNOWN_TYPE, "'teleport'"),
    "no object": (without(WON, "entity"), Reason.INVALID_ITEM, "meta.entity"),
    "no account": (without(WON, "company_id"), Reason.INVALID_ITEM, "meta.company_id"),
    "no record": (
        {**without(WON, "entity_id"), "data": {"status": "won"}},
        Reason.INVALID_ITEM,
        "meta.entity_id",
    ),
    "no data": (second("change", "deal", None, {"status": "open"}), Reason.INVALID_ITEM, "data: required"),
    "no current": (first("updated", "deal", None, DEAL), Reason.INVALID_ITEM, "current: required"),
    "a moment in words": (
        second("create", "deal", DEAL, timestamp="noon"),
        Reason.BAD_TIME,
        "meta.timestamp",
    ),
    "a moment before 2000": (second("create", "deal", DEAL, timestamp=5), Reason.BAD_TIME, "meta.timestamp"),
    "an amount in words": (
        deal_change({"value": "much"}, {"value": 1}),
        Reason.INVALID_ITEM,
        "value: an amount",
    ),
}


@pytest.mark.parametrize(("item", "reason", "detail"), REFUSED.values(), ids=REFUSED)
def test_refuses_naming_field_and_rule(item: object, reason: Reason, detail: str) -> None:
    result = result_of(item)
    assert isinstance(result, Refused), result
    assert result.reason is reason
    assert detail in result.detail
    assert "boat" not in result.detail


@pytest.mark.parametrize(
    ("body", "reason"), [(b"", Reason.NOT_JSON), (b'{"meta":', Reason.NOT_JSON), (b"\xff", Reason.NOT_JSON)]
)
def test_refuses_what_is_no_json(body: bytes, reason: Reason) -> None:
    (result,) = results_of(shipped_adapter(), body)
    assert isinstance(result, Refused)
    assert result.reason is reason


def test_refuses_what_is_larger_than_a_record_may_be() -> None:
    result = map_raw(shipped_adapter(), b" " * (MAX_ITEM_BYTES + 1))
    assert isinstance(result, Refused)
    assert result.reason is Reason.TOO_LARGE


@pytest.mark.parametrize(
    "timestamp", [1_767_323_045, 1_767_323_045_678, "1767323045", "2026-01-02T04:04:05+01:00"]
)
def test_reads_the_moment_however_it_is_written(timestamp: object) -> None:
    (draft,) = drafts_of(WON | {"meta": WON["meta"] | {"timestamp": timestamp}})
    assert draft.time.isoformat().startswith("2026-01-02T03:04:05")


def test_without_a_moment_it_counts_from_its_receipt() -> None:
    (draft,) = drafts_of(without(WON, "timestamp"))
    assert (draft.time, draft.sequence) == (RECEIVED_AT, "")


def test_the_documented_example_maps() -> None:
    (result,) = results_of(shipped_adapter(), SAMPLE.read_bytes())
    assert isinstance(result, Mapped)
    assert [name for name, _, _ in told(result)] == [
        "deal.created",
        "deal.updated",
        "account.linked",
        "deal.linked",
        "deal.stage_changed",
    ]


CUSTOM: dict[str, tuple[object, str]] = {
    "text": ({"type": "varchar", "value": "blue"}, "blue"),
    "number": ({"type": "double", "value": 12.50}, "12.5"),
    "money": ({"type": "monetary", "value": 200, "currency": "EUR"}, "200"),
    "person": ({"type": "people", "id": 17818}, "17818"),
    "time": ({"type": "time", "value": "00:45:00", "timezone_id": 310}, "00:45:00"),
    "range of days": (
        {"type": "daterange", "from": "2023-06-06", "until": "2023-06-14"},
        "2023-06-06/2023-06-14",
    ),
    "address": ({"type": "address", "value": "Hill 1", "country": "Estonia"}, "Hill 1"),
    "option": ({"type": "enum", "id": 17}, "software"),
    "options": ({"type": "set", "values": [{"id": 17}, {"id": 18}]}, "software,retail"),
    "options of version 1": ("17,18", "software,retail"),
    "an option that the mapping does not name": (
        {"type": "set", "values": [{"id": 17}, {"id": 99}]},
        "17,99",
    ),
    "something new": ({"type": "future", "shape": [1]}, '{"type":"future","shape":[1]}'),
}


class TestMappingOfOnesOwn:
    FILE = """
name: mine
version: 1
objects:
  deal:
    is: deal
    fields:
      abc: {means: property, as: industry, values: {"17": software, "18": retail}}
deal_stages:
  - {id: "7", is: won, from: 2026-01-01}
  - {id: "8", is: ignored}
"""

    @pytest.fixture
    def adapter(self, tmp_path: Path) -> PipedriveAdapter:
        path = tmp_path / "mine.yaml"
        path.write_text(self.FILE)
        return PipedriveAdapter("pipedrive", Basic(USERNAME, [PASSWORD.encode()]), load_mapping(path, "EUR"))

    @pytest.mark.parametrize(("value", "text"), CUSTOM.values(), ids=CUSTOM)
    def test_custom_fields_are_flat_texts(self, adapter: PipedriveAdapter, value: object, text: str) -> None:
        change = deal_change({"custom_fields": {"abc": value}}, {"custom_fields": {"abc": None}})
        assert told(map_raw(adapter, raw(change)))[0][2]["properties"] == {"industry": text}

    def test_parts_stand_beside(self, adapter: PipedriveAdapter) -> None:
        money = {"type": "monetary", "value": 200, "currency": "EUR"}
        change = deal_change({"custom_fields": {"abc": money}}, {"custom_fields": {"abc": None}})
        assert told(map_raw(adapter, raw(change)))[0][2]["personal"] == {"other": {"abc_currency": "EUR"}}

    def test_a_row_says_what_a_stage_was_from_a_day_on(self, adapter: PipedriveAdapter) -> None:
        change = deal_change({"stage_id": 7}, {"stage_id": 5})
        assert told(map_raw(adapter, raw(change))) == [
            ("deal.won", "deal/42", {"claimed": "7", "actor": "user:9", "origin": "app"})
        ]
        before = map_raw(
            adapter, raw(deal_change({"stage_id": 7}, {"stage_id": 5}, timestamp="2025-12-31T00:00:00Z"))
        )
        assert isinstance(before, Refused)
        assert before.reason is Reason.UNMAPPED_STAGE

    def test_a_row_may_let_a_stage_mean_nothing(self, adapter: PipedriveAdapter) -> None:
        assert isinstance(map_raw(adapter, raw(deal_change({"stage_id": 8}, {"stage_id": 5}))), Ignored)

    def test_an_object_that_is_not_listed_is_ignored(self, adapter: PipedriveAdapter) -> None:
        assert isinstance(map_raw(adapter, raw(second("create", "person", {"id": 1}))), Ignored)
