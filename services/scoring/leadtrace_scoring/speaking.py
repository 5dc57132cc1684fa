"""Which model may speak: read within the transaction that scores by it, decoded once for each version."""

from typing import Final, NamedTuple

import msgspec

from leadtrace.domain.predict.features import Plan
from leadtrace.domain.predict.model import Model, StoredModel, check_model
from leadtrace.domain.predict.telling import Teller
from leadtrace.runtime.logging import get_logger
from leadtrace.store.connection import Connection

_ACTIVE: Final = """
select version from scoring.models where activated_at is not null and retired_at is null and plan = $1
"""
_BODY: Final = "select hash, body from scoring.models where version = $1"

_log = get_logger("leadtrace_scoring.speaking")


class Speaking(NamedTuple):
    """The version by which scores are made, 0 while none speaks; no `model` where its bytes are no use."""

    version: int
    model: Teller | None


_NOBODY: Final = Speaking(0, None)


class Speaker:
    """Finds the active model of a plan."""

    def __init__(self, plan: Plan | None) -> None:
        self._plan = None if plan is None else plan.digest
        self._known = _NOBODY

    async def of(self, connection: Connection) -> Speaking:
        """Who speaks as this transaction sees it."""
        if self._plan is None:
            return _NOBODY
        version = await connection.fetchval(_ACTIVE, self._plan)
        if version is None:
            return _NOBODY
        known = self._known
        if known.version != version:
            known = self._known = Speaking(version, await _read(connection, version))
        return known


async def _read(connection: Connection, version: int) -> Teller | None:
    """The model; None, and an error in the log, if this code cannot score by it."""
    row = await connection.fetchrow(_BODY, version)
    assert row is not None  # noqa: S101 - versions are never deleted
    try:
        stored = StoredModel(version, row["hash"], msgspec.json.decode(row["body"], type=Model))
        check_model(stored)
    except (msgspec.DecodeError, ValueError) as error:
        _log.error("model.unusable", version=version, error=str(error))
        return None
    return Teller(stored)
