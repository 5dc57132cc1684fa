"""Which channels are told apart: a bounded number of names, and everybody else together."""

import re
from collections.abc import Iterable, Mapping, Sequence

OTHER = "other"
NONE = "none"
# A public form can be sent any text as its channel: what looks like no name of one is told with the others.
_NAME = re.compile(r"[\w &+./()'-]{1,64}")


class Channels:
    """The channels that are shown by name; a channel that is called as the rest is, counts with the rest."""

    def __init__(self, largest_first: Iterable[str | None], top: int) -> None:
        names = (key for key in largest_first if key is not None and _is_name(key))
        self._shown = frozenset(name for name, _ in zip(names, range(top), strict=False))

    def label(self, key: str | None) -> str:
        """How a channel is shown; None stands for those without one."""
        if key is None or key == NONE:
            return NONE
        return key if key in self._shown else OTHER

    def labels(self) -> tuple[str, ...]:
        """All that are shown."""
        return (*sorted(self._shown), OTHER, NONE)

    def sums(self, amounts: Mapping[str | None, Sequence[int]], width: int) -> dict[str, list[int]]:
        """What channels have, `width` numbers each, summed by how they are shown; 0 where nothing is."""
        sums = {label: [0] * width for label in self.labels()}
        for key, more in amounts.items():
            mine = sums[self.label(key)]
            mine[:] = [have + add for have, add in zip(mine, more, strict=True)]
        return sums


def _is_name(key: str) -> bool:
    return key not in {OTHER, NONE} and _NAME.fullmatch(key) is not None
