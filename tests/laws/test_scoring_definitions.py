"""Laws of definitions: what is written out reads back the same, and only meaning moves the hash."""

from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.definitions.canonical import canonical, content_hash
from leadtrace.domain.definitions.millipoints import millipoints
from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.definitions.parse import parse_definitions
from leadtrace.testing.scorecards import definitions


@given(definitions())
def test_the_canonical_form_is_a_definitions_file_of_the_same_meaning(drawn: Definitions) -> None:
    read = parse_definitions(canonical(drawn), "canonical")
    assert read == drawn
    assert content_hash(read) == content_hash(drawn)


@given(definitions(), definitions())
def test_other_meaning_has_another_hash(one: Definitions, other: Definitions) -> None:
    assert (content_hash(one) == content_hash(other)) == (one == other)


@given(st.integers(-1_000_000, 1_000_000))
def test_every_thousandth_of_a_point_is_counted_exactly(thousandths: int) -> None:
    assert millipoints(thousandths / 1000) == thousandths
