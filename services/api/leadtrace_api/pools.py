"""How many connections the engine behind the answers has and uses."""

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from leadtrace.runtime.pool_metrics import Connections


def engine_connections(engine: AsyncEngine) -> Connections | None:
    """What its pool holds; None if it keeps none."""
    pool = engine.pool
    return (
        Connections(pool.checkedout(), pool.checkedin(), pool.size()) if isinstance(pool, QueuePool) else None
    )
