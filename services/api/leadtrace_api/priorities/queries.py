"""Reads of the work list out of `api.leads`: segment by segment, until a page is full."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Double,
    Row,
    Select,
    and_,
    cast,
    false,
    func,
    literal,
    not_,
    or_,
    select,
)

from leadtrace.events.lead import LADDER, Stage
from leadtrace_api.leads.queries import has_key
from leadtrace_api.priorities.segments import Segment
from leadtrace_api.priorities.valuation import Valuation
from leadtrace_api.reading import Reading
from leadtrace_api.tables import LEADS

_L = LEADS.c
# Sorts behind every amount; what is worth nothing that anybody knows of comes last.
UNKNOWN = -(2**62)
_CONTACTED = LADDER.index(Stage.SALES_QUALIFIED)
_BEFORE_CONTACT = [stage.value for stage in LADDER[:_CONTACTED]]
# Nobody has spoken with them since they entered their band, as far as stages tell.
_CLOCKED: ColumnElement[bool] = func.coalesce(
    and_(
        _L.band_since.is_not(None),
        or_(
            _L.stage.is_(None),
            _L.stage.in_(_BEFORE_CONTACT),
            and_(_L.stage == Stage.RECYCLED.value, _L.band_since > _L.stage_since),
        ),
    ),
    false(),
)
_SHOWN = [
    _L[name]
    for name in (
        "lead_id",
        "owner",
        "team",
        "channel",
        "stage",
        "band",
        "band_since",
        "fit",
        "intent",
        "predicted",
        "flags",
        "account",
        "score_body",
    )
]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the segment, then what it is sorted by."""

    segment: int
    since: datetime | None
    worth: int
    lead_id: UUID


@dataclass(frozen=True, slots=True)
class Asked:
    """The question, as far as rows are concerned."""

    filters: Mapping[str, Sequence[str | None]]
    stages: Sequence[str]
    currency: str
    valuation: Valuation


@dataclass(frozen=True, slots=True)
class Listed:
    """A lead on the list and the segment that it stands in."""

    segment: Segment
    row: Row[Any]

    @property
    def place(self) -> Place:
        """Where it stands."""
        since = self.row.band_since if self.segment.hours is not None else None
        return Place(self.segment.place, since, self.row.worth_key, self.row.lead_id)


async def page(
    now: Reading, asked: Asked, listed: Sequence[Segment], after: Place | None, limit: int
) -> list[Listed]:
    """So many leads behind a place, from the segments in their order."""
    found: list[Listed] = []
    for segment in listed:
        if after is not None and segment.place < after.segment:
            continue
        behind = after if after is not None and segment.place == after.segment else None
        rows = await _rows(now, asked, segment, behind, limit - len(found))
        found += [Listed(segment, row) for row in rows]
        if len(found) == limit:
            break
    return found


async def _rows(
    now: Reading, asked: Asked, segment: Segment, after: Place | None, limit: int
) -> Sequence[Row[Any]]:
    key = _worth_key(asked, segment)
    clocked = segment.hours is not None
    conditions: list[ColumnElement[bool]] = [
        _L.definition_version == now.version,
        # As the index says it.
        _L.status == "open",
        _L.redirect_to.is_(None),
        _L.band.is_(None) if segment.band is None else _L.band == segment.band,
        *(has_key(_L[name], keys) for name, keys in asked.filters.items()),
    ]
    if asked.stages:
        conditions.append(_L.stage.in_(asked.stages))
    if clocked:
        conditions.append(_CLOCKED)
    elif segment.rest:
        conditions.append(not_(_CLOCKED))
    if after is not None:
        conditions.append(_behind(after, key))
    # Found by the index alone, which holds all that this reads; rows with their bodies only of the page.
    order = (key.desc(), _L.lead_id)
    found = (
        select(_L.lead_id, _L.band_since, key.label("worth_key"))
        .where(*conditions)
        .order_by(*((_L.band_since, *order) if clocked else order))
        .limit(limit)
        .subquery("found")
    )
    again = (found.c.worth_key.desc(), found.c.lead_id)
    statement: Select[Any] = (
        select(*_SHOWN, _L.open_amounts, found.c.worth_key)
        .join(found, _L.lead_id == found.c.lead_id)
        .where(_L.definition_version == now.version)
        .order_by(*((found.c.band_since, *again) if clocked else again))
    )
    rows: Sequence[Row[Any]] = (await now.connection.execute(statement)).all()
    return rows


def _worth_key(asked: Asked, segment: Segment) -> ColumnElement[int]:
    """P(won) times the amount in minor units, as far as sorting goes; what is not known comes last."""
    rate = asked.valuation.rates.get(segment.band or "")
    chance = func.coalesce(_L.predicted, literal(rate.value if rate is not None else None, Double))
    amount = func.coalesce(
        cast(_L.open_amounts[asked.currency].astext, BigInteger),
        literal(asked.valuation.average, BigInteger),
    )
    return func.coalesce(
        cast(func.round(chance * cast(amount, Double)), BigInteger), literal(UNKNOWN, BigInteger)
    )


def _behind(after: Place, key: ColumnElement[int]) -> ColumnElement[bool]:
    later = or_(key < after.worth, and_(key == after.worth, _L.lead_id > after.lead_id))
    if after.since is None:
        return later
    # The first part is what the index can begin at.
    return and_(_L.band_since >= after.since, or_(_L.band_since > after.since, later))
