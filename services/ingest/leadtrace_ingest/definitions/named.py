"""A version of the definitions under the name that every score bears, with the text that says it."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from leadtrace.domain.definitions.canonical import reference_to
from leadtrace.runtime.definitions import live_definitions, read_definitions, shipped_files


class Named(msgspec.Struct, frozen=True):
    """Version, id and hash of what `body`, YAML as it was given, says."""

    version: int
    id: str
    hash: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Shipped:
    """The versions that came with this release, and the one in force until another is activated."""

    versions: Mapping[int, Named]
    live: int


def named_in(body: bytes, file: str) -> Named:
    """What `body` is called; `file` is what messages call it.

    Raises:
        DefinitionsError: it breaks a rule of the lint; every finding is named with its line.
    """
    name = reference_to(read_definitions(body, file))
    return Named(name.version, name.id, name.hash, body)


def shipped_versions() -> Shipped:
    """Everything that is shipped.

    Raises:
        DefinitionsError: a file breaks a rule.
    """
    *files, _ = shipped_files()
    named = [named_in(file.read_bytes(), file.name) for file in files]
    return Shipped({one.version: one for one in named}, live_definitions().version)
