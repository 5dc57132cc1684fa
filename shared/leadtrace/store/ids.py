"""How ids are handed to PostgreSQL in arrays."""

from collections.abc import Iterable
from uuid import UUID


def as_texts(ids: Iterable[UUID | bytes]) -> list[str]:
    """The ids, or their bytes, for `$1::text[]::uuid[]`: asyncpg takes long to see that an id is no array."""
    return [one.hex() if isinstance(one, bytes) else one.hex for one in ids]
