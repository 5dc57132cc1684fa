"""What became of the rows of a file: numbers that add up, whatever happens in between."""

from collections.abc import Mapping

import msgspec

from leadtrace_ingest.outcome import Outcome


class Tally(msgspec.Struct):
    """Rows by what became of them: read = accepted + refused, accepted = outcomes + pending."""

    read: int = 0
    refused: int = 0
    accepted: int = 0
    outcomes: dict[str, int] = {}

    @property
    def pending(self) -> int:
        """Accepted rows whose outcome is not known yet."""
        return self.accepted - sum(self.outcomes.values())

    def add(self, other: "Tally") -> None:
        """Count another part of the file in."""
        self.read += other.read
        self.refused += other.refused
        self.accepted += other.accepted
        self.settle(other.outcomes)

    def settle(self, outcomes: Mapping[str, int]) -> None:
        """Count outcomes of rows that were accepted."""
        for name, count in outcomes.items():
            self.outcomes[name] = self.outcomes.get(name, 0) + count

    def lines(self) -> list[tuple[str, int]]:
        """The table of totals, from its head to its foot."""
        rows = [("rows read", self.read), ("refused", self.refused), ("accepted", self.accepted)]
        rows += [(f"  {one.value}", self.outcomes.get(one.value, 0)) for one in Outcome]
        rows.append(("  pending", self.pending))
        return [row for row in rows if row[1] or not row[0].startswith("  ") or row[0].strip() in _ALWAYS]


_ALWAYS = {Outcome.PUBLISHED.value, Outcome.DUPLICATE.value, Outcome.IGNORED.value, Outcome.QUARANTINED.value}
