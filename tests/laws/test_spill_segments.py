"""Whatever happens to a spill file, exactly the records before the first wrong byte are read from it."""

from hypothesis import given
from hypothesis import strategies as st

from leadtrace_ingest.door.spill.frames import FRAME_BYTES, MARK, Ending, frame, read

PAYLOADS = st.lists(st.binary(max_size=200), max_size=12)


def segment(payloads: list[bytes]) -> bytes:
    return MARK + b"".join(frame(payload) for payload in payloads)


def whole_before(payloads: list[bytes], at: int) -> list[bytes]:
    """The records that end at this byte or before it."""
    end, whole = len(MARK), []
    for payload in payloads:
        end += FRAME_BYTES + len(payload)
        if end > at:
            break
        whole.append(payload)
    return whole if at >= len(MARK) else []


@given(PAYLOADS)
def test_what_was_written_is_read(payloads: list[bytes]) -> None:
    found = read(segment(payloads))
    assert (found.payloads, found.ending) == (payloads, Ending.CLEAN)


@given(PAYLOADS, st.data())
def test_a_write_that_was_cut_short_costs_only_what_it_held(
    payloads: list[bytes], data: st.DataObject
) -> None:
    whole = segment(payloads)
    cut = data.draw(st.integers(0, len(whole)))
    found = read(whole[:cut])
    assert found.payloads == whole_before(payloads, cut)
    assert found.ending is not Ending.DAMAGED
    assert found.intact_bytes <= cut


@given(PAYLOADS, st.data())
def test_a_wrong_byte_ends_what_is_read_and_is_not_taken_for_a_torn_write(
    payloads: list[bytes], data: st.DataObject
) -> None:
    whole = bytearray(segment(payloads))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    found = read(bytes(whole))
    assert found.payloads == whole_before(payloads, at)
    assert found.ending is Ending.DAMAGED or not any(whole[found.intact_bytes :])


@given(PAYLOADS, st.integers(1, 300))
def test_blocks_that_nothing_was_written_to_are_a_torn_write(payloads: list[bytes], zeros: int) -> None:
    found = read(segment(payloads) + bytes(zeros))
    assert (found.payloads, found.ending) == (payloads, Ending.TORN)


@given(PAYLOADS, st.binary(min_size=1, max_size=300))
def test_garbage_behind_the_records_hides_none_of_them(payloads: list[bytes], garbage: bytes) -> None:
    assert read(segment(payloads) + garbage).payloads[: len(payloads)] == payloads


@given(st.binary(max_size=300))
def test_any_bytes_can_be_read(data: bytes) -> None:
    found = read(data)
    assert segment(found.payloads)[: found.intact_bytes] == data[: found.intact_bytes]
