"""Whether what is said of a channel depends on the model: keep it, cut it, or nobody can tell by models."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

_FEWEST_MODELS = 2


class Verdict(StrEnum):
    """What several models say of one channel, held against one target."""

    ROBUST_KEEP = "robust_keep"
    ROBUST_CUT = "robust_cut"
    MODEL_DEPENDENT = "model_dependent"


def verdict(revenues: Sequence[int], spend: int | None, target: Decimal | None) -> Verdict | None:
    """Whether each model's revenue reaches `target` x `spend`, all in minor units of one currency.

    None where nothing was spent, there is no target, or fewer than two models are asked: a rule that is asked
    alone agrees with itself. Compared exactly; a channel that just reaches its target is kept.
    """
    if spend is None or spend <= 0 or target is None or len(revenues) < _FEWEST_MODELS:
        return None
    wanted = Fraction(target) * spend
    kept = [revenue >= wanted for revenue in revenues]
    if all(kept):
        return Verdict.ROBUST_KEEP
    return Verdict.MODEL_DEPENDENT if any(kept) else Verdict.ROBUST_CUT
