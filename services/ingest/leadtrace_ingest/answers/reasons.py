"""The closed list of reasons for which an offer may be rejected, by version of the definitions."""

from typing import NamedTuple

from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.definitions.parse import parse_definitions
from leadtrace.domain.definitions.problem import DefinitionsError
from leadtrace.runtime.definitions import live_definitions, shipped_files
from leadtrace.store.connection import Connection
from leadtrace_ingest.definitions.store import body_of_version


class Reason(NamedTuple):
    """One reason: its id, which is recorded, and what it means, which is shown."""

    id: str
    means: str


# What is asked where the definitions have no list of their own.
USUAL = (
    Reason("not_a_fit", "It does not fit what we sell, or to whom."),
    Reason("no_need", "There is no need, budget or project at present."),
    Reason("unreachable", "The contact cannot be reached, or the data are wrong."),
    Reason("duplicate", "We work on this lead already."),
    Reason("not_our_area", "It belongs to another team, region or partner."),
    Reason("no_capacity", "We cannot take it on in time."),
)


class Reasons:
    """The lists by version; a version never changes, so each is read once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Reason, ...]] = {}

    async def of(self, connection: Connection, version: int) -> tuple[Reason, ...]:
        """The list of a version; of one that nobody knows any more, that of the shipped definitions."""
        if version not in self._known:
            self._known[version] = _listed(await _definitions(connection, version))
        return self._known[version]


async def _definitions(connection: Connection, version: int) -> Definitions:
    name = f"v{version}.yaml"
    body = await body_of_version(connection, version)
    if body is None:
        body = next((path.read_bytes() for path in shipped_files() if path.name == name), None)
    if body is None:
        return live_definitions()
    try:
        return parse_definitions(body, name)
    except DefinitionsError:
        # Registered by code that knew more or less than this one: an answer is not lost for that.
        return live_definitions()


def _listed(definitions: Definitions) -> tuple[Reason, ...]:
    given = () if definitions.handover is None else definitions.handover.rejection_reasons
    return tuple(Reason(one.id, one.means or one.id) for one in given) or USUAL
