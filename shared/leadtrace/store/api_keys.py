"""The live API keys as every service reads them from ingest's view: their hashes, never the keys."""

from dataclasses import dataclass
from uuid import UUID

from leadtrace.store.connection import Pool

_LIVE = "select key_id, name, scopes, sender, hash from ingest.pub_api_keys where revoked_at is null"


@dataclass(frozen=True, slots=True)
class StoredKey:
    """One live key; `digest` is the SHA-256 of what its holder shows."""

    key_id: UUID
    name: str
    scopes: tuple[str, ...]
    sender: str | None
    digest: bytes


async def live_keys(pool: Pool) -> list[StoredKey]:
    """Every key that is not revoked."""
    return [
        StoredKey(key_id, name, tuple(scopes), sender, digest)
        for key_id, name, scopes, sender, digest in await pool.fetch(_LIVE)
    ]
