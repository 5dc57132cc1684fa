"""A topic as a broker describes it, in the words of the protocol."""

from collections.abc import Mapping
from typing import Any

from leadtrace.bus.protocol import BusUnavailableError, TopicState

_UNBOUNDED = -1
_CLEANUP = "cleanup.policy"
_RETENTION_MS = "retention.ms"
_RETENTION_BYTES = "retention.bytes"
_MIN_INSYNC = "min.insync.replicas"
_MAX_BYTES = "max.message.bytes"
SETTINGS = (_CLEANUP, _RETENTION_MS, _RETENTION_BYTES, _MIN_INSYNC, _MAX_BYTES)


def topic_state(described: Mapping[str, Any], settings: Mapping[str, str]) -> TopicState:
    """How a topic is kept; `settings` are those of its configuration that were asked for.

    Raises:
        BusUnavailableError: the broker does not tell one of them.
    """
    missing = [name for name in SETTINGS if name not in settings]
    if missing:
        raise BusUnavailableError(f"the broker does not tell {', '.join(missing)} of {described['topic']}")
    return TopicState(
        name=described["topic"],
        partitions=len(described["partitions"]),
        replicas=min(len(partition["replicas"]) for partition in described["partitions"]),
        in_sync=min(len(partition["isr"]) for partition in described["partitions"]),
        min_insync=int(settings[_MIN_INSYNC]),
        cleanup_policy=settings[_CLEANUP],
        retention_ms=_bound(settings[_RETENTION_MS]),
        retention_bytes=_bound(settings[_RETENTION_BYTES]),
        max_record_bytes=int(settings[_MAX_BYTES]),
    )


def _bound(text: str) -> int | None:
    return None if int(text) == _UNBOUNDED else int(text)
