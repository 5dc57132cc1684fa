"""What is learnt is a function of a set of rows: whatever order they come in, every byte is the same."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from leadtrace.domain.predict.dataset import Row
from leadtrace.domain.predict.judgement import Bar
from leadtrace.domain.predict.training import decode_request, encode_request, encode_result
from leadtrace.training.run import train
from tests.unit.training.leads import made_dataset, request

ASKED = request(made_dataset(240), bar=Bar(wins=40, losses=40))
BYTES = encode_result(train(decode_request(encode_request(ASKED))))


# A training takes a second: few orders, each of 240 rows.
@settings(max_examples=6)
@given(st.permutations(ASKED.dataset.rows))
def test_the_order_of_rows_changes_no_byte_of_a_result(rows: list[Row]) -> None:
    dataset = msgspec.structs.replace(ASKED.dataset, rows=tuple(rows))
    given_so = encode_request(msgspec.structs.replace(ASKED, dataset=dataset))
    assert encode_result(train(decode_request(given_so))) == BYTES


def test_a_model_was_learnt_at_all() -> None:
    """The law would hold of a training that refuses everything."""
    result = train(decode_request(encode_request(ASKED)))
    assert result.model is not None
    assert result.tried > 100
