"""Links from numbers to the leads that they count."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from leadtrace_api.parameters import filter_items
from leadtrace_api.projector.contribution import Basis


@dataclass(frozen=True, slots=True)
class Links:
    """The leads that filters let pass, in a range of days of a basis."""

    filters: dict[str, list[str | None]]
    basis: Basis
    first: date | None
    last: date | None

    def standing_at(self, stage: str) -> str:
        """Those whose visit to a stage lasts."""
        days = "captured" if self.basis is Basis.COHORT else "stage"
        items = [
            *filter_items(self.filters),
            *([(f"{days}_from", self.first.isoformat())] if self.first else []),
            *([(f"{days}_to", self.last.isoformat())] if self.last else []),
            ("stage", stage),
        ]
        return f"/v1/leads?{urlencode(items)}"
