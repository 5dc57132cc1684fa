"""What a gzip body holds: all of its members, within one limit."""

import gzip

import pytest

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
