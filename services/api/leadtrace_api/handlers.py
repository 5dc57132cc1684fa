"""The projector's handler: newest snapshots into read models, the difference that they make into rollups.

A lead's old contribution goes out as its new one comes in, in the transaction that replaces its row.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
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
from leadtrace.runtime.handler import Applied
from leadtrace.store.connection import Connection
from leadtrace.store.dead_letters import DeadLetter
from leadtrace_api.projector.arrivals import Arrival, Body, Newest, SnapshotKey, arrivals_of, newest
from leadtrace_api.projector.contribution import DayOf, Increments, contribution, difference
from leadtrace_api.store import deals, leads, rollups

OUTCOME_DECODER = msgspec.json.Decoder(LeadOutcome)
SCORE_DECODER = msgspec.json.Decoder(LeadScore)
DEAL_DECODER = msgspec.json.Decoder(DealOutcome)


class Projector:
    """Keeps the highest revision of each lead and deal, and the rollups equal to the sum over all leads."""

    topics: tuple[str, ...] = (Topic.LEAD_SCORES, Topic.LEAD_OUTCOMES, Topic.DEAL_OUTCOMES)

    def __init__(self, day_of: DayOf) -> None:
        self.day_of = day_of

    async def apply(
        self,
        connection: Connection,
        records: Sequence[Record],
        also: frozenset[UUID] = frozenset(),  # noqa: ARG002 - a projection never needs more than it is sent
    ) -> Applied:
        """Lock leads, then deals, each in id order; write what is newer; add to the rollups last."""
        arrived = arrivals_of(records)
        dead = arrived.dead
        scores, outcomes = arrived.by_type[LEAD_SCORED.type], arrived.by_type[LEAD_CONCLUDED.type]
        held = await leads.lock(connection, [*scores, *outcomes])
        held_deals = await deals.lock(connection, arrived.by_type[DEAL_CONCLUDED.type])
        outcome_revisions = {key: one.outcome_revision for key, one in held.items()}
        score_revisions = {key: one.score_revision for key, one in held.items()}
        new_scores = _newer(scores, score_revisions, SCORE_DECODER, dead)
        new_outcomes = _newer(outcomes, outcome_revisions, OUTCOME_DECODER, dead)
        new_deals = _newer(arrived.by_type[DEAL_CONCLUDED.type], held_deals, DEAL_DECODER, dead)
        increments = await self._increments(connection, new_outcomes)
        await leads.save_scores(connection, new_scores)
        await leads.save_outcomes(connection, new_outcomes, self.day_of)
        await deals.save(connection, new_deals, self.day_of)
        await rollups.add(connection, increments)
        applied = len(new_scores) + len(new_outcomes) + len(new_deals)
        return Applied(
            dead=dead,
            applied=applied,
            duplicate=len(records) - applied - len(dead) - arrived.unknown,
        )

    async def noted(self, connection: Connection, kind: str, ids: Sequence[UUID]) -> list[Outgoing]:
        """Nothing: a projection publishes no records."""
        del connection, kind, ids
        return []

    async def _increments(
        self, connection: Connection, changed: Sequence[tuple[Newest, LeadOutcome]]
    ) -> Increments:
        old = await leads.outcomes(connection, [new.key[0] for new, _ in changed], OUTCOME_DECODER.decode)
        total: Increments = Counter()
        for new, outcome in changed:
            total.update(
                difference(contribution(outcome, self.day_of), contribution(old.get(new.key), self.day_of))
            )
        return Counter({cell: amount for cell, amount in total.items() if amount})


def _newer(
    arrived: Mapping[SnapshotKey, list[Arrival]],
    held: Mapping[SnapshotKey, int],
    decoder: "msgspec.json.Decoder[Body]",
    dead: list[DeadLetter],
) -> list[tuple[Newest, Body]]:
    found = (newest(arrived[key], key, held[key], decoder, dead) for key in sorted(arrived))
    return [one for one in found if one is not None]
