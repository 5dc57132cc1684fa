"""Deals: their facts into outcomes, and what each of their leads is to know of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias, cast
from uuid import UUID

from leadtrace.bus.protocol import Outgoing
from leadtrace.domain.attribution.deal_fold import DealFold
from leadtrace.domain.attribution.deal_outcome import (
    Homes,
    absorbed_deal,
    former_view,
    is_foreign,
    kept_views,
    render_deal,
)
from leadtrace.domain.attribution.deal_state import DealState, decode_state, encode_state
from leadtrace.domain.attribution.extract import extract_deal
from leadtrace.domain.attribution.views import DealView
from leadtrace.domain.calendar import UTC_DAYS, Days
from leadtrace.domain.definitions.canonical import reference_to
from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.domain.fact import Fact
from leadtrace.domain.rates import NO_RATES, Rates
from leadtrace.events.snapshots import DEAL_CONCLUDED
from leadtrace.runtime.absorb import Absorber, Stored
from leadtrace.runtime.attribution_terms import attribution_terms_by
from leadtrace.runtime.clock import Clock
from leadtrace.runtime.derive import body_of, record_of_row, revise
from leadtrace.store.bindings import BindingStore
from leadtrace.store.connection import Connection
from leadtrace.store.entities import EntityRow
from leadtrace_attribution.batch import LINKS
from leadtrace_attribution.store import (
    DEAL_LEADS,
    DEAL_RATES,
    DEALS,
    SCHEMA,
    LinkedRecord,
    forget_links,
    keep_links,
    pack_ids,
    records_linked_with,
    unpack_ids,
)

Views: TypeAlias = dict[UUID, DealView | None]
# Body, what each lead is to know, and whether another table of rates may make another body.
Conclusion: TypeAlias = tuple[bytes, Views, bool]


@dataclass(slots=True)
class DerivedDeals:
    """What came of a batch's deals.

    `views` holds for each deal what each lead that it ever was linked to is to know, also where it no longer
    is; None for one whose records moved elsewhere. A lead remembers that too, so that link and unlink in one
    batch leave what they leave in two.
    """

    folded: set[UUID] = field(default_factory=set)
    raised: list[UUID] = field(default_factory=list)
    outgoing: list[Outgoing] = field(default_factory=list)
    views: dict[UUID, Views] = field(default_factory=dict)

    @property
    def concerned(self) -> set[UUID]:
        """Every lead whose row must be locked."""
        return {lead for leads in self.views.values() for lead in leads}


@dataclass(slots=True)
class Linked:
    """Where linked records that moved are now, and for each deal the leads that it ever was linked with."""

    homes: Homes
    ever: dict[UUID, set[UUID]] = field(default_factory=dict)


class DealDeriver:
    """Folds deal rows and gives them new revisions."""

    def __init__(
        self, schedule: Schedule, clock: Clock, days: Days = UTC_DAYS, rates: Rates = NO_RATES
    ) -> None:
        self._definition = reference_to(schedule.current)
        self._weigh = attribution_terms_by(schedule).contact_weights
        self._rates = rates
        self._clock = clock
        self._days = days
        self._bindings = BindingStore(SCHEMA)

    async def derive(
        self,
        connection: Connection,
        rows: Mapping[UUID, EntityRow],
        facts: Mapping[UUID, list[Fact]],
        stays: Mapping[UUID, list[Fact]],
    ) -> DerivedDeals:
        """Fold what arrived into locked rows; they are saved by the caller."""
        derived = DerivedDeals()
        linked = await self._linked(connection, rows, facts, stays)
        stored = Stored(DealFold(self._days), extract_deal, encode_state, decode_state)
        absorber = Absorber(DEALS, stored, partial(self._render, linked))
        concluded = await absorber.absorb(connection, rows, facts, stays)
        for deal, conclusion in concluded.items():
            derived.folded.add(deal)
            if conclusion is not None:
                self._conclude(rows[deal], conclusion, derived)
        return derived

    async def _linked(
        self,
        connection: Connection,
        rows: Mapping[UUID, EntityRow],
        facts: Mapping[UUID, list[Fact]],
        stays: Mapping[UUID, list[Fact]],
    ) -> Linked:
        """Where the records are now that the deals ever were or will be linked with."""
        # Links go where their records go: whether they came by a deal that they left must make no difference.
        await forget_links(connection, stays)
        told = [(deal, fact) for some in (stays, facts) for deal, of_it in some.items() for fact in of_it]
        await keep_links(connection, [_link_of(deal, fact) for deal, fact in told if fact.code in LINKS])
        records = await records_linked_with(connection, rows)
        held = await self._bindings.read(connection, {record.name for record in records})
        linked = Linked({name: (str(one.entity), one.revision) for name, one in held.items()})
        for record in records:
            moved = held.get(record.name)
            lead = moved.entity if moved and moved.revision >= record.revision else record.lead
            linked.ever.setdefault(record.deal, set()).add(lead)
        return linked

    def _render(self, linked: Linked, row: EntityRow, state: DealState) -> Conclusion | None:
        """Body and views; None for a deal of which nothing but events of unknown types has come."""
        deal_id = str(row.entity_id)
        if row.redirect_to is not None:
            moved_to = str(row.redirect_to)
            absorbed = absorbed_deal(deal_id=deal_id, redirect_to=moved_to, definition=self._definition)
            return body_of(absorbed), {}, False
        if row.event_count == row.ignored_count and row.body_hash is None:
            return None
        outcome = render_deal(
            state,
            deal_id=deal_id,
            definition=self._definition,
            homes=linked.homes,
            rates=self._rates,
            weigh=self._weigh,
        )
        # A link that was corrected is in no state any more, and still is of the lead's past.
        former = dict.fromkeys(linked.ever.get(row.entity_id, ()), former_view(deal_id, state))
        kept = kept_views(outcome, state, linked.homes, self._weigh)
        views: Views = {**former, **{UUID(lead): view for lead, view in kept.items()}}
        return body_of(outcome), views, is_foreign(outcome, self._rates)

    def _conclude(self, row: EntityRow, conclusion: Conclusion, derived: DerivedDeals) -> None:
        body, views, foreign = conclusion
        row.extras[DEAL_RATES] = self._rates.mark if foreign else None
        packed = row.extras[DEAL_LEADS]
        before = unpack_ids(packed if isinstance(packed, bytes) else None)
        views = {**dict.fromkeys(before), **views}
        derived.views[row.entity_id] = views
        row.extras[DEAL_LEADS] = pack_ids(views)
        if revise(row, body, version=self._definition.version, now_us=self._clock.now_us()):
            derived.raised.append(row.entity_id)
            derived.outgoing.append(record_of_row(DEAL_CONCLUDED, row))


def _link_of(deal: UUID, fact: Fact) -> LinkedRecord:
    source, subject, lead, revision = cast("tuple[str, str, str, int]", fact.values[:4])
    return LinkedRecord(deal, (source, subject), UUID(lead), revision)
