"""Whether a model may speak: enough to learn from, and better than the base rate and the rules.

Better means that the whole 95 % interval of the gain in log loss lies above 0; luck alone does not activate.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from leadtrace.domain.predict.dataset import Dataset
from leadtrace.domain.predict.losses import Gain

# Who is open at the horizon is seen only among these, and no weight makes up for a group that nobody saw.
# With a hundred a rate of 10 % is known to 6 points either way, with twenty to 13.
FEWEST_WATCHED: Final = 100
_NOTHING_TRIED: Final = (
    "There was nothing to try a model on that it had not learnt from;"
    " by time that takes leads of more than two horizons."
)


class Bar(msgspec.Struct, frozen=True):
    """What is asked for. With a hundred of each, the AUC of a coin is known to 0.08 either way.

    `watched` is how many leads must have been watched for the whole horizon, however they ended.
    """

    wins: int = 100
    losses: int = 100
    watched: int = FEWEST_WATCHED


class Counts(msgspec.Struct, frozen=True):
    """What there is to learn from: rows won and not won, and leads watched for the whole horizon."""

    wins: int
    losses: int
    watched: int


def counts_of(dataset: Dataset) -> Counts:
    """The counts of a dataset."""
    wins = sum(row.won for row in dataset.rows)
    return Counts(wins, len(dataset.rows) - wins, dataset.watched)


def shortages(counts: Counts, bar: Bar) -> tuple[str, ...]:
    """Why nothing is to be learnt yet, in sentences; empty if there is enough of everything."""
    asked = (
        (counts.wins, bar.wins, "wins are known"),
        (counts.losses, bar.losses, "losses are known"),
        (counts.watched, bar.watched, "leads were watched for the whole horizon"),
    )
    return tuple(f"{found} {words}; {needed} are needed." for found, needed, words in asked if found < needed)


def objections(counts: Counts, *, tried: int, gains: Mapping[str, Gain | None], bar: Bar) -> tuple[str, ...]:
    """Why a model stays inactive, in sentences; empty if it may speak.

    `tried` is how many rows it was tried on, `gains` its gain over each rival, None over one that could not
    be asked.
    """
    found = list(shortages(counts, bar))
    if found and not tried:
        return tuple(found)
    if not tried:
        return (_NOTHING_TRIED,)
    for rival, gain in gains.items():
        if gain is None:
            found.append(f"It could not be compared with {rival}.")
        elif gain.low <= 0.0:
            found.append(
                f"It does not beat {rival}: log loss lower by {gain.mean:.6f},"
                f" interval {gain.low:.6f} to {gain.high:.6f}."
            )
    return tuple(found)
