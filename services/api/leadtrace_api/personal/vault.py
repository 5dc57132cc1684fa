"""The keys of subjects, unwrapped with the master keys as far as this process has them."""

from collections.abc import Callable, Mapping
from uuid import UUID

from leadtrace.runtime.logging import get_logger
from leadtrace.runtime.vault.sealing import DataKey
from leadtrace.runtime.vault.wrapper import KeyWrapper, UnknownMasterKeyError, UnreadableKeyError
from leadtrace_api.problems import UnavailableError

_log = get_logger("leadtrace_api.personal")


class Vault:
    """Finds the master keys when they are first needed: in embedded mode the door makes them at its start."""

    def __init__(self, find: Callable[[], KeyWrapper | None]) -> None:
        self._find = find
        self._wrapper: KeyWrapper | None = None

    def unwrapped(self, wrapped: Mapping[UUID, bytes]) -> dict[UUID, DataKey]:
        """The keys; a damaged one is left out.

        Raises:
            UnavailableError: this process lacks a master key.
        """
        return {key_id: DataKey(one) for key_id, one in self._opened(wrapped).items()}

    def secret(self, wrapped: Mapping[UUID, bytes], key_id: UUID) -> bytes | None:
        """The bytes of a key that seals nothing; None if it is not among them.

        Raises:
            UnavailableError: this process lacks a master key.
        """
        return self._opened(wrapped).get(key_id)

    def derived(self, purpose: bytes) -> tuple[bytes, ...]:
        """A key for one purpose from each master key, the current one first; empty where there is none."""
        wrapper = self._wrapper = self._wrapper or self._find()
        return () if wrapper is None else wrapper.derived(purpose)

    def _opened(self, wrapped: Mapping[UUID, bytes]) -> dict[UUID, bytes]:
        if not wrapped:
            return {}
        wrapper = self._wrapper = self._wrapper or self._find()
        if wrapper is None:
            raise _no_master_key()
        keys = {}
        for key_id, one in wrapped.items():
            try:
                keys[key_id] = wrapper.unwrap(one)
            except UnknownMasterKeyError:
                # It may have been rotated since: the next request looks again.
                self._wrapper = None
                raise _no_master_key() from None
            except UnreadableKeyError:
                _log.error("personal.key_damaged", key_id=str(key_id))
        return keys


def _no_master_key() -> UnavailableError:
    return UnavailableError(
        "The api lacks the master key that personal fields are under.",
        rule="Personal fields are opened with the keys of personal.master_keys.",
        remedy="Give the api the same personal.master_keys as ingest and start it again.",
    )
