"""Golden vectors of the reference, section 8: paths with conversions and non-conversions."""

from fractions import Fraction

from leadtrace.domain.credits.aggregate import PathCount

MARKOV_A = (
    PathCount(("C1", "C2", "C3"), 1, 0),
    PathCount(("C1",), 0, 1),
    PathCount(("C2", "C3"), 0, 1),
)
MARKOV_B = (
    PathCount(("search", "email"), 10, 40),
    PathCount(("email",), 5, 45),
    PathCount(("social", "search", "email"), 6, 14),
    PathCount(("social",), 0, 30),
    PathCount(("search", "search", "email"), 4, 6),
)
# The games of Shapley are played over the same paths.
SHAPLEY_B = MARKOV_B


def fractions(*numbers: int | str) -> tuple[Fraction, ...]:
    """Exact numbers as the reference writes them, as `8/13`."""
    return tuple(map(Fraction, numbers))
