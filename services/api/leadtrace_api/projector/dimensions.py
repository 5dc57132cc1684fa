"""The dimensions that a lead can be grouped by, as a tuple in one fixed order."""

from functools import lru_cache
from hashlib import blake2b
from typing import TypeAlias

from leadtrace.events.snapshots import LeadOutcome

ACQUISITION = ("channel", "source", "medium", "campaign", "content", "outlet", "form", "partner")
CUSTODY = ("owner", "team")
DIMENSIONS = ACQUISITION + CUSTODY
# The dimension, and its one key, that stand for all leads together.
TOTAL = ""

Keys: TypeAlias = tuple[str | None, ...]

# An index of PostgreSQL holds no entry beyond 2,700 bytes, and a public form can be sent any text.
LONGEST_KEY = 200
_HASH_BYTES = 6
_KEYS_KEPT = 16_384


def keys_of(outcome: LeadOutcome) -> Keys:
    """The lead's key in each of `DIMENSIONS`; None where it has none, an empty text counting as none."""
    origin = outcome.acquisition
    return (
        _key(origin.channel),
        _key(origin.source),
        _key(origin.medium),
        _key(origin.campaign),
        _key(origin.content),
        _key(origin.outlet),
        _key(origin.form),
        _key(origin.partner),
        _key(outcome.owner),
        _key(outcome.team),
    )


@lru_cache(_KEYS_KEPT)
def _key(text: str | None) -> str | None:
    """A key that the database can hold: without NUL, and a long one cut, told apart by a hash."""
    if not text:
        return None
    clean = text.replace("\x00", "\ufffd")
    if len(clean) <= LONGEST_KEY:
        return clean
    digest = blake2b(clean.encode(), digest_size=_HASH_BYTES).hexdigest()
    return f"{clean[: LONGEST_KEY - len(digest) - 1]}…{digest}"
