"""SQLAlchemy's engine over the same connections: for the api's reads and for migrations."""

import os
import secrets
from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import PoolProxiedConnection

from leadtrace.store.engine import connect


def make_engine(url: str, role: str | None = None, *, size: int = 8) -> AsyncEngine:
    """An engine whose connections act as `role`; nothing is connected yet.

    Any address that PostgreSQL's own tools take works, unix sockets too: asyncpg reads it, not SQLAlchemy.
    """

    async def creator() -> asyncpg.Connection:
        return await connect(url, role)

    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=creator,
        pool_size=size,
        max_overflow=0,
        connect_args={"prepared_statement_name_func": _statement_name},
    )
    event.listen(engine.sync_engine, "checkout", _check_open)
    return engine


def _check_open(pooled: PoolProxiedConnection, *_: object) -> None:
    """Have the pool connect anew where the server has hung up: the driver is told, a ping would cost a turn.

    Raises:
        DisconnectionError: it has.
    """
    driver: Any = pooled.driver_connection
    if driver.is_closed():
        raise DisconnectionError("the server closed the connection")


def _statement_name() -> str:
    # Names stay unique even when a pooler lends one server connection to several clients.
    return f"leadtrace_{os.getpid()}_{secrets.token_hex(8)}"
