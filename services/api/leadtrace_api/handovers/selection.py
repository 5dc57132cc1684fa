"""Which offers a question is about, as one relation, and how it is cut into groups and the total."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import CTE, BigInteger, ColumnElement, and_, cast, func, select

from leadtrace_api.cut import Cut
from leadtrace_api.days import within
from leadtrace_api.handovers.schemas import PARTY, HandoversQuery
from leadtrace_api.journey_tables import OFFERS
from leadtrace_api.leads.queries import has_key
from leadtrace_api.reading import Reading
from leadtrace_api.tables import LEADS

_O = OFFERS.c


@dataclass(frozen=True)
class Selection(Cut):
    """The offers of one question; `dimensions` cut them into groups."""

    now: Reading
    query: HandoversQuery
    dimensions: tuple[str, ...]
    zone: str
    currency: str

    @cached_property
    def offers(self) -> CTE:
        """A row an offer, with the keys of its group and what its lead's open deals are worth."""
        value = func.coalesce(cast(LEADS.c.open_amounts[self.currency].astext, BigInteger), 0)
        same = and_(LEADS.c.lead_id == _O.lead_id, LEADS.c.definition_version == _O.definition_version)
        return (
            select(
                *_O,
                value.label("value"),
                *(_column(name).label(f"key_{name}") for name in self.dimensions),
            )
            .select_from(OFFERS.join(LEADS, same))
            .where(_O.definition_version == self.now.version, LEADS.c.redirect_to.is_(None))
            .where(*within(_O.at, self.query.first, self.query.last, self.zone), *self._filters())
            .cte("offer")
        )

    def _filters(self) -> list[ColumnElement[bool]]:
        return [has_key(_column(name), keys) for name, keys in self.query.filters().items()]


def _column(name: str) -> ColumnElement[Any]:
    """Whose column a dimension is: the party's of the offer, else that of the lead's origin."""
    return _O[name] if name in PARTY else LEADS.c[name]
