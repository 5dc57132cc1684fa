"""Keys of two dimensions as one text: each pair has its own, and is read back from it."""

from hypothesis import given
from hypothesis import strategies as st

from leadtrace_api.projector.dimensions import LONGEST_KEY, key_of, pair_of, read_pair, written_pair

_KEYS = st.one_of(
    st.none(), st.text(min_size=1, max_size=300).map(key_of), st.sampled_from(("1:", "2:a", ":"))
)


@given(_KEYS, _KEYS)
def test_a_pair_is_read_back(one: str | None, other: str | None) -> None:
    assert read_pair(written_pair(one, other)) == (one, other)


def test_an_index_holds_the_longest_pair() -> None:
    longest = "\U0001f600" * LONGEST_KEY
    # PostgreSQL's limit is 2,704 bytes for all of an index's columns.
    assert len(written_pair(longest, longest).encode()) < 2_000


def test_only_some_dimensions_are_counted_together() -> None:
    assert pair_of({"segment", "channel"}) == ("channel", "segment")
    assert pair_of({"channel", "region"}) is None
    assert pair_of({"channel"}) is None
