"""How much of the spill each sender holds: none may use up the quota while others need it."""

from collections import Counter
from collections.abc import Mapping


class Shares:
    """Bytes by sender, from their submission until they are filed; `largest` is what one sender may hold."""

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._held: Counter[str] = Counter()

    def allows(self, sender: str, size: int) -> bool:
        """Whether a sender may spill so many bytes more."""
        return self._held[sender] + size <= self._largest

    def add(self, held: Mapping[str, int]) -> None:
        """These bytes are held from now on."""
        self._held.update(held)

    def remove(self, held: Mapping[str, int]) -> None:
        """These are filed, or were never kept."""
        self._held.subtract(held)
