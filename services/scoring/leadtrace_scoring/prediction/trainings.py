"""Trainings as they are asked for, worked on by one process at a time under a lease, and ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import asyncpg

from leadtrace.store.connection import Connection

LEASE: Final = timedelta(seconds=60)
_KEPT: Final = 100
_COLUMNS: Final = (
    "training_id, state, plan, phase, done, total, attempts, model_version, result::text, left_out::text,"
    " error, started_by, started_at, ended_at"
)
_ASK: Final = """
insert into scoring.trainings (training_id, state, plan, started_by) values ($1, 'running', $2, $3)
on conflict do nothing returning training_id
"""
_ASK_IF_DUE: Final = """
insert into scoring.trainings (training_id, state, plan, started_by)
select $1, 'running', $2, 'schedule'
where not exists (select from scoring.trainings where plan = $2 and started_at > now() - $3::interval)
on conflict do nothing returning training_id
"""
_NEWEST: Final = f"select {_COLUMNS} from scoring.trainings order by training_id desc limit 1"
_CLAIM: Final = f"""
update scoring.trainings
set holder = $1, leased_until = now() + $2::interval, attempts = attempts + 1
where state = 'running' and (holder = $1 or leased_until is null or leased_until < now())
returning {_COLUMNS}
"""
_OURS: Final = "training_id = $1 and holder = $2 and state = 'running'"
_ADVANCE: Final = f"""
update scoring.trainings set phase = $3, done = $4, total = $5, leased_until = now() + $6::interval
where {_OURS} returning true
"""
_LOCK: Final = f"select true from scoring.trainings where {_OURS} for update"
_END: Final = f"""
update scoring.trainings
set state = $3, model_version = $4, result = $5::jsonb, left_out = $6::jsonb, error = $7, phase = $3,
    ended_at = now(), holder = null, leased_until = null
where {_OURS} returning true
"""
_RELEASE: Final = """
update scoring.trainings set holder = null, leased_until = null, attempts = attempts - 1 where holder = $1
"""
_FORGET: Final = f"""
delete from scoring.trainings where training_id < (
  select training_id from scoring.trainings order by training_id desc offset {_KEPT} limit 1
)
"""


class State(StrEnum):
    """How far a training is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class NotOursError(Exception):
    """Another process goes on with this training: what was done meanwhile is left."""


@dataclass(frozen=True, slots=True)
class Training:
    """One training; `result` and `left_out` are JSON."""

    training_id: UUID
    state: State
    plan: str
    phase: str
    done: int
    total: int
    attempts: int
    model_version: int | None
    result: str | None
    left_out: str | None
    error: str | None
    started_by: str
    started_at: datetime
    ended_at: datetime | None


async def ask(connection: Connection, training: UUID, plan: str, *, by: str) -> bool:
    """Ask for a training; False if one is running."""
    return await connection.fetchval(_ASK, training, plan, by) is not None


async def ask_if_due(connection: Connection, training: UUID, plan: str, every: timedelta) -> bool:
    """Ask for one by the schedule, if the last one of the plan began longer ago than `every`."""
    return await connection.fetchval(_ASK_IF_DUE, training, plan, every) is not None


async def newest(connection: Connection) -> Training | None:
    """The last training that was asked for."""
    return _training(await connection.fetchrow(_NEWEST))


async def claim(connection: Connection, holder: UUID) -> Training | None:
    """The running training, unless another process holds it."""
    return _training(await connection.fetchrow(_CLAIM, holder, LEASE))


async def advance(
    connection: Connection, training: Training, holder: UUID, phase: str, *, done: int = 0, total: int = 0
) -> None:
    """Note how far it is, and keep the lease.

    Raises:
        NotOursError: the lease was lost.
    """
    _ours(await connection.fetchval(_ADVANCE, training.training_id, holder, phase, done, total, LEASE))


async def lock(connection: Connection, training: Training, holder: UUID) -> None:
    """Hold the training until this transaction ends.

    Raises:
        NotOursError: the lease was lost.
    """
    _ours(await connection.fetchval(_LOCK, training.training_id, holder))


async def end(
    connection: Connection,
    training: Training,
    holder: UUID,
    *,
    model_version: int | None = None,
    result: str | None = None,
    left_out: str | None = None,
    error: str | None = None,
) -> None:
    """It is done, or has failed with an error; those of long ago are forgotten.

    Raises:
        NotOursError: the lease was lost.
    """
    state = State.DONE if error is None else State.FAILED
    _ours(
        await connection.fetchval(
            _END, training.training_id, holder, state.value, model_version, result, left_out, error
        )
    )
    await connection.execute(_FORGET)


async def release(connection: Connection, holder: UUID) -> None:
    """Let whoever comes next go on at once."""
    await connection.execute(_RELEASE, holder)


def _ours(answer: object) -> None:
    if not answer:
        raise NotOursError


def _training(row: asyncpg.Record | None) -> Training | None:
    if row is None:
        return None
    values: list[Any] = list(row)
    values[1] = State(values[1])
    return Training(*values)
