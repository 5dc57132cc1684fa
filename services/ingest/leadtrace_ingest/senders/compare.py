"""Comparing secrets: every candidate is compared, so that the time taken does not tell which came close."""

import hmac
from collections.abc import Iterable


def matches(given: bytes, expected: Iterable[bytes]) -> bool:
    """Whether `given` equals one of `expected`, in time that depends on their number and lengths only."""
    return sum([hmac.compare_digest(given, one) for one in expected]) > 0
