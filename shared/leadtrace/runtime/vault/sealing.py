"""Sealing bytes: under a key of their own that is used once, or under one that a subject's blocks share.

`about` binds what is sealed to its place: bytes that were moved to another row do not open.
"""

import os
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from leadtrace.runtime.vault.wrapper import KEY_BYTES, KeyWrapper

_NONCE_BYTES = 12
# A key that seals one thing only needs no nonce that differs.
_ONLY_NONCE = bytes(_NONCE_BYTES)


class UnreadableError(Exception):
    """What is sealed is damaged, or belongs elsewhere."""


class Sealed(NamedTuple):
    """Sealed bytes and their wrapped key; without the key nobody opens them."""

    body: bytes
    key: bytes


def new_key() -> bytes:
    """A fresh data key."""
    return os.urandom(KEY_BYTES)


def seal_once(wrapper: KeyWrapper, plain: bytes, about: bytes) -> Sealed:
    """Seal under a new key."""
    key = new_key()
    return Sealed(AESGCM(key).encrypt(_ONLY_NONCE, plain, about), wrapper.wrap(key))


def open_once(wrapper: KeyWrapper, sealed: Sealed, about: bytes) -> bytes:
    """What `seal_once` sealed.

    Raises:
        UnknownMasterKeyError: the key's master key is not here.
        UnreadableKeyError: the key is damaged.
        UnreadableError: the bytes are damaged or belong elsewhere.
    """
    try:
        return AESGCM(wrapper.unwrap(sealed.key)).decrypt(_ONLY_NONCE, sealed.body, about)
    except InvalidTag:
        raise UnreadableError("sealed bytes are damaged or belong elsewhere") from None


class DataKey:
    """A key that seals many things."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, plain: bytes, about: bytes) -> bytes:
        """The bytes sealed, a nonce before them."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, about)

    def open(self, sealed: bytes, about: bytes) -> bytes:
        """What was sealed.

        Raises:
            UnreadableError: it is damaged or belongs elsewhere.
        """
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about)
        except (InvalidTag, ValueError):
            raise UnreadableError("sealed bytes are damaged or belong elsewhere") from None
