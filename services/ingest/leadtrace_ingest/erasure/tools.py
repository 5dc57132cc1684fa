"""What an erasure works with."""

from collections.abc import Mapping
from dataclasses import dataclass

from leadtrace.runtime.vault.wrapper import KeyWrapper
from leadtrace.store.connection import Pool
from leadtrace_ingest.senders.sender import Sender


@dataclass(frozen=True, slots=True)
class Tools:
    """Ingest's pool, its keys and secret, and the senders whose rules divide deliveries."""

    pool: Pool
    wrapper: KeyWrapper
    secret: bytes
    senders: Mapping[str, Sender]
