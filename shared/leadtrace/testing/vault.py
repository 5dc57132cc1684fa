"""A master key for tests, as it is configured, and its wrapper."""

import base64

from leadtrace.runtime.vault.wrapper import KEY_BYTES, LocalWrapper

MASTER_KEY = base64.b64encode(b"k" * KEY_BYTES).decode()
OTHER_MASTER_KEY = base64.b64encode(b"o" * KEY_BYTES).decode()


def wrapper_of(*keys: str) -> LocalWrapper:
    """The wrapper of these keys, by default of the first one here."""
    return LocalWrapper([base64.b64decode(key) for key in keys or (MASTER_KEY,)])
