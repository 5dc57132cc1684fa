"""Applies lead events: facts into the set, the set into a score, a changed score into a revision.

The model that is active as a transaction sees it is an input of every body that it makes. A lead of which
nothing but events of unknown types has come has no score yet.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple
from uuid import UUID

from leadtrace.bus.protocol import Outgoing, Record
from leadtrace.domain.predict.telling import Teller
from leadtrace.domain.scoring.extract import extract
from leadtrace.domain.scoring.history_fold import HistoryFold, HistoryState, decode_history, encode_history
from leadtrace.domain.scoring.render import qualification_hash
from leadtrace.events.snapshots import LEAD_SCORED, LeadScore
from leadtrace.events.topics import Topic
from leadtrace.runtime.absorb import Absorber, Stored
from leadtrace.runtime.arrivals import decode
from leadtrace.runtime.clock import Clock
from leadtrace.runtime.derive import body_of, record_of_row, record_of_stored, revise
from leadtrace.runtime.gathering import Gatherer
from leadtrace.runtime.handler import Applied
from leadtrace.runtime.routing import spoken_of
from leadtrace.store.connection import Connection
from leadtrace.store.entities import EntityRow
from leadtrace_scoring.speaking import Speaker, Speaking
from leadtrace_scoring.store import (
    DUE_AT,
    LEADS,
    MODEL_VERSION,
    QUALIFICATION_HASH,
    QUALIFICATION_REVISION,
    SCHEMA,
)

NOTED_LEADS = "leads"


class Judged(NamedTuple):
    """A score, its body, and the midnight (µs) at which it may be another though nothing happens."""

    score: LeadScore
    body: bytes
    due: int | None


class ScoringHandler:
    """Scores the leads that a batch of events touches."""

    topics = (Topic.LEAD_EVENTS.value,)

    def __init__(self, fold: HistoryFold, clock: Clock) -> None:
        self._fold = fold
        self._clock = clock
        self._gatherer = Gatherer(SCHEMA, LEADS)
        self._stored: Stored[HistoryState] = Stored(fold, extract, encode_history, decode_history)
        self._speaker = Speaker(fold.plan)

    async def apply(
        self, connection: Connection, records: Sequence[Record], also: frozenset[UUID]
    ) -> Applied:
        """Take a batch of events in; a lead's score needs no other lead."""
        arrivals = decode(records, extract)
        rows = await LEADS.lock(connection, spoken_of(arrivals) | also)
        gathered = await self._gatherer.gather(connection, arrivals, rows)
        speaking = await self._speaker.of(connection)
        scores = await self._absorber(speaking).absorb(
            connection, gathered.rows, gathered.facts, gathered.stays
        )
        applied = await self._save(connection, gathered.rows, scores, speaking.version)
        applied.dead = arrivals.dead
        applied.applied, applied.stuck = gathered.counted(scores)
        applied.duplicate = len(arrivals.numbers()) - applied.applied - applied.stuck
        return applied

    async def refold(
        self, connection: Connection, kind: str, ids: Sequence[UUID], also: frozenset[UUID]
    ) -> Applied:
        """Fold leads again from their sets, as after a fix of what had them stuck."""
        assert kind == NOTED_LEADS  # noqa: S101 - scoring keeps no other entity
        rows = await LEADS.lock(connection, {*ids, *also})
        speaking = await self._speaker.of(connection)
        scores = await self._absorber(speaking).absorb(connection, rows, {})
        return await self._save(connection, rows, scores, speaking.version)

    async def noted(self, connection: Connection, kind: str, ids: Sequence[UUID]) -> list[Outgoing]:
        """The scores of noted leads as they now stand."""
        assert kind == NOTED_LEADS  # noqa: S101 - scoring keeps no other entity
        bodies = await LEADS.bodies(connection, ids)
        return [
            record_of_stored(LEAD_SCORED, stored, _number(stored.extras[QUALIFICATION_REVISION]))
            for stored in bodies
        ]

    def _absorber(self, speaking: Speaking) -> Absorber[HistoryState, Judged | None]:
        return Absorber(LEADS, self._stored, partial(self._render, speaking.model))

    async def _save(
        self,
        connection: Connection,
        rows: Mapping[UUID, EntityRow],
        scores: Mapping[UUID, Judged | None],
        model_version: int,
    ) -> Applied:
        for lead in scores:
            rows[lead].extras[MODEL_VERSION] = model_version
        raised = [rows[lead] for lead, score in scores.items() if score and self._judge(rows[lead], *score)]
        await LEADS.save(connection, list(rows.values()))
        return Applied(
            notes={NOTED_LEADS: [row.entity_id for row in raised]},
            outgoing=[
                record_of_row(LEAD_SCORED, row, _number(row.extras[QUALIFICATION_REVISION])) for row in raised
            ],
        )

    def _render(self, model: Teller | None, row: EntityRow, state: HistoryState) -> Judged | None:
        """Judged at the last midnight: the state that is kept is that of the latest event."""
        due = None
        if row.redirect_to is not None:
            score = self._fold.absorbed(lead_id=str(row.entity_id), redirect_to=str(row.redirect_to))
        elif row.event_count == row.ignored_count and row.body_hash is None:
            return None
        else:
            judged, due = self._fold.judged(state, self._clock.now_us())
            score = self._fold.render(judged, lead_id=str(row.entity_id), model=model)
        return Judged(score, body_of(score), due)

    def _judge(self, row: EntityRow, score: LeadScore, body: bytes, due: int | None) -> bool:
        row.extras[DUE_AT] = due
        if not revise(row, body, version=score.definition.version, now_us=self._clock.now_us()):
            return False
        digest = qualification_hash(score)
        if digest != row.extras[QUALIFICATION_HASH]:
            row.extras[QUALIFICATION_HASH] = digest
            row.extras[QUALIFICATION_REVISION] = row.revision
        return True


def _number(value: object) -> int:
    assert isinstance(value, int)  # noqa: S101 - a bigint column
    return value
