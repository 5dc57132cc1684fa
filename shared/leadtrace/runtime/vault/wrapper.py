"""Wraps data keys under a master key; what a wrapped key is under can be told without opening it.

The local wrapper keeps its master keys in memory. Another one (a key service, a security module) does the
same behind the Protocol: its wrapped keys begin with the id of their master key as well.
"""

import hmac
import os
from collections.abc import Sequence
from hashlib import blake2b
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

KEY_BYTES = 32
ID_BYTES = 8
MOST_LIVE = 2
_NONCE_BYTES = 12


class UnknownMasterKeyError(Exception):
    """A data key is wrapped under a master key that this process does not have."""

    def __init__(self, master: bytes) -> None:
        super().__init__(
            f"something is sealed under master key {master.hex()}, which is not among personal.master_keys"
        )


class UnreadableKeyError(Exception):
    """A wrapped key is damaged."""


class KeyWrapper(Protocol):
    """Wraps and unwraps data keys of `KEY_BYTES`."""

    @property
    def current(self) -> bytes:
        """The id of the master key that wraps from now on."""

    @property
    def known(self) -> frozenset[bytes]:
        """The ids of all master keys that open."""

    def derived(self, purpose: bytes) -> tuple[bytes, ...]:
        """A key for one purpose from each master key, that of the current one first."""

    def wrap(self, key: bytes) -> bytes:
        """The key under the current master key, whose id comes first."""

    def unwrap(self, wrapped: bytes) -> bytes:
        """The key.

        Raises:
            UnknownMasterKeyError: its master key is not here.
            UnreadableKeyError: it is damaged.
        """


class LocalWrapper:
    """Master keys in memory: the first one wraps, all of them open.

    AES-GCM-SIV, because so many keys are wrapped under one master key that a random nonce may come twice:
    this cipher gives nothing away then.
    """

    def __init__(self, master_keys: Sequence[bytes]) -> None:
        if not 1 <= len(master_keys) <= MOST_LIVE or any(len(key) != KEY_BYTES for key in master_keys):
            raise ValueError(f"1 to {MOST_LIVE} master keys of {KEY_BYTES} bytes")
        self._master_keys = tuple(master_keys)
        self._ciphers = {master_id(key): AESGCMSIV(key) for key in master_keys}
        self._current = master_id(master_keys[0])
        self._first = self._ciphers[self._current]

    def derived(self, purpose: bytes) -> tuple[bytes, ...]:
        """A key for one purpose from each master key, that of the current one first."""
        return tuple(hmac.digest(key, b"leadtrace/" + purpose, "sha256") for key in self._master_keys)

    @property
    def current(self) -> bytes:
        """The id of the master key that wraps from now on."""
        return self._current

    @property
    def known(self) -> frozenset[bytes]:
        """The ids of all master keys that open."""
        return frozenset(self._ciphers)

    def wrap(self, key: bytes) -> bytes:
        """The key under the first master key."""
        nonce = os.urandom(_NONCE_BYTES)
        return self._current + nonce + self._first.encrypt(nonce, key, self._current)

    def unwrap(self, wrapped: bytes) -> bytes:
        """The key.

        Raises:
            UnknownMasterKeyError: its master key is not here.
            UnreadableKeyError: it is damaged.
        """
        master, sealed = wrapped[:ID_BYTES], wrapped[ID_BYTES:]
        cipher = self._ciphers.get(master)
        if cipher is None:
            raise UnknownMasterKeyError(master)
        try:
            return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], master)
        except (InvalidTag, ValueError):
            raise UnreadableKeyError("a wrapped key is damaged") from None


def master_id(key: bytes) -> bytes:
    """What tells master keys apart, and says nothing about them."""
    return blake2b(key, digest_size=ID_BYTES, person=b"master key").digest()
