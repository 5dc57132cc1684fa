"""Bodies of generic senders: how they are divided, and what makes an item itself."""

from typing import Any

import msgspec
import pytest

from leadtrace_ingest.outcome import Reason
from leadtrace_ingest.senders.item import ItemResult, Mapped, Refused
from tests.unit.ingest.deliveries import results_of, told
from tests.unit.ingest.generic_items import ACME, adapter, event, result_of

BINNED = event("person.binned", data={"id": 7})
FLAT = ACME.replace("items: events\n", "").replace("shared: {tenant: account.id}\n", "")
FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}


def results(body: Any, text: str = ACME, **more: Any) -> list[ItemResult]:
    """What becomes of each item of a body."""
    return results_of(adapter(text), body if isinstance(body, bytes) else msgspec.json.encode(body), **more)


def refused(body: Any, text: str = ACME) -> tuple[Reason, str]:
    """Why the one item of a body is refused."""
    (result,) = results(body, text)
    assert isinstance(result, Refused)
    return result.reason, result.detail


class TestSplit:
    def test_the_items_that_the_mapping_names_with_what_they_share(self) -> None:
        items = [
            {name: value for name, value in BINNED.items() if name != "tenant"},
            BINNED | {"event_id": 2},
        ]
        found = results({"account": {"id": "t9"}, "events": items})
        assert [one.source for one in found if isinstance(one, Mapped)] == ["acme/t9", "acme/t1"]

    def test_an_array_or_one_object(self) -> None:
        assert [told(one)[0][0] for one in results([BINNED, BINNED], FLAT)] == ["lead.deleted"] * 2
        assert [told(one)[0][0] for one in results(BINNED, FLAT)] == ["lead.deleted"]
        assert results([], FLAT) == []

    def test_a_body_without_the_list_is_itself_the_item(self) -> None:
        (result,) = results({"type": "ping"})
        assert not isinstance(result, Refused)
        assert results({"events": []}) == []

    def test_one_object_where_a_list_may_stand(self) -> None:
        assert len(results({"events": BINNED})) == 1

    def test_a_form(self) -> None:
        text = FLAT.replace("data.id\n", "id\n").replace(
            "fields: data.fields\n", "fields: '{email: email}'\n"
        )
        body = b"event_id=1&type=person.edited&tenant=t1&id=7&email=eva%40firm.de&tag=a&tag=b"
        (result,) = results(body, text, headers=FORM)
        assert told(result)[0][2]["personal"] == {"email": "eva@firm.de"}

    @pytest.mark.parametrize("text", [ACME, FLAT])
    def test_what_is_no_json(self, text: str) -> None:
        for body in (b"", b"nothing", b"\xff", b'{"a":'):
            assert refused(body, text)[0] is Reason.NOT_JSON
        assert refused(b'{"a":' * 5_000, text)[0] is Reason.TOO_DEEP

    @pytest.mark.parametrize("text", [ACME, FLAT])
    @pytest.mark.parametrize(("depth", "good"), [(100, True), (490, True), (502, False), (995, False)])
    def test_what_is_nested_too_deeply(self, text: str, depth: int, *, good: bool) -> None:
        deep = msgspec.Raw(b'{"a":' * depth + b"1" + b"}" * depth)
        item = event("person.edited", data={"id": 7, "fields": {"deep": deep}})
        body = {"events": [item], "account": {"id": "t1"}} if text == ACME else [item]
        (result,) = results(body, text)
        assert isinstance(result, Mapped if good else Refused)
        assert good or (isinstance(result, Refused) and result.reason is Reason.TOO_DEEP)

    def test_a_list_that_cannot_be_found_is_one_refused_item(self) -> None:
        text = ACME.replace("items: events", "items: keys(events)")
        reason, detail = refused({"events": [BINNED]}, text)
        assert reason is Reason.MAPPING_FAILED
        assert detail.startswith("items: 'keys(events)'")

    def test_too_large(self) -> None:
        assert refused({"events": [BINNED | {"x": "y" * 270_000}]})[0] is Reason.TOO_LARGE


class TestIdentity:
    def test_a_retry_is_the_same_item_and_a_change_is_another_that_conflicts(self) -> None:
        first = result_of(BINNED | {"attempt": 1, "meta": {"sent_at": 1, "kept": 2}})
        again = result_of(
            dict(reversed((BINNED | {"meta": {"kept": 2, "sent_at": 5}, "attempt": 2}).items()))
        )
        assert first == again
        other = result_of(BINNED | {"attempt": 1, "meta": {"sent_at": 1, "kept": 3}})
        assert first.identity.key == other.identity.key
        assert first.identity.comparable != other.identity.comparable

    def test_what_is_comparable_may_be_said(self) -> None:
        text = ACME.replace("id: event_id", "id: event_id\ncomparable: data")
        one, other = (result_of(BINNED | {"note": note}, text).identity for note in "ab")
        assert one == other

    def test_without_an_id_all_that_it_says_is_its_identity(self) -> None:
        text = ACME.replace("id: event_id\n", "")
        one, same, other = (result_of(BINNED | more, text) for more in ({}, {"attempt": 3}, {"note": 1}))
        assert one.identity == same.identity
        assert one.identity.key != other.identity.key

    def test_tenants_and_mappings_have_ids_of_their_own(self) -> None:
        keys = {
            result_of(BINNED).identity.key,
            result_of(BINNED | {"tenant": "t2"}).identity.key,
            result_of(BINNED, ACME.replace("acme-crm", "other")).identity.key,
            result_of(BINNED, sender="other").identity.key,
        }
        assert len(keys) == 4
