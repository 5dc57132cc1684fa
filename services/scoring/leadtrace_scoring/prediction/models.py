"""Which models are kept and which one speaks: at most one; from when until when is kept for good."""

from typing import Final

import asyncpg
import msgspec

from leadtrace.domain.predict.features import Plan
from leadtrace.domain.predict.model import StoredModel, encode_model
from leadtrace.domain.predict.training import Result, encode_result
from leadtrace.store.connection import Connection

_ACTIVE: Final = """
select version, hash, plan from scoring.models where activated_at is not null and retired_at is null
"""
_NEWEST: Final = """
select version, hash, plan, activated_at is null as silent from scoring.models order by version desc limit 1
"""
_NEXT: Final = "select coalesce(max(version), 0) + 1 from scoring.models"
_RETIRE: Final = """
update scoring.models set retired_at = clock_timestamp(), retired_because = $1
where activated_at is not null and retired_at is null
"""
_RETIRE_OTHERS: Final = f"{_RETIRE} and plan <> $2 returning version"
_KEEP: Final = """
insert into scoring.models (version, hash, kind, plan, reads, body, trained_on, result, activated_at)
values ($1, $2, $3, $4, $5::jsonb, $6, $7, $8::jsonb, case when $9 then clock_timestamp() end)
"""


async def next_version(connection: Connection) -> int:
    """The number of the next model that is kept."""
    version: int = await connection.fetchval(_NEXT)
    return version


async def retire_other_plans(connection: Connection, plan: str, because: str) -> int | None:
    """Let nobody speak who was taught by other properties; the version that spoke until now."""
    version: int | None = await connection.fetchval(_RETIRE_OTHERS, because, plan)
    return version


async def settle(connection: Connection, result: Result, plan: Plan) -> int | None:
    """Keep what a training brought and let it speak if it may; the version of its model, None without one.

    A model that is kept already, and speaks or is silent as it should, is not kept again. One that may not
    speak ends the speaking of the one before: what was learnt from newer data says that it would be a guess.
    """
    active, model = await connection.fetchrow(_ACTIVE), result.model
    if active is not None:
        if result.active and model is not None and _same(active, model, plan):
            return int(active["version"])
        await connection.execute(_RETIRE, _because(result))
    if model is None:
        return None
    newest = await connection.fetchrow(_NEWEST)
    if newest is not None and not result.active and newest["silent"] and _same(newest, model, plan):
        return int(newest["version"])
    await connection.execute(
        _KEEP,
        model.version,
        model.hash,
        model.model.kind.value,
        plan.digest,
        msgspec.json.encode(plan).decode(),
        encode_model(model.model),
        model.model.trained_on,
        told(result),
        result.active,
    )
    return model.version


def told(result: Result) -> str:
    """The result as JSON, without the model itself."""
    return encode_result(msgspec.structs.replace(result, model=None)).decode()


def _same(row: asyncpg.Record, model: StoredModel, plan: Plan) -> bool:
    return (row["hash"], row["plan"]) == (model.hash, plan.digest)


def _because(result: Result) -> str:
    if result.active and result.model is not None:
        return f"Model {result.model.version} took its place."
    return f"What was learnt anew may not speak: {' '.join(result.objections)}"
