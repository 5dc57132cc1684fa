"""How ids are handed to PostgreSQL in arrays."""

from collections.abc import Iterable
from uuid import UUID


def as_texts(ids: Iterable[UUID]) -> list[str]:
    """The ids for `$1::text[]::uuid[]`: asyncpg takes long to see that a UUID is no array."""
    return [one.hex for one in ids]
