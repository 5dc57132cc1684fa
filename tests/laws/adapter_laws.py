"""What holds of every result of every adapter, whatever was sent."""

from leadtrace.events.catalogue import BY_TYPE
from leadtrace_ingest.senders.item import KEY_BYTES, Ignored, ItemResult, Mapped, Refused
from leadtrace_ingest.senders.sender import Adapter, Delivery


def assert_exactly_one(result: ItemResult, item: bytes) -> None:
    """The result is whole: an identity, and events, a reason, or a refusal with the bytes as they came."""
    assert len(result.identity.key) == KEY_BYTES
    assert -(2**63) <= result.identity.comparable < 2**63
    match result:
        case Mapped():
            assert result.drafts
            assert not result.drafts[0].suffix
            assert len({draft.suffix for draft in result.drafts}) == len(result.drafts)
            for draft in result.drafts:
                assert draft.type in BY_TYPE
                assert (draft.data is None) == (draft.complete is not None) == bool(draft.refers)
                assert b"\\u0000" not in (draft.data or b"")
                assert "\x00" not in draft.external_id
                assert draft.time.tzinfo is not None
        case Ignored():
            assert result.reason.sentence
        case Refused():
            assert result.raw == item
            assert "\x00" not in result.detail


def assert_each_exactly_one(adapter: Adapter, given: Delivery) -> list[ItemResult]:
    """Every item of a delivery has its one result, and there are as many as were counted."""
    items = adapter.split(given)
    assert len(items) == adapter.count(given)
    results = [adapter.map_item(item, given) for item in items]
    for result, item in zip(results, items, strict=True):
        assert_exactly_one(result, item.raw)
    return results
