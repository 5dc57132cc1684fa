"""What a service does with facts as they arrive, without its store: keep the set, save, step or refold."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from leadtrace.domain.fact import Fact, Key, key_of, union
from leadtrace.domain.fold import Fold, advance, refold, steppable

State = TypeVar("State")


def fold_as_arrived(
    fold: Fold[State],
    batches: Iterable[Sequence[Fact]],
    *,
    encode: Callable[[State], bytes],
    decode: Callable[[bytes], State],
) -> tuple[State, list[Fact]]:
    """The state after all batches, saved and loaded between any two, and the set in folding order.

    A batch that sorts after all that is known is stepped; any other has the set folded again.
    """
    known: list[Fact] = []
    saved = encode(fold.initial())
    for batch in batches:
        have = {(fact.source, fact.id) for fact in known}
        arrived = [fact for fact in union(batch) if (fact.source, fact.id) not in have]
        last: Key | None = key_of(known[-1]) if known else None
        if steppable(last, arrived):
            state = advance(fold, decode(saved), arrived)
            known += arrived
        else:
            state, known = refold(fold, [*known, *arrived])
        saved = encode(state)
    return decode(saved), known
