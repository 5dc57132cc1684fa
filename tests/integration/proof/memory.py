"""What the api said at each step, and that it says so still of that moment, whatever was told since."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.integration.ingest.scene import RECEIVED_AT
from tests.integration.proof.company import Company

# When it was asked, and whose data it is, which is told as known now.
_OF_NOW = {"snapshot_at", "as_of", "personal"}
Said = dict[str, Any]


@dataclass(slots=True)
class Memory:
    """The answers about every lead after each step, by how many items had been posted."""

    steps: list[tuple[int, dict[str, Said]]] = field(default_factory=list)

    async def keep(self, company: Company, leads: Iterable[str]) -> None:
        """Ask about every lead now."""
        said = {lead: _lasting(await company.get(f"/v1/leads/{lead}")) for lead in leads}
        self.steps.append((company.posted, said))

    async def hold(self, company: Company, step: int) -> None:
        """Ask again about one of the steps, as of its moment."""
        posted, said = self.steps[step % len(self.steps)]
        as_of = RECEIVED_AT + timedelta(seconds=posted)
        for lead, then in said.items():
            answer = await company.get(f"/v1/leads/{lead}?as_of={as_of:%Y-%m-%dT%H:%M:%S.%fZ}")
            assert _lasting(answer) == then, (lead, posted)


def _lasting(answer: Said) -> Said:
    return {name: said for name, said in answer.items() if name not in _OF_NOW}
