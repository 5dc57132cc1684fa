"""How much of a lead was known when: what tells whether a newer snapshot only adds to an older one."""

import msgspec


class Known(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """How much was known when: `latest` (µs) is when the newest event of the set was recorded.

    `before` counts the events recorded on earlier days of the reporting time zone, `total` all; `causes` say
    of the events of the last day why they change numbers of days before. Marks tell sets of one size apart.
    """

    latest: int
    before: int
    total: int
    causes: tuple[str, ...] = ()
    before_mark: int = 0
    mark: int = 0

    @property
    def earlier(self) -> tuple[int, int]:
        """What stands for the set of the events of earlier days."""
        return self.before, self.before_mark

    @property
    def everything(self) -> tuple[int, int]:
        """What stands for the whole set."""
        return self.total, self.mark
