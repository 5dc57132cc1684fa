"""Reads of the models and trainings that scoring publishes."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text

from leadtrace_api.reading import Reading

_COLUMNS = (
    "version, hash, kind, reads::text, trained_on, trained_at, result::text, activated_at, retired_at,"
    " retired_because"
)
_ALL = text(f"select {_COLUMNS} from scoring.pub_models order by version desc limit 100")
_ONE = text(f"select {_COLUMNS} from scoring.pub_models where version = :version")
_LATEST = text("""
select state, model_version, result::text, left_out::text, error, started_by, started_at, ended_at
from scoring.pub_trainings where state <> 'running' order by training_id desc limit 1
""")


async def all_models(now: Reading) -> Sequence[Row[Any]]:
    """The newest hundred, newest first."""
    return (await now.connection.execute(_ALL)).all()


async def one_model(now: Reading, version: int) -> Row[Any] | None:
    """The model of a version."""
    return (await now.connection.execute(_ONE, {"version": version})).one_or_none()


async def latest_training(now: Reading) -> Row[Any] | None:
    """The last training that came to an end."""
    return (await now.connection.execute(_LATEST)).one_or_none()
