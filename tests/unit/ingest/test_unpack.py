"""What a gzip body holds: all of its members, within one limit."""

import gzip
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtrace_ingest.senders.unpack import BrokenGzipError, UnpacksTooLargeError, gunzipped

ONE, OTHER = gzip.compress(b"one\n", mtime=0), gzip.compress(b"other\n", mtime=0)


def test_a_file_of_several_members_is_all_of_them() -> None:
    assert gunzipped(ONE, 100) == b"one\n"
    assert gunzipped(ONE + OTHER + ONE, 100) == gzip.decompress(ONE + OTHER + ONE)
    assert gunzipped(gzip.compress(b"", mtime=0) + OTHER, 100) == b"other\n"


@pytest.mark.parametrize("body", [b"", ONE[:-3], ONE + OTHER[:-9], ONE + b"no gzip"])
def test_what_is_broken_anywhere_is_refused(body: bytes) -> None:
    with pytest.raises(BrokenGzipError):
        gunzipped(body, 100)


def test_the_limit_is_that_of_all_members_together() -> None:
    assert len(gunzipped(ONE + OTHER, 10)) == 10
    with pytest.raises(UnpacksTooLargeError):
        gunzipped(ONE + OTHER, 9)
    with pytest.raises(UnpacksTooLargeError):
        gunzipped(gzip.compress(b"0" * 1_000_000, mtime=0), 1_000)


def test_very_many_empty_members_cost_no_more_than_their_bytes() -> None:
    """Were what follows a member copied each time, work would grow with the square of the body."""
    empty = gzip.compress(b"", mtime=0)
    few, many = (min(cost_of(empty * count) for _ in range(3)) for count in (20_000, 160_000))
    assert many < 20 * few  # eightfold where it grows with the bytes


def cost_of(body: bytes) -> float:
    began = time.process_time()
    assert gunzipped(body, 1_000) == b""
    return time.process_time() - began


@given(
    st.lists(st.binary(max_size=9_000), min_size=1, max_size=6),
    st.integers(0, 9),
)
def test_whatever_is_packed_comes_out(contents: list[bytes], level: int) -> None:
    body, whole = b"".join(gzip.compress(one, level) for one in contents), b"".join(contents)
    assert gunzipped(body, len(whole)) == whole
    if whole:
        with pytest.raises(UnpacksTooLargeError):
            gunzipped(body, len(whole) - 1)
