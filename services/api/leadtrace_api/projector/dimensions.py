"""The dimensions that a lead can be grouped by, as a tuple in one fixed order."""

from functools import lru_cache
from hashlib import blake2b
from typing import TypeAlias

from leadtrace.events.custody import Holding, Offer
from leadtrace.events.snapshots import LeadOutcome

ACQUISITION = ("channel", "source", "medium", "campaign", "content", "outlet", "form", "partner")
CUSTODY = ("owner", "team")
PROFILE = ("segment", "industry", "region")
# In the order in which there came to be such: of leads of before, keys of the last ones are not kept.
DIMENSIONS = ACQUISITION + CUSTODY + PROFILE
# The dimension, and its one key, that stand for all leads together.
TOTAL = ""

Keys: TypeAlias = tuple[str | None, ...]

# An index of PostgreSQL holds no entry beyond 2,700 bytes, and a public form can be sent any text.
LONGEST_KEY = 200
_HASH_BYTES = 6
_KEYS_KEPT = 16_384


def keys_of(outcome: LeadOutcome) -> Keys:
    """The lead's key in each of `DIMENSIONS`; None where it has none, an empty text counting as none."""
    origin, profile = outcome.acquisition, outcome.profile
    return (
        key_of(origin.channel),
        key_of(origin.source),
        key_of(origin.medium),
        key_of(origin.campaign),
        key_of(origin.content),
        key_of(origin.outlet),
        key_of(origin.form),
        key_of(origin.partner),
        key_of(outcome.owner),
        key_of(outcome.team),
        key_of(profile.segment),
        key_of(profile.industry),
        key_of(profile.region),
    )


def whole(keys: Keys) -> Keys:
    """Keys that were kept when there were fewer dimensions: the lead has none in those that came later."""
    return (*keys, *(None,) * (len(DIMENSIONS) - len(keys)))


def party_keys(hands: Holding | Offer) -> Keys:
    """Team, owner and partner of somebody's hands, or of whom a lead is offered to."""
    return key_of(hands.team), key_of(hands.owner), key_of(hands.partner)


@lru_cache(_KEYS_KEPT)
def key_of(text: str | None) -> str | None:
    """A key that the database can hold: without NUL, and a long one cut, told apart by a hash."""
    if not text:
        return None
    clean = text.replace("\x00", "\ufffd")
    if len(clean) <= LONGEST_KEY:
        return clean
    digest = blake2b(clean.encode(), digest_size=_HASH_BYTES).hexdigest()
    return f"{clean[: LONGEST_KEY - len(digest) - 1]}…{digest}"
