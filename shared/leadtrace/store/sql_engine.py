"""SQLAlchemy's engine over the same connections: for the api's reads and for migrations."""

import os
import secrets

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from leadtrace.store.engine import connect


def make_engine(url: str, role: str | None = None, *, size: int = 8) -> AsyncEngine:
    """An engine whose connections act as `role`; nothing is connected yet.

    Any address that PostgreSQL's own tools take works, unix sockets too: asyncpg reads it, not SQLAlchemy.
    """

    async def creator() -> asyncpg.Connection:
        return await connect(url, role)

    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=creator,
        pool_size=size,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={"prepared_statement_name_func": _statement_name},
    )


def _statement_name() -> str:
    # Names stay unique even when a pooler lends one server connection to several clients.
    return f"leadtrace_{os.getpid()}_{secrets.token_hex(8)}"
