"""Which visits a question is about, as one relation, and how it is cut into groups and the total."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Double,
    Row,
    and_,
    case,
    cast,
    func,
    literal,
    select,
)

from leadtrace.events.times import to_micros
from leadtrace_api.cut import Cut
from leadtrace_api.days import within
from leadtrace_api.journey_tables import VISITS
from leadtrace_api.leads.queries import has_key
from leadtrace_api.projector.contribution import Basis
from leadtrace_api.projector.office import Offices
from leadtrace_api.reading import Reading
from leadtrace_api.tables import LEADS
from leadtrace_api.velocity.schemas import VelocityQuery

_V = VISITS.c
_MICROSECONDS = 1_000_000

# The keys of a group; None stands for the total, whose rows have none.
Group: TypeAlias = tuple[str | None, ...] | None


@dataclass(frozen=True)
class Selection(Cut):
    """The visits of one question; `dimensions` cut it into groups."""

    now: Reading
    query: VelocityQuery
    dimensions: tuple[str, ...]
    zone: str
    offices: Offices

    @cached_property
    def visits(self) -> CTE:
        """A row a visit: whose, where, how entered, and how long (s) in both times until its end or now."""
        ended = func.coalesce(_V.left_at, _V.gone_at, self.now.at)
        showed = func.coalesce(_V.ended_open, self._showing())
        elapsed = cast(func.extract("epoch", ended - _V.entered_at), Double)
        worked = cast(showed - _V.entered_open, Double) / _MICROSECONDS
        return (
            select(
                _V.lead_id,
                _V.place,
                _V.stage,
                _V.kind,
                _V.marks,
                _V.actor,
                _V.path,
                _V.entered_at,
                _V.left_at.is_not(None).label("finished"),
                and_(_V.left_at.is_(None), _V.gone_at.is_(None)).label("open"),
                # A clock may run some minutes ahead of the door's.
                func.greatest(elapsed, 0.0).label("time"),
                func.greatest(worked, 0.0).label("business_time"),
                *(LEADS.c[name].label(f"key_{name}") for name in self.dimensions),
            )
            .select_from(
                VISITS.join(
                    LEADS,
                    and_(LEADS.c.lead_id == _V.lead_id, LEADS.c.definition_version == _V.definition_version),
                )
            )
            .where(_V.definition_version == self.now.version, *self._filters(), *self._cohort())
            .where(*self.activity())
            .cte("visit")
        )

    def group_of(self, row: Row[Any]) -> Group:
        """The keys of a row that has them."""
        return tuple(row._mapping[f"key_{name}"] for name in self.dimensions)  # noqa: SLF001 - its public name

    def activity(self) -> list[ColumnElement[bool]]:
        """Entered in the range, if that is what it is a range of."""
        if self.query.basis is Basis.COHORT:
            return []
        return within(_V.entered_at, self.query.first, self.query.last, self.zone)

    def _showing(self) -> ColumnElement[int]:
        """What the clock of the lead's office shows now."""
        now = to_micros(self.now.at)
        usual = literal(self.offices.usual.reading(now), BigInteger)
        apart = [
            (LEADS.c.team == team, literal(office.reading(now), BigInteger))
            for team, office in self.offices.apart.items()
        ]
        return case(*apart, else_=usual) if apart else usual

    def _cohort(self) -> list[ColumnElement[bool]]:
        if self.query.basis is Basis.ACTIVITY:
            return []
        first, last, day = self.query.first, self.query.last, LEADS.c.cohort_day
        return [*([day >= first] if first else []), *([day <= last] if last else [])]

    def _filters(self) -> list[ColumnElement[bool]]:
        return [has_key(LEADS.c[name], keys) for name, keys in self.query.filters().items()]
