"""What makes two events one, in whichever form and by whichever sender they come."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from tests.unit.ingest.deliveries import delivery
from tests.unit.ingest.event_items import JSON, TIME, event, events_adapter, mapped, posted, type_of, without


class TestIdentity:
    def test_source_and_id_whoever_brings_it(self) -> None:
        one = mapped(event())
        assert mapped(event(id="e-2")).identity.key != one.identity.key
        assert mapped(event(source="app/eu")).identity.key != one.identity.key
        given = delivery(msgspec.json.encode(event()), headers={"content-type": JSON})
        other = events_adapter("relay", others=())
        (item,) = other.split(given)
        assert other.map_item(item, given) == one

    @pytest.mark.parametrize(
        "changed",
        [
            {"type": type_of("lead.updated")},
            {"subject": "contact/9"},
            {"time": "2026-01-02T03:04:06Z"},
            {"data": {"properties": {"a": "b"}}},
            {"sequence": "1"},
        ],
    )
    def test_a_copy_that_says_something_else_is_told_apart(self, changed: dict[str, Any]) -> None:
        one, other = mapped(event()), mapped(event(**changed))
        assert one.identity.key == other.identity.key
        assert one.identity.comparable != other.identity.comparable

    def test_spelling_and_extensions_make_no_difference(self) -> None:
        one = mapped(event(data={"properties": {"a": "x", "b": "y"}}))
        again = event(data={"properties": {"b": "y", "a": "x"}}, time="2026-01-02T04:04:05.000+01:00")
        assert mapped({**again, "traceparent": "other", "x": 1}).identity == one.identity

    def test_a_copy_without_a_time_is_a_copy_whenever_it_comes(self) -> None:
        adapter, body = events_adapter(), msgspec.json.encode(without(event(), "time"))
        results = []
        for day in (1, 2):
            received = datetime(2026, 1, day, tzinfo=UTC)
            given = delivery(body, headers={"content-type": JSON}, received_at=received)
            (item,) = adapter.split(given)
            results.append(adapter.map_item(item, given))
        assert results[0].identity == results[1].identity
        assert TIME not in str(results)

    def test_what_was_refused_may_come_again_corrected(self) -> None:
        (wrong,) = posted(event(data={"x": 1}))
        assert wrong.identity.key != mapped(event()).identity.key
