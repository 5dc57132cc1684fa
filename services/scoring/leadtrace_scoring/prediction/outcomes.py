"""Which leads there are to learn from, when each is looked at, and how it ended: what attribution says."""

import asyncio
import heapq
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple, TypeAlias
from uuid import UUID

import msgspec

from leadtrace.domain.calendar import DAY_US
from leadtrace.domain.predict.dataset import open_at
from leadtrace.domain.predict.outcome import Ending
from leadtrace.events.known import Known
from leadtrace.events.snapshots import LeadStatus
from leadtrace.store.connection import Connection, Pool

_PAGE: Final = 1_000
_FIRST: Final = UUID(int=0)
_LEADS: Final = """
select lead_id, body from attribution.pub_leads
where lead_id > $1 and redirect_to is null and body is not null order by lead_id limit $2
"""

Note: TypeAlias = Callable[[int], Awaitable[None]]


class LeftOut(StrEnum):
    """Why a lead teaches nothing, as a training counts it."""

    VISITOR = "never captured"
    DELETED = "deleted before it ended"
    BOT = "no person"
    ENDED_BEFORE = "ended before it was looked at"
    TOO_YOUNG = "captured too lately to be looked at"
    BEYOND_THE_MOST = "more than are learnt from at most"
    NOT_KNOWN_THEN = "recorded only after it was looked at"


class _Outcome(msgspec.Struct):
    """What of an outcome's body matters here."""

    status: LeadStatus = LeadStatus.VISITOR
    captured_at: int | None = None
    won_at: int | None = None
    lost_at: int | None = None
    flags: tuple[str, ...] = ()
    latest_at: int = 0
    known: Known | None = None

    @property
    def ending(self) -> Ending:
        """When it was won and when it was lost."""
        return Ending(self.won_at, self.lost_at)


_decode = msgspec.json.Decoder(_Outcome).decode


class Candidate(NamedTuple):
    """A lead that was open at `at` (µs)."""

    lead_id: UUID
    at: int
    ending: Ending


@dataclass(slots=True)
class Candidates:
    """The leads to learn from, in order of their ids, and those left out by why.

    `observed_until` (µs) is when the newest event of any lead was recorded: nothing is known beyond. So it
    is a property of the data, and a training on equal data is an equal training whenever it takes place.
    """

    leads: list[Candidate] = field(default_factory=list)
    observed_until: int = 0
    left_out: Counter[LeftOut] = field(default_factory=Counter)


class _Best:
    """At most so many candidates: those watched for the whole horizon before others, the newest first.

    Of the others those watched for longest. Only the early endings of young leads are known, so that the
    newest of all, alone, would say that whoever ends wins or loses and nobody stays open.
    """

    def __init__(self, most: int, watched_from: int) -> None:
        self._most = most
        self._watched_from = watched_from
        self._heap: list[tuple[bool, int, UUID, Candidate]] = []

    def add(self, one: Candidate) -> bool:
        """Take one in, at the cost of the last if it is full; whether there was room."""
        watched = one.at <= self._watched_from
        entry = (watched, one.at if watched else -one.at, one.lead_id, one)
        if len(self._heap) < self._most:
            heapq.heappush(self._heap, entry)
            return True
        heapq.heappushpop(self._heap, entry)
        return False

    @property
    def all(self) -> list[Candidate]:
        """Those that were kept."""
        return [entry[-1] for entry in self._heap]


async def candidates(
    pool: Pool, *, days_after_capture: int, horizon_days: int, most: int, note: Note
) -> Candidates:
    """Who there is to learn from, read in pages; `note` is told after each how many were read.

    How long anybody was watched is known only when all have been read. Where there are more than `most`
    they are therefore read a second time.
    """
    after_us = days_after_capture * DAY_US
    found = await _read(pool, after_us, _Best(most, 0), note)
    if found.left_out[LeftOut.BEYOND_THE_MOST]:
        best = _Best(most, found.observed_until - horizon_days * DAY_US)
        found = await _read(pool, after_us, best, note, observed_until=found.observed_until)
    return found


async def _read(
    pool: Pool, after_us: int, best: _Best, note: Note, *, observed_until: int | None = None
) -> Candidates:
    """Read everybody; `observed_until` (µs) is found out where it is not given."""
    found = Candidates()
    async for lead_id, outcome in _outcomes(pool, note):
        latest = outcome.known.latest if outcome.known is not None else outcome.latest_at
        found.observed_until = max(found.observed_until, latest)
        why = _unfit(outcome)
        if why is not None or outcome.captured_at is None:
            found.left_out[why or LeftOut.VISITOR] += 1
            continue
        one = Candidate(lead_id, outcome.captured_at + after_us, outcome.ending)
        if one.ending.by(one.at):
            found.left_out[LeftOut.ENDED_BEFORE] += 1
        elif not best.add(one):
            found.left_out[LeftOut.BEYOND_THE_MOST] += 1
    if observed_until is not None:
        # Whatever came in between the two readings is not known: they read the same state.
        found.observed_until = observed_until
    found.leads = sorted(_watched(best.all, found), key=lambda one: one.lead_id)
    return found


def _unfit(outcome: _Outcome) -> LeftOut | None:
    if outcome.captured_at is None:
        return LeftOut.VISITOR
    if outcome.status is LeadStatus.DELETED and outcome.ending == Ending():
        return LeftOut.DELETED
    return LeftOut.BOT if "bot" in outcome.flags else None


def _watched(leads: Sequence[Candidate], found: Candidates) -> list[Candidate]:
    """Those whose moment was watched at all, which is known only when all have been read."""
    until = found.observed_until
    watched = [one for one in leads if open_at(one.ending, at=one.at, observed_until=until)]
    found.left_out[LeftOut.TOO_YOUNG] = sum(1 for one in leads if one.at >= until)
    return watched


async def _outcomes(pool: Pool, note: Note) -> AsyncIterator[tuple[UUID, _Outcome]]:
    after, read = _FIRST, 0
    while True:
        async with pool.acquire() as connection:
            rows = await _page(connection, after)
        if not rows:
            return
        began = time.monotonic()
        for lead_id, body in rows:
            yield lead_id, _decode(body)
        after, read = rows[-1][0], read + len(rows)
        await note(read)
        await asyncio.sleep(time.monotonic() - began)


async def _page(connection: Connection, after: UUID) -> list[tuple[UUID, bytes]]:
    return [(row[0], row[1]) for row in await connection.fetch(_LEADS, after, _PAGE)]
