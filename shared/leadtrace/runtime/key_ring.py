"""The keys that open a process' routes, held in memory: checking one never asks the database.

What was known at the last refresh holds while PostgreSQL is away; a revoked key stops at the next refresh.
"""

import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.patience import within
from leadtrace.runtime.retry import RETRIED, StoppedError, until_done
from leadtrace.runtime.settings import Settings
from leadtrace.runtime.shutdown import StopSignal
from leadtrace.store.api_keys import StoredKey, live_keys
from leadtrace.store.connection import Pool
from leadtrace.store.engine import close_pool

KEY_PREFIX = b"lt_"
REFRESH_EVERY_S = 2.0
_READ_TIMEOUT_S = 5.0

_log = get_logger("leadtrace.runtime.keys")


class Scope(StrEnum):
    """What a key allows."""

    INGEST = "ingest"
    READ = "read"
    READ_PERSONAL = "read:pii"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Key:
    """Whose key it is and what it allows; `sender` is the one that a key of scope `ingest` posts as."""

    name: str
    scopes: frozenset[str]
    sender: str | None = None
    key_id: UUID | None = None


ReadKeys = Callable[[], Awaitable[Sequence[StoredKey]]]


class KeyRing:
    """The first admin key of the configuration, and the live keys of the database."""

    def __init__(self, bootstrap: str | None = None) -> None:
        self._bootstrap = digest_of(bootstrap.encode()) if bootstrap else None
        self._first = Key("bootstrap", frozenset({Scope.ADMIN, Scope.READ, Scope.READ_PERSONAL}))
        self._keys: Mapping[bytes, Key] = {}
        self._by_id: Mapping[UUID, tuple[bytes, Key]] = {}
        self._loaded = False
        self._failing = False

    def shown(self, authorization: bytes | None) -> Key | None:
        """The key of an `Authorization: Bearer` header, if it is one of ours.

        Raises:
            KeysNotReadError: it looks like one of ours, but the database could not be asked yet.
        """
        scheme, _, given = (authorization or b"").partition(b" ")
        secret = given.strip()
        if not secret or scheme.lower() != b"bearer":
            return None
        # Looking up a hash tells nobody how near a guess was; comparing the bootstrap key must not either.
        digest = digest_of(secret)
        if self._bootstrap is not None and hmac.compare_digest(digest, self._bootstrap):
            return self._first
        found = self._keys.get(digest)
        if found is None and not self._loaded and secret.startswith(KEY_PREFIX):
            raise KeysNotReadError
        return found

    def known(self, key_id: UUID | None) -> tuple[bytes, Key] | None:
        """A live key and its digest by its id, None being the bootstrap key's; None if it is not live.

        Raises:
            KeysNotReadError: the database could not be asked yet.
        """
        if key_id is None:
            return None if self._bootstrap is None else (self._bootstrap, self._first)
        if not self._loaded:
            raise KeysNotReadError
        return self._by_id.get(key_id)

    def replace(self, stored: Sequence[StoredKey]) -> None:
        """From now on exactly these are live."""
        self._keys = {
            one.digest: Key(one.name, frozenset(one.scopes), one.sender, one.key_id) for one in stored
        }
        self._by_id = {key.key_id: (digest, key) for digest, key in self._keys.items() if key.key_id}
        self._loaded = True

    async def refresh(self, read: ReadKeys) -> None:
        """Read the live keys anew; when that fails those known so far hold on."""
        try:
            self.replace(await within(_READ_TIMEOUT_S, _read(read)))
        except RETRIED as error:
            if not self._failing:
                _log.warning("keys.not_refreshed", kind=type(error).__name__)
            self._failing = True
        else:
            self._failing = False

    async def run(self, read: ReadKeys, stop: StopSignal) -> None:
        """Refresh every few seconds until the stop."""
        while not stop.is_set():
            await self.refresh(read)
            await stop.wait_for(REFRESH_EVERY_S)

    async def run_over(self, make_pool: Callable[[], Awaitable[Pool]], stop: StopSignal) -> None:
        """The same over a pool of its own, for a process that has none; the database is waited for."""
        try:
            pool = await until_done(make_pool, what="connect to postgres", stop=stop)
        except StoppedError:
            return
        try:
            await self.run(lambda: live_keys(pool), stop)
        finally:
            await close_pool(pool)


def configured_key_ring(settings: Settings) -> KeyRing:
    """A ring that holds the first admin key, if there is one, until the others are read."""
    bootstrap = settings.keys.bootstrap
    return KeyRing(bootstrap.get_secret_value() if bootstrap else None)


class KeysNotReadError(Exception):
    """This process has not read the keys yet, so it cannot tell a good one from a bad one."""


def digest_of(secret: bytes) -> bytes:
    """What is stored of a key: of 32 random bytes a fast hash gives nothing away."""
    return sha256(secret).digest()


async def _read(read: ReadKeys) -> Sequence[StoredKey]:
    return await read()
