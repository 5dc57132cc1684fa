"""Sums that come and go, divided among touches: each step is booked as the difference to the split before.

So whatever is left is always divided as if it had come at once, and the parts of nothing are nothing.
"""

from collections.abc import Iterator, Sequence

from leadtrace.domain.money import split


def book_steps(nets: Sequence[int], weights: Sequence[int], places: Sequence[int]) -> Iterator[list[int]]:
    """For each step what it adds to each place, in the unit of `nets`, what is left after each step.

    A sum is divided among touches in proportion to `weights`, by largest remainder, ties by touch order;
    `places` says for each touch, oldest first, at which place (0, 1, …) it counts. The parts of a step sum
    to the step exactly.

    Raises:
        ValueError: no weight is above 0, or one is below.
    """
    width = max(places) + 1
    before = [0] * width
    # A part of weight 0 has no remainder, so none of what is left over falls to it either.
    weighing = [(place, weight) for place, weight in zip(places, weights, strict=True) if weight]
    credited, shares = [place for place, _ in weighing], [weight for _, weight in weighing]
    for net in nets:
        now = [0] * width
        for place, part in zip(credited, split(net, shares), strict=True):
            now[place] += part
        yield [after - had for after, had in zip(now, before, strict=True)]
        before = now
