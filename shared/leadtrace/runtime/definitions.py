"""The definitions in force: the shipped version, read and linted once at start."""

from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.definitions.parse import parse_definitions
from leadtrace.runtime.shipped import shipped_path

_VERSION_IN_FORCE = "v1.yaml"


def live_definitions() -> Definitions:
    """What marketing and sales agreed on.

    Raises:
        DefinitionsError: the file breaks a rule; every finding is named with its line.
    """
    path = shipped_path("definitions", _VERSION_IN_FORCE)
    return parse_definitions(path.read_bytes(), path.name)
