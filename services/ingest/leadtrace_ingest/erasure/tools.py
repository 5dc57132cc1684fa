"""What an erasure works with."""

from collections.abc import Mapping
from dataclasses import dataclass

from leadtrace.runtime.vault.wrapper import KeyWrapper
from leadtrace.store.connection import Pool
from leadtrace_ingest.erasure.keys import Identities
from leadtrace_ingest.senders.sender import Sender


@dataclass(frozen=True, slots=True)
class Tools:
    """Ingest's pool and keys, what identifies people, the senders whose rules divide deliveries.

    A key of more records than `fan_in` identifies nobody.
    """

    pool: Pool
    wrapper: KeyWrapper
    identities: Identities
    senders: Mapping[str, Sender]
    fan_in: int
