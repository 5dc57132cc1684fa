"""A model that speaks without having been trained, for tests of what happens to what it says."""

import msgspec

from leadtrace.domain.predict.features import AGE_DAYS, Plan
from leadtrace.domain.predict.model import Calibration, Kind, Model, encode_model, store_model
from leadtrace.domain.predict.terms import Choice, Line, Terms
from leadtrace.store.connection import Pool

_RETIRE = "update scoring.models set retired_at = now() where retired_at is null"
_INSERT = """
insert into scoring.models (version, hash, kind, plan, reads, body, trained_on, result, activated_at)
values ($1, $2, 'logistic', $3, $4::jsonb, $5, 'nothing', '{}', now())
"""


async def speak(pool: Pool, plan: Plan, version: int) -> None:
    """Have the model of this version take the place of the one that spoke; each says something else."""
    terms = Terms(
        -float(version),
        (Choice("country", {"de": 0.5}, missing=-0.1), Line(AGE_DAYS, 1.0, 3.0, 0.0, 90.0, 0.2)),
    )
    model = Model(
        kind=Kind.LOGISTIC,
        horizon_days=90,
        terms=terms,
        calibration=Calibration(1.0, 0.0),
        trained_on="nothing",
        wins=1,
        losses=1,
    )
    stored = store_model(model, version)
    reads = msgspec.json.encode(plan).decode()
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(_RETIRE)
        await connection.execute(_INSERT, version, stored.hash, plan.digest, reads, encode_model(model))
