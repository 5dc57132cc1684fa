"""Folds the leads that are there by two versions, page by page, while the live loop goes on.

It writes nothing. A page is one short transaction and is folded in a thread; between pages it rests while
batches come. Each lead is judged as its page was read, all of them at one moment.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

import msgspec

from leadtrace.domain.calendar import Days
from leadtrace.domain.comparison.comparison import Comparison, LeftOut
from leadtrace.domain.comparison.judgement import Judge, Judgement
from leadtrace.domain.comparison.movement import NOTHING_WON, Won
from leadtrace.domain.comparison.report import Report, report_of
from leadtrace.domain.definitions.canonical import reference_to
from leadtrace.domain.definitions.schedule import Schedule
from leadtrace.domain.fact import Fact
from leadtrace.domain.scoring.extract import extract
from leadtrace.domain.scoring.history_fold import HistoryFold
from leadtrace.domain.segments import unpack
from leadtrace.events.catalogue import Code
from leadtrace.events.times import from_micros
from leadtrace.runtime.arrivals import revived
from leadtrace.runtime.clock import Clock
from leadtrace.runtime.rebuild.traffic import Traffic
from leadtrace.runtime.versions.schedules import Schedules
from leadtrace.store.connection import Pool
from leadtrace_scoring.comparing.queries import LEAD_COUNT, LEAD_PAGE
from leadtrace_scoring.comparing.sides import Side
from leadtrace_scoring.comparing.spend import spending
from leadtrace_scoring.comparing.won import won_of

# A tenth of a second of folding or so: a live batch waits for one page of the processor at most.
_LEADS_A_PAGE = 100
_FACTS_A_PAGE = 1_200
_NO_ID = UUID(int=0)


class Progress(msgspec.Struct, frozen=True):
    """Rows looked at, of about so many."""

    done: int
    total: int


class LeadRow(NamedTuple):
    """A lead as scoring keeps it: its packed set, and the state of all of it if a fold of ours saved it."""

    lead_id: UUID
    redirect_to: UUID | None
    facts: bytes
    fold_version: int = 0
    state: bytes | None = None


@dataclass(frozen=True, slots=True)
class Comparer:
    """Compares versions over the leads of one database; `fold` makes the one that scoring keeps."""

    pool: Pool
    traffic: Traffic
    days: Days
    clock: Clock
    schedules: Schedules
    fold: Callable[[Schedule], HistoryFold]
    leads_a_page: int = _LEADS_A_PAGE
    facts_a_page: int = _FACTS_A_PAGE

    async def compare(self, a: Side, b: Side, *, sample: int) -> AsyncGenerator[Progress | Report]:
        """How far it is after each page, and at last what it came to; `sample` lead ids a movement."""
        at = self.clock.now_us()
        kept = await self._kept()
        judges = [self._judge(side, kept, at) for side in (a, b)]
        saved = [judge.saved_by for judge in judges if judge.saved_by is not None]
        comparison = Comparison((*judges[0].stages, *judges[1].stages), sample=sample)
        async with self.pool.acquire() as connection, connection.transaction(readonly=True):
            await connection.execute("set local enable_seqscan = on")
            total = int(await connection.fetchval(LEAD_COUNT))
        yield Progress(0, total)
        after: UUID | None = _NO_ID
        while after is not None:
            started = time.monotonic()
            rows, won = await self._page(after, saved)
            comparison.add(await asyncio.to_thread(fold_page, rows, won, judges, sample))
            after = rows[-1].lead_id if rows else None
            await asyncio.sleep(self.traffic.rest_s(time.monotonic() - started))
            if rows:
                yield Progress(comparison.rows, max(total, comparison.rows))
        yield report_of(
            comparison,
            (a.definitions, b.definitions),
            (a.name, b.name),
            at=from_micros(at).isoformat(),
            spending=await spending(self.pool),
        )

    async def _kept(self) -> HistoryFold:
        async with self.pool.acquire() as connection:
            return self.fold(await self.schedules.in_force(connection.fetch))

    def _judge(self, side: Side, kept: HistoryFold, at: int) -> Judge:
        same = reference_to(side.definitions).hash == kept.definition.hash
        return Judge(side.definitions, at, self.days, kept.version if same else None)

    async def _page(self, after: UUID, versions: Sequence[int]) -> tuple[list[LeadRow], dict[UUID, Won]]:
        async with self.pool.acquire() as connection, connection.transaction(readonly=True):
            limits = self.leads_a_page, self.facts_a_page
            found = await connection.fetch(LEAD_PAGE, after, *limits, versions)
            rows = [LeadRow(*row) for row in found]
            return rows, await won_of(connection, [row.lead_id for row in rows])


def fold_page(
    rows: Sequence[LeadRow], won: Mapping[UUID, Won], judges: Sequence[Judge], sample: int
) -> Comparison:
    """The comparison of some leads alone."""
    before, after = judges
    comparison = Comparison((*before.stages, *after.stages), sample=sample)
    for row in rows:
        if row.redirect_to is not None:
            comparison.leave_out(row.lead_id, LeftOut.ABSORBED)
            continue
        try:
            facts = revived(unpack(row.facts), extract)
            if all(fact.code == Code.UNKNOWN for fact in facts):
                comparison.leave_out(row.lead_id, LeftOut.WITHOUT_FACTS)
                continue
            judged = _judged(row, facts, before), _judged(row, facts, after)
        except Exception:  # noqa: BLE001 - a lead that does not fold is told, as scoring marks it stuck
            comparison.leave_out(row.lead_id, LeftOut.FAILED)
            continue
        comparison.take(row.lead_id, *judged, won.get(row.lead_id, NOTHING_WON))
    return comparison


def _judged(row: LeadRow, facts: Sequence[Fact], judge: Judge) -> Judgement:
    known = row.state is not None and row.fold_version == judge.saved_by
    return judge.of_saved(row.state or b"") if known else judge.of(facts)
