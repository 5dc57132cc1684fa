"""The versions that there are: registered ones as they were given, and those that came with this release."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from leadtrace.domain.definitions.canonical import content_hash
from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.definitions.problem import DefinitionsError
from leadtrace.runtime.definitions import read_definitions
from leadtrace_api.definitions.queries import Kept

_MOST_REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class Version:
    """A version with its words; None where this release cannot read what an earlier one registered."""

    version: int
    id: str
    hash: str
    registered_at: datetime | None
    definitions: Definitions | None


def versions_of(shipped: Iterable[Definitions], kept: Kept) -> dict[int, Version]:
    """All of them by number, oldest first."""
    unnamed = {
        one.version: Version(one.version, one.id, content_hash(one), None, one)
        for one in shipped
        if one.version not in kept.versions
    }
    registered = {
        one.version: Version(one.version, one.id, one.hash, one.registered_at, _read(one.body))
        for one in kept.versions.values()
    }
    return dict(sorted({**unnamed, **registered}.items()))


@lru_cache(maxsize=_MOST_REMEMBERED)
def _read(body: bytes) -> Definitions | None:
    try:
        return read_definitions(body, "definitions")
    except DefinitionsError:
        # It held when it was registered: a key that a later release dropped leaves its name and hash.
        return None
