"""Law: the depth of JSON that is told without decoding it is the depth that decoding finds."""

import json

from hypothesis import given
from hypothesis import strategies as st

from leadtrace_ingest.senders.depth import is_deeper

JSON = st.recursive(
    st.one_of(st.integers(), st.text(st.sampled_from('[]{}"\\a'), max_size=6)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text('[{"\\', max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


def depth_of(value: object) -> int:
    match value:
        case list():
            return 1 + max(map(depth_of, value), default=0)
        case dict():
            return 1 + max(map(depth_of, value.values()), default=0)
        case _:
            return 0


@given(value=JSON, limit=st.integers(0, 6), indent=st.sampled_from([None, 1]))
def test_depth_is_that_of_the_value(value: object, limit: int, indent: int | None) -> None:
    raw = json.dumps(value, indent=indent).encode()
    assert is_deeper(raw, limit) == (depth_of(value) > limit)


@given(raw=st.binary(max_size=200), limit=st.integers(0, 5))
def test_any_bytes(raw: bytes, limit: int) -> None:
    is_deeper(raw, limit)
