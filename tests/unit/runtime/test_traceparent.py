"""`traceparent` is read as W3C Trace Context (level 1) says: exactly, or a new trace begins."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtrace.runtime.tracing.traceparent import TraceContext, read, sampled

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0be902b7"
GOOD = f"00-{TRACE}-{SPAN}-01"
# Written from the standard's grammar, not from the code.
GRAMMAR = re.compile(r"\A[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


def test_the_example_of_the_standard() -> None:
    assert read(GOOD) == TraceContext(int(TRACE, 16), int(SPAN, 16), sampled=True)


@pytest.mark.parametrize(("flags", "is_sampled"), [("00", False), ("01", True), ("02", False), ("ff", True)])
def test_only_the_lowest_flag_says_whether_it_is_sampled(flags: str, is_sampled: bool) -> None:
    text = f"00-{TRACE}-{SPAN}-{flags}"
    context = read(text)
    assert context is not None
    assert context.sampled is is_sampled
    assert (sampled(text) is not None) is is_sampled


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-1",
        f"00-{TRACE}-{SPAN}",
        f"{GOOD}-what-the-future-holds",
        f"{GOOD}\n",
        f" {GOOD}",
        f"0-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01\u0660",
        f"01-{TRACE}-{SPAN}-01more",
        f"01-{TRACE}-{SPAN}-01-{'x' * 300}",
    ],
)
def test_what_is_malformed_is_none(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize("text", [f"cc-{TRACE}-{SPAN}-01", f"cc-{TRACE}-{SPAN}-01-what-the-future-holds"])
def test_a_later_version_is_read_as_far_as_it_is_known(text: str) -> None:
    context = read(text)
    assert context is not None
    assert str(context) == GOOD


@given(st.integers(1, 2**128 - 1), st.integers(1, 2**64 - 1), st.booleans())
def test_what_is_written_is_read(trace_id: int, span_id: int, is_sampled: bool) -> None:
    context = TraceContext(trace_id, span_id, is_sampled)
    assert GRAMMAR.match(str(context))
    assert read(str(context)) == context


@given(st.text(alphabet="0123456789abcdefABCF- \n", max_size=70) | st.text(max_size=70))
def test_nothing_that_a_sender_writes_is_more_than_none(text: str) -> None:
    context = read(text)
    assert context is None or GRAMMAR.match(text)
