"""The schedule of definitions that a transaction folds by: read within it, so that all of it agrees."""

from collections.abc import Sequence

from leadtrace.domain.definitions.model import Definitions
from leadtrace.domain.definitions.problem import DefinitionsError
from leadtrace.domain.definitions.schedule import Reign, Schedule
from leadtrace.events.times import to_micros
from leadtrace.runtime.definitions import read_definitions
from leadtrace.runtime.logging import get_logger
from leadtrace.store.in_force import Activation, Ask, InForceStore, bodies

_FOR_EVER = 0

_log = get_logger("leadtrace.runtime.versions")


class UnknownVersionError(LookupError):
    """A version is in force, or wanted, that is neither shipped nor registered in words of this release."""


class Schedules:
    """The schedules of one schema; versions are read once."""

    def __init__(self, schema: str, shipped: Definitions) -> None:
        self._store = InForceStore(schema)
        self._shipped = shipped
        self._known: dict[int, Definitions] = {}
        self._made: dict[tuple[int, int], Schedule] = {}

    @property
    def shipped(self) -> Schedule:
        """What is in force until anything is activated."""
        return Schedule(self._shipped)

    def made(self, versions: Sequence[int]) -> Schedule | None:
        """What is in force once these were activated, oldest first, if it was told before."""
        return self._made.get((len(versions), versions[-1])) if versions else self.shipped

    async def in_force(self, ask: Ask) -> Schedule:
        """What the service has taken over.

        Raises:
            UnknownVersionError: its owner does not know it any more.
        """
        held = await self._store.held(ask)
        if not held:
            return self.shipped
        return await self._made_of(ask, held, len(held), held[-1].version)

    async def shadow(self, ask: Ask, version: int) -> Schedule:
        """What would be in force if this version were activated next.

        Raises:
            UnknownVersionError: it is not registered.
        """
        held = await self._store.held(ask)
        return await self._made_of(ask, held, 0, version)

    async def _made_of(self, ask: Ask, held: Sequence[Activation], ordinal: int, version: int) -> Schedule:
        key = (ordinal or -len(held), version)
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = await self._make(ask, held, version, in_force=ordinal > 0)
        return made

    async def _make(self, ask: Ask, held: Sequence[Activation], version: int, *, in_force: bool) -> Schedule:
        known = await self._definitions(ask, {version, *(one.version for one in held)})
        if version not in known:
            raise UnknownVersionError(f"version {version} of the definitions is not there, or not readable")
        reigns = [
            Reign(known[one.version], _since(place, one))
            for place, one in enumerate(held)
            if one.version in known
        ]
        if in_force:
            return Schedule(known[version], reigns[-1].since, tuple(reigns[:-1]))
        return Schedule(known[version], None, tuple(reigns) or (Reign(self._shipped),))

    async def _definitions(self, ask: Ask, versions: set[int]) -> dict[int, Definitions]:
        missing = versions - self._known.keys()
        if missing:
            found = await bodies(ask, missing)
            for version, body in found.items():
                if (read := _read(version, body)) is not None:
                    self._known[version] = read
            # What is registered goes before what is shipped: an upgrade must not change what was agreed on.
            self._known.setdefault(self._shipped.version, self._shipped)
        return self._known


def _read(version: int, body: bytes) -> Definitions | None:
    try:
        return read_definitions(body, f"version {version}")
    except DefinitionsError as error:
        # It held when it was registered, and an earlier release knew it: what it said then is told no more.
        _log.error("definitions.unreadable", version=version, findings=len(str(error).splitlines()))
        return None


def _since(place: int, activation: Activation) -> int:
    return to_micros(activation.activated_at) if place else _FOR_EVER
