"""What the fold remembers of a lead for the predictive score, within a bound.

The bound: a text for each property that is read, a count for each day of a week, a few texts and moments.
"""

import msgspec


class Memory(msgspec.Struct, array_like=True):
    """`first` and `last_touch` are moments (µs), None before there is one; `rung` is below `customer`.

    `known` follows the plan's properties, empty where nothing is known; `week` holds (UTC day, touches), the
    newest last.
    """

    known: list[str]
    week: list[tuple[int, int]]
    first: int | None = None
    rung: int = 0
    won: bool = False
    lost: bool = False
    touches: int = 0
    last_touch: int | None = None
    first_channel: str = ""
    last_channel: str = ""
    last_signal: str = ""

    @property
    def ended(self) -> bool:
        """Whether its record says how it ended: won for good, or lost or disqualified as it stands."""
        return self.won or self.lost
