"""What holds of the result of every item, whichever adapter made it."""

from leadtrace.events.catalogue import BY_TYPE
from leadtrace_ingest.senders.item import KEY_BYTES, Ignored, ItemResult, Mapped, Refused


def assert_exactly_one(result: ItemResult, item: bytes) -> None:
    """One result of one of the three kinds, with an identity that can be stored."""
    assert len(result.identity.key) == KEY_BYTES
    assert -(2**63) <= result.identity.comparable < 2**63
    match result:
        case Mapped():
            assert result.drafts
            assert len({draft.suffix for draft in result.drafts}) == len(result.drafts)
            for draft in result.drafts:
                assert draft.type in BY_TYPE
                assert (draft.data is None) == (draft.complete is not None) == bool(draft.refers)
                assert b"\\u0000" not in (draft.data or b"")
        case Ignored():
            assert result.reason.sentence
        case Refused():
            assert result.raw == item
            assert "\x00" not in result.detail
