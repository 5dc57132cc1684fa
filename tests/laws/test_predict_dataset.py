"""A dataset is a set: neither the order of its rows nor a trip through JSON changes what is learnt from."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from leadtrace.domain.predict.dataset import Dataset, Row, decode_dataset, digest, encode_dataset
from leadtrace.domain.predict.folds import forward_folds
from tests.laws.predict_worlds import NUMBERS, TEXTS, rows


@given(rows().flatmap(lambda seen: st.tuples(st.just(seen), st.permutations(seen))))
def test_the_order_of_rows_is_not_part_of_the_data(both: tuple[list[Row], list[Row]]) -> None:
    one, other = (Dataset(30, TEXTS, NUMBERS, tuple(some)) for some in both)
    assert digest(one) == digest(other)
    assert decode_dataset(encode_dataset(one)) == decode_dataset(encode_dataset(other))


@given(rows(), st.integers(2, 6))
def test_no_fold_learns_from_its_future(seen: list[Row], count: int) -> None:
    spread = [
        msgspec.structs.replace(row, at=number // 3, decided_at=number // 3 + number % 4)
        for number, row in enumerate(seen * 8)
    ]
    tried: set[int] = set()
    for fold in forward_folds(Dataset(30, TEXTS, NUMBERS, tuple(spread)), count=count):
        train, test = fold.train, fold.test
        assert max(spread[place].decided_at for place in train) < min(spread[place].at for place in test)
        assert not tried & set(test.tolist())
        tried |= set(test.tolist())
