"""Whether a model may speak: outcomes enough, and better than the base rate and the rules where it was tried.

Better means that the whole 95 % interval of the gain in log loss lies above 0; luck alone does not activate.
"""

from collections.abc import Mapping

import msgspec

from leadtrace.domain.predict.losses import Gain


class Bar(msgspec.Struct, frozen=True):
    """What is asked for. With a hundred of each, the AUC of a coin is known to 0.08 either way."""

    wins: int = 100
    losses: int = 100


def objections(
    *, wins: int, losses: int, tried: int, gains: Mapping[str, Gain | None], bar: Bar
) -> tuple[str, ...]:
    """Why a model stays inactive, in sentences; empty if it may speak.

    `tried` is how many rows it was tried on, `gains` its gain over each rival, None over one that could not
    be asked.
    """
    found = []
    if wins < bar.wins:
        found.append(f"{wins} wins are known; {bar.wins} are needed.")
    if losses < bar.losses:
        found.append(f"{losses} losses are known; {bar.losses} are needed.")
    if found and not tried:
        return tuple(found)
    if not tried:
        return ("There was nothing to try a model on that it had not learnt from.",)
    for rival, gain in gains.items():
        if gain is None:
            found.append(f"It could not be compared with {rival}.")
        elif gain.low <= 0.0:
            found.append(
                f"It does not beat {rival}: log loss lower by {gain.mean:.6f},"
                f" interval {gain.low:.6f} to {gain.high:.6f}."
            )
    return tuple(found)
