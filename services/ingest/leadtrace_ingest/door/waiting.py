"""How many bytes of bodies wait in the door: bounded, and no sender may take up all the room."""


class Room:
    """Bytes that requests hold from their submission to their answer."""

    def __init__(self, limit: int, share: float) -> None:
        self._limit = limit
        self._limit_each = int(limit * share)
        self._by_sender: dict[str, int] = {}
        self.taken = 0

    def take(self, sender: str, size: int) -> bool:
        """Take room for a body; False if there is none, or none for this sender."""
        own = self._by_sender.get(sender, 0) + size
        if self.taken + size > self._limit or own > self._limit_each:
            return False
        self._by_sender[sender] = own
        self.taken += size
        return True

    def give_back(self, sender: str, size: int) -> None:
        """The body's request is answered."""
        self._by_sender[sender] -= size
        self.taken -= size
