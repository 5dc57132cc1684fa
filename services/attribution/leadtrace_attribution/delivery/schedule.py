"""When a delivery is tried again: ten attempts over about three days, as Standard Webhooks recommends.

Pure: the moment is handed in, and the jitter follows from the webhook's id, so that receivers that come back
are not met by everything at once.
"""

from datetime import datetime, timedelta
from hashlib import blake2b

_S, _MIN, _H = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
# What is waited after the first, the second, … failed attempt; after the last one it is a dead letter.
WAITS = (5 * _S, 5 * _MIN, 30 * _MIN, 2 * _H, 5 * _H, 10 * _H, 14 * _H, 20 * _H, 24 * _H)
ATTEMPTS = len(WAITS) + 1
LONGEST_RETRY_AFTER = timedelta(hours=24)
_JITTER_SHARE = 0.1


def next_attempt_at(
    now: datetime, *, failed: int, webhook_id: str, retry_after: timedelta | None
) -> datetime | None:
    """When to try again after so many failed attempts; None if this was the last one.

    A receiver's `Retry-After` is honoured where it asks for more than the schedule, up to a day.
    """
    if failed >= ATTEMPTS:
        return None
    wait = WAITS[failed - 1] * (1 + _JITTER_SHARE * _chance(webhook_id, failed))
    asked = min(retry_after or timedelta(), LONGEST_RETRY_AFTER)
    return now + max(wait, asked)


def _chance(webhook_id: str, failed: int) -> float:
    """A number from 0 up to 1 that is the same for the same attempt."""
    digest = blake2b(f"{webhook_id}/{failed}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
