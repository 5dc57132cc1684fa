"""What the cookie of a session says, and by what it is held to be true.

Nothing is stored: the text names the key and the end, and is signed with the digest of that key under the
master keys. Who reads the database has the digests but no master key, and a revoked key has no digest here.
"""

import base64
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from leadtrace.runtime.key_ring import Key, KeyRing, Scope

LASTS: Final = timedelta(hours=12)
PURPOSE: Final = b"session"
_SCOPES: Final = frozenset({Scope.READ, Scope.READ_PERSONAL})
_BOOTSTRAP: Final = "bootstrap"
_SEPARATOR: Final = "."
_PARTS: Final = 3
# More say a year that no clock comes to.
_MOST_DIGITS: Final = 11
# An api without a master key opens nothing that is sealed: who could sign with this reads no more than the
# read models, and those lie beside the digests.
_NO_SECRET: Final = (b"leadtrace/session",)


@dataclass(frozen=True, slots=True)
class Session:
    """Whose key it stands for, with what a session may do at most, and when it ends."""

    key: Key
    ends_at: datetime


def signed(key: Key, keys: KeyRing, secrets: Sequence[bytes], ends_at: datetime) -> str:
    """The text of a new session of a live key.

    Raises:
        LookupError: the key is live no more.
    """
    found = keys.known(key.key_id)
    if found is None:
        raise LookupError(key.name)
    name = _BOOTSTRAP if key.key_id is None else key.key_id.hex
    said = f"{name}{_SEPARATOR}{int(ends_at.timestamp())}"
    return f"{said}{_SEPARATOR}{_signature(said, found[0], (secrets or _NO_SECRET)[0])}"


def session_of(text: str, keys: KeyRing, secrets: Sequence[bytes], now: datetime) -> Session | None:
    """The session that a text names, if it is one of ours that has not ended and whose key is live.

    Raises:
        KeysNotReadError: the database could not be asked for the keys yet.
    """
    parts = text.split(_SEPARATOR)
    if len(parts) != _PARTS or not text.isascii():
        return None
    name, end, signature = parts
    key_id = _key_id(name)
    if not end.isdigit() or len(end) > _MOST_DIGITS or (key_id is None and name != _BOOTSTRAP):
        return None
    ends_at = datetime.fromtimestamp(int(end), UTC)
    found = keys.known(key_id) if now < ends_at else None
    if found is None:
        return None
    digest, key = found
    said = f"{name}{_SEPARATOR}{end}"
    if not _is_signed(said, signature, digest, secrets or _NO_SECRET):
        return None
    return Session(Key(key.name, key.scopes & _SCOPES, None, key.key_id), ends_at)


def _is_signed(said: str, signature: str, digest: bytes, secrets: Sequence[bytes]) -> bool:
    return any(hmac.compare_digest(_signature(said, digest, secret), signature) for secret in secrets)


def _signature(said: str, digest: bytes, secret: bytes) -> str:
    signing = hmac.digest(secret, digest, "sha256")
    return base64.urlsafe_b64encode(hmac.digest(signing, said.encode(), "sha256")).rstrip(b"=").decode()


def _key_id(name: str) -> UUID | None:
    try:
        return UUID(hex=name)
    except ValueError:
        return None
