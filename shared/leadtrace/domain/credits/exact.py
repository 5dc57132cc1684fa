"""Chances of a Markov chain as exact fractions: for chains of few states, and to judge the fast way by.

Whole numbers only: fraction-free elimination (Bareiss, Mathematics of Computation 22, 1968).
"""

from collections.abc import Collection
from fractions import Fraction
from math import gcd

from leadtrace.domain.credits.chain import Chain, State


def conversion_chance(chain: Chain, without: Collection[str] = ()) -> Fraction:
    """P(conversion) from (start); steps into states that contain a channel of `without` end at (null).

    Solves (I - Q)x = r at (start), where Q are the chances of steps between the states that are left and r
    those of a conversion; 0 where nothing was counted.
    """
    kept = [place for place, state in enumerate(chain.states) if not _touches(state, without)]
    matrix = [_row(chain, place, kept, column) for column, place in enumerate(kept)]
    matrix.append([-int(chain.starts[place]) for place in kept] + [int(chain.starts.sum()), 0])
    if not matrix[-1][-2]:
        return Fraction(0)
    return _last_unknown([_reduced(row) for row in matrix])


def _touches(state: State, channels: Collection[str]) -> bool:
    return any(label in channels for label in state)


def _row(chain: Chain, place: int, kept: list[int], column: int) -> list[int]:
    """A row of (I - Q | r), times all that ever left the state; (start) is the last but one column."""
    steps = chain.steps[place]
    conversions = int(chain.conversions[place])
    row = [-int(steps[other]) for other in kept]
    row[column] += int(steps.sum()) + conversions + int(chain.nulls[place])
    return [*row, 0, conversions]


def _reduced(row: list[int]) -> list[int]:
    divisor = gcd(*row)
    return [value // divisor for value in row]


def _last_unknown(matrix: list[list[int]]) -> Fraction:
    """The last unknown of as many equations, the right side in the last column.

    No pivot is 0 and rows need no exchange: every state comes to an end, so each leading block is regular.
    """
    before = 1
    size = len(matrix)
    for pivot in range(size - 1):
        above = matrix[pivot]
        for row in matrix[pivot + 1 :]:
            for column in range(pivot + 1, size + 1):
                row[column] = (row[column] * above[pivot] - row[pivot] * above[column]) // before
        before = above[pivot]
    return Fraction(matrix[-1][-1], matrix[-1][-2])
