"""The dimensions that a lead can be grouped by, as a tuple in one fixed order."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import lru_cache
from hashlib import blake2b
from typing import Final, TypeAlias

from leadtrace.events.custody import Holding, Offer
from leadtrace.events.snapshots import LeadOutcome

ACQUISITION = ("channel", "source", "medium", "campaign", "content", "outlet", "form", "partner")
CUSTODY = ("owner", "team")
PROFILE = ("segment", "industry", "region")
# In the order in which there came to be such: of leads of before, keys of the last ones are not kept.
DIMENSIONS = ACQUISITION + CUSTODY + PROFILE
# Counted together beside each alone, because they are asked for most.
PAIRS: Final = (("channel", "segment"), ("channel", "campaign"))
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


Pair: TypeAlias = tuple[str | None, str | None]
_PLACES: Final = tuple(
    (f"{first},{second}", DIMENSIONS.index(first), DIMENSIONS.index(second)) for first, second in PAIRS
)


def pair_of(names: AbstractSet[str]) -> tuple[str, str] | None:
    """The two dimensions that are counted together and are these; None if these are no such pair."""
    return next((pair for pair in PAIRS if set(pair) == names), None)


def name_of_pair(pair: tuple[str, str]) -> str:
    """The dimension under which both are counted together."""
    return ",".join(pair)


def pair_keys(keys: Keys) -> Iterator[tuple[str, str]]:
    """Each pair of dimensions with the lead's keys in both; none where it has neither."""
    for name, first, second in _PLACES:
        one, other = keys[first], keys[second]
        if one is not None or other is not None:
            yield name, written_pair(one, other)


def written_pair(one: str | None, other: str | None) -> str:
    """Both keys as one text: how long the first is, and both on end; no key is empty."""
    first = one or ""
    return f"{len(first)}:{first}{other or ''}"


def read_pair(key: str) -> Pair:
    """Both keys of what `written_pair` wrote."""
    length, _, both = key.partition(":")
    return both[: int(length)] or None, both[int(length) :] or None
