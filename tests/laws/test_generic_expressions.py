"""Law: an expression that is evaluated here gives what JMESPath's own interpreter gives."""

from typing import Any

import jmespath
from hypothesis import given
from hypothesis import strategies as st

from leadtrace_ingest.senders.generic.evaluation import is_false
from leadtrace_ingest.senders.generic.expression import Expression

NAMES = st.sampled_from(["a", "b", '"c d"'])
LEAVES = st.one_of(
    NAMES, st.sampled_from(["@", "'x'", "''", "`0`", "`null`", "`false`", "a[0]", "b[*].a", "[a, b]"])
)
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds("{}.{}".format, NAMES, NAMES),
        st.builds("{}.{}.{}".format, NAMES, NAMES, NAMES),
        st.builds("({} {} {})".format, inner, st.sampled_from(["==", "!=", "&&", "||", "|"]), inner),
        st.builds("({} {} 'x')".format, inner, st.sampled_from(["==", "!="])),
        st.builds("!{}".format, inner),
    ),
    max_leaves=5,
)
VALUES = st.recursive(
    st.sampled_from([None, True, False, 0, 1, 0.0, "", "x", "y"]),
    lambda inner: st.one_of(
        st.dictionaries(st.sampled_from(["a", "b", "c d"]), inner, max_size=3), st.lists(inner, max_size=2)
    ),
    max_leaves=8,
)


@given(text=EXPRESSIONS, value=VALUES)
def test_evaluation_agrees_with_the_library(text: str, value: Any) -> None:
    ours, theirs = Expression("x", text).of(value), jmespath.search(text, value)
    assert (ours, type(ours)) == (theirs, type(theirs))


@given(value=VALUES)
def test_truth_agrees_with_the_library(value: Any) -> None:
    assert is_false(value) is (jmespath.search("(@ && 'true') || 'false'", value) != "true")
