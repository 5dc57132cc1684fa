"""The projector's handler: newest snapshots into read models, the difference that they make into rollups.

A lead's old contribution goes out as its new one comes in, in the transaction that replaces its row.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

import msgspec

from leadtrace.bus.protocol import Outgoing, Record
from leadtrace.events.snapshots import (
    DEAL_CONCLUDED,
    LEAD_CONCLUDED,
    LEAD_SCORED,
    DealOutcome,
    LeadOutcome,
    LeadScore,
)
from leadtrace.events.topics import Topic
from leadtrace.runtime.definitions import live_definitions
from leadtrace.runtime.handler import Applied
from leadtrace.store.connection import Connection
from leadtrace.store.dead_letters import DeadLetter
from leadtrace.store.generation.tables import is_beside
from leadtrace_api.knowledge.learning import Learning, Replaced
from leadtrace_api.knowledge.relearn import Relearner
from leadtrace_api.projector.arrivals import Arrival, Change, Newest, SnapshotKey, arrivals_of, newest
from leadtrace_api.projector.contribution import Increments, cells, net_of
from leadtrace_api.projector.dimensions import key_of
from leadtrace_api.projector.judgements import judgements as judgements_of
from leadtrace_api.projector.office import Offices
from leadtrace_api.projector.step_ages import Increments as StepIncrements
from leadtrace_api.projector.step_ages import add as add_steps
from leadtrace_api.projector.step_ages import step_ages as steps_of
from leadtrace_api.projector.ticker import Entry, deal_entries, funnel_entries, lead_entries, score_entries
from leadtrace_api.projector.visits import visits as visits_of
from leadtrace_api.store import (
    deals,
    judgements,
    leads,
    offers,
    rollups,
    step_ages,
    ticker,
    versions,
    visits,
)
from leadtrace_api.store.columns import Row
from leadtrace_api.store.lead_rows import LeadRows
from leadtrace_api.store.spend import SpendKeeper

_OUTCOME = msgspec.json.Decoder(LeadOutcome)
_SCORE = msgspec.json.Decoder(LeadScore)
_DEAL = msgspec.json.Decoder(DealOutcome)


@dataclass(slots=True)
class _Changes:
    """What the new snapshots of one batch change beside their own rows.

    The ticker tells of those by `told_version`; None: of none.
    """

    learning: Learning
    offices: Mapping[int, Offices]
    told_version: int | None
    increments: Increments = field(default_factory=Counter)
    steps: StepIncrements = field(default_factory=dict)
    judged: list[LeadRows] = field(default_factory=list)
    offered: list[LeadRows] = field(default_factory=list)
    visited: list[LeadRows] = field(default_factory=list)
    told: list[Entry] = field(default_factory=list)

    def entries(self) -> list[Entry]:
        """What the ticker tells of the batch."""
        if self.told_version is None:
            return []
        return [*funnel_entries(self.increments, self.told_version), *self.told]


class Projector:
    """Keeps the highest revision of each lead and deal, and the rollups equal to the sum over all leads."""

    topics: tuple[str, ...] = (
        Topic.LEAD_SCORES,
        Topic.LEAD_OUTCOMES,
        Topic.DEAL_OUTCOMES,
        Topic.SPEND_EVENTS,
    )

    def __init__(self, relearner: Relearner) -> None:
        self.day_of = relearner.day_of
        self.relearner = relearner
        self.spend = SpendKeeper(relearner.rates)
        self._shipped = live_definitions().version

    async def apply(
        self,
        connection: Connection,
        records: Sequence[Record],
        also: frozenset[UUID] = frozenset(),
    ) -> Applied:
        """Take in snapshots of leads and deals first, then what was spent.

        `also` are leads whose past changes with that of others.
        """
        spend = [record for record in records if record.topic == Topic.SPEND_EVENTS]
        if not spend:
            return await self._take_snapshots(connection, records, also)
        snapshots = [record for record in records if record.topic != Topic.SPEND_EVENTS]
        applied = await self._take_snapshots(connection, snapshots, also)
        spent = await self.spend.take(connection, spend)
        return Applied(
            dead=[*applied.dead, *spent.dead],
            applied=applied.applied + spent.applied,
            duplicate=applied.duplicate + spent.duplicate,
        )

    async def noted(self, connection: Connection, kind: str, ids: Sequence[UUID]) -> list[Outgoing]:
        """Nothing: a projection publishes no records."""
        del connection, kind, ids
        return []

    async def _take_snapshots(
        self, connection: Connection, records: Sequence[Record], also: frozenset[UUID]
    ) -> Applied:
        """Lock leads, then deals, each in id order; write what is newer; add to the rollups last."""
        kept = await versions.held(connection, self._shipped)
        arrived = arrivals_of(records, kept.all)
        dead = arrived.dead
        scores, outcomes = arrived.by_type[LEAD_SCORED.type], arrived.by_type[LEAD_CONCLUDED.type]
        concluded = arrived.by_type[DEAL_CONCLUDED.type]
        told = {version for _, version in [*scores, *outcomes]}
        others = [(lead, version) for lead in also for version in told]
        held = await leads.lock(connection, [*scores, *outcomes, *others])
        held_deals = await deals.lock(connection, concluded)
        held_scores = {key: one.score_revision for key, one in held.items()}
        held_outcomes = {key: one.outcome_revision for key, one in held.items()}
        offices = {
            version: await self.relearner.offices(connection, version)
            for version in {version for _, version in outcomes}
        }
        # Of a generation that is being rebuilt nobody is told: its takeover says that all is new.
        told_version = None if is_beside(connection) else kept.live
        changes = _Changes(Learning(self.relearner, {lead for lead, _ in held}), offices, told_version)
        old = await leads.outcomes(connection, _to_be_replaced(outcomes, held_outcomes))
        old_deals = await deals.outcomes(connection, _to_be_replaced(concluded, held_deals))
        new_scores = _newer(scores, held_scores, partial(_score_row, changes, held), dead)
        new_outcomes = _newer(outcomes, held_outcomes, partial(self._replace, changes, old), dead)
        new_deals = _newer(concluded, held_deals, partial(self._deal_row, changes, old_deals), dead)
        await leads.save_scores(connection, new_scores)
        await leads.save_outcomes(connection, new_outcomes)
        await deals.save(connection, new_deals)
        await judgements.TABLE.replace(connection, changes.judged)
        await offers.TABLE.replace(connection, changes.offered)
        await visits.TABLE.replace(connection, changes.visited)
        await rollups.add(connection, changes.increments)
        await step_ages.add(connection, changes.steps)
        await changes.learning.write(connection)
        await ticker.tell(connection, changes.entries())
        applied = len(new_scores) + len(new_outcomes) + len(new_deals)
        duplicate = len(records) - applied - len(dead) - arrived.left_out
        return Applied(dead=dead, applied=applied, duplicate=duplicate)

    def _replace(self, changes: "_Changes", old: Mapping[SnapshotKey, LeadOutcome], new: Newest) -> Row:
        """The row of a new outcome; its contribution goes in and the old one out, unless they agree."""
        outcome = _OUTCOME.decode(new.raw)
        row = leads.outcome_row(new, outcome, self.day_of)
        contributes = cells(outcome, self.day_of)
        held = old.get(new.key)
        contributed = cells(held, self.day_of)
        net = net_of(contributes, contributed) if contributes != contributed else Counter()
        steps = steps_of(outcome, self.day_of), steps_of(held, self.day_of)
        said = judgements_of(outcome)
        judged = judgements.judged(new.key, said) if said != judgements_of(held) else None
        visited = _visited(changes.offices[new.key[1]], new.key, outcome, held)
        offered = None
        if outcome.offers != (held.offers if held is not None else ()):
            offered = offers.offered(new.key, outcome.offers, outcome.offers_omitted)
        changes.learning.take(Replaced(new.key, held, contributed, outcome, contributes), net)
        changes.increments.update(net)
        if steps[0] != steps[1]:
            add_steps(changes.steps, *steps)
        if judged is not None:
            changes.judged.append(judged)
        if offered is not None:
            changes.offered.append(offered)
        if visited is not None:
            changes.visited.append(visited)
        if new.key[1] == changes.told_version:
            changes.told += lead_entries(outcome, held)
        return row

    def _deal_row(self, changes: _Changes, old: Mapping[SnapshotKey, DealOutcome], new: Newest) -> Row:
        outcome = _DEAL.decode(new.raw)
        row = deals.outcome_row(new, outcome, self.day_of)
        if new.key[1] == changes.told_version:
            changes.told += deal_entries(outcome, old.get(new.key))
        return row


def _visited(
    offices: Offices, key: SnapshotKey, outcome: LeadOutcome, held: LeadOutcome | None
) -> LeadRows | None:
    """The rows of the visits, if they are others or business time is that of another office now."""
    made, office = visits_of(outcome), offices.of(key_of(outcome.team))
    same = held is not None and office == offices.of(key_of(held.team))
    if made == visits_of(held) and (same or not made):
        return None
    return visits.visited(key, made, office)


def _score_row(changes: _Changes, held: Mapping[SnapshotKey, leads.Held], new: Newest) -> Row:
    score = _SCORE.decode(new.raw)
    row = leads.score_row(new, score)
    if new.key[1] == changes.told_version:
        changes.told += score_entries(score, held[new.key].band)
    return row


def _to_be_replaced(
    arrived: Mapping[SnapshotKey, list[Arrival]], held: Mapping[SnapshotKey, int]
) -> list[UUID]:
    """The leads or deals whose row holds an outcome older than one that arrived."""
    return [key[0] for key, revisions in arrived.items() if 0 < held[key] < revisions[0].revision]


def _newer(
    arrived: Mapping[SnapshotKey, list[Arrival]],
    held: Mapping[SnapshotKey, int],
    read: Callable[[Newest], Change],
    dead: list[DeadLetter],
) -> list[Change]:
    found = (newest(arrived[key], key, held[key], read, dead) for key in arrived)
    return [one for one in found if one is not None]
