"""Which definitions are in force in one service, as it has taken them over, and what their owner says of it.

A service takes a version over in one transaction, with the rows that were folded by it; until then it goes on
with the one before, whatever was activated.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from leadtrace.store.connection import Connection
from leadtrace.store.generation.state import Shadow

# Runs a statement with numbered parameters and gives its rows.
Ask: TypeAlias = Callable[..., Awaitable[Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class Activation:
    """A version that is in force from `activated_at` on, until the activation of the next ordinal."""

    ordinal: int
    version: int
    hash: str
    activated_at: datetime


_COLUMNS = "ordinal, version, hash, activated_at"
_TOLD = f"select {_COLUMNS} from ingest.pub_definition_activations order by ordinal"
_SHADOW = "select shadow_id, version from ingest.pub_definition_shadows"
_BODIES = "select version, body from ingest.pub_definitions where version = any($1::int[])"


class InForceStore:
    """The activations that a schema has taken over."""

    def __init__(self, schema: str) -> None:
        self._held = f"select {_COLUMNS} from {schema}.in_force order by ordinal"
        self._take = (
            f"insert into {schema}.in_force ({_COLUMNS}) "
            f"select {_COLUMNS} from ingest.pub_definition_activations where ordinal <= $1 "
            "on conflict do nothing"
        )

    async def held(self, ask: Ask) -> list[Activation]:
        """Those taken over, oldest first; none while the shipped definitions were never changed."""
        return [Activation(*row) for row in await ask(self._held)]

    async def take(self, connection: Connection, ordinal: int) -> None:
        """Note as taken over what was activated up to this ordinal."""
        await connection.execute(self._take, ordinal)


async def told(ask: Ask) -> list[Activation]:
    """What their owner has activated, oldest first."""
    return [Activation(*row) for row in await ask(_TOLD)]


async def wanted_shadow(ask: Ask) -> Shadow | None:
    """The version that their owner wants to be folded beside the one in force."""
    rows = await ask(_SHADOW)
    return Shadow(*rows[0]) if rows else None


async def bodies(ask: Ask, versions: Collection[int]) -> dict[int, bytes]:
    """The files of registered versions, as YAML."""
    return dict(map(tuple, await ask(_BODIES, list(versions))))
