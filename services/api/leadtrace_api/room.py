"""What the routes are handed: one value on the app, made by `wiring.py` or by a test."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from leadtrace.runtime.clock import Clock, SystemClock
from leadtrace.runtime.definitions import Shelf, live_definitions
from leadtrace.runtime.key_ring import KeyRing
from leadtrace.runtime.versions.schedules import Schedules
from leadtrace.store.engine import UNAVAILABLE
from leadtrace_api.funnel.moving_sums import MovingSums
from leadtrace_api.knowledge.reconciled import ReconciledTime
from leadtrace_api.personal.vault import Vault
from leadtrace_api.remembered import MOST_ANSWERED_BYTES, MOST_PASSING_BYTES, Remembered
from leadtrace_api.settings import ApiSettings
from leadtrace_api.ticker.hub import Hub

_IS_READY = text("select from api.funnel_daily limit 1")
# What a database that is away, or that fails, raises.
AWAY: tuple[type[Exception], ...] = (*UNAVAILABLE, DBAPIError)


@dataclass(frozen=True, slots=True)
class Room:
    """The dependencies of every route."""

    engine: AsyncEngine
    settings: ApiSettings
    shelf: Shelf
    keys: KeyRing
    vault: Vault
    schedules: Schedules = field(default_factory=lambda: Schedules("api", live_definitions()))
    reconciled: ReconciledTime = field(default_factory=ReconciledTime)
    remembered: Remembered = field(default_factory=Remembered)
    # What was answered as JSON or CSV, by its tag.
    answers: Remembered = field(default_factory=lambda: Remembered(MOST_ANSWERED_BYTES, len))
    # Which journeys pass filters of leads.
    passing: Remembered = field(default_factory=lambda: Remembered(MOST_PASSING_BYTES, lambda one: one.size))
    moving: MovingSums = field(default_factory=MovingSums)
    ticker: Hub = field(default_factory=Hub)
    clock: Clock = field(default_factory=SystemClock)

    async def database_missing(self) -> str | None:
        """A readiness check: None when the database answers and the read models are there."""
        try:
            async with self.engine.connect() as connection:
                await connection.execute(_IS_READY)
        except AWAY as error:
            return f"{type(error).__name__}: {error}"
        return None


def room_of(request: Request) -> Room:
    """The room of the app that serves the request."""
    room: Room = request.app.state.room
    return room


InRoom = Annotated[Room, Depends(room_of)]
