"""What a model refuses because it would take too long or say too little; the message names the remedy."""

from typing import Final

# Coalitions double with every channel: of 2^16 almost none was ever observed.
MOST_CHANNELS_OF_A_GAME: Final = 16
# A matrix of 8 MB; with it a solve takes seconds, and eight times as long with twice as many.
MOST_STATES: Final = 1_024
# Counts of one pass over encoded paths: 32 MB.
MOST_STEP_KINDS: Final = 2**22


class LimitExceededError(ValueError):
    """More channels or states than a model is computed for."""


def check_channels(count: int) -> None:
    """Refuse a game of too many channels.

    Raises:
        LimitExceededError: there are more than `MOST_CHANNELS_OF_A_GAME`.
    """
    if count > MOST_CHANNELS_OF_A_GAME:
        raise LimitExceededError(
            f"a game of {count} channels has 2^{count} coalitions; {MOST_CHANNELS_OF_A_GAME} channels are the"
            " most: group them into the largest ones and one other"
        )


def check_states(count: int, order: int) -> None:
    """Refuse a chain of too many states.

    Raises:
        LimitExceededError: there are more than `MOST_STATES`.
    """
    if count > MOST_STATES:
        raise LimitExceededError(
            f"a chain of order {order} has {count} states here; {MOST_STATES} are the most: {_remedy(order)}"
        )


def check_step_kinds(count: int, order: int) -> None:
    """Refuse to count steps of too many kinds in one pass.

    Raises:
        LimitExceededError: there are more than `MOST_STEP_KINDS`.
    """
    if count > MOST_STEP_KINDS:
        raise LimitExceededError(
            f"a chain of order {order} has {count} kinds of steps here; {MOST_STEP_KINDS} are the most:"
            f" {_remedy(order)}"
        )


def _remedy(order: int) -> str:
    grouping = "group channels into the largest ones and one other"
    return grouping if order == 1 else f"{grouping}, or ask for a lower order"
